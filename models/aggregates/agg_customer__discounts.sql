{#- How many orders the prior counts as, at least and at most: with fewer it would draw nobody, with more no order of a customer's own would count. -#}
{% set least_strength, greatest_strength = 1, 1000 %}

with

buyers as (

    select
        customer_key,
        order_count,
        discounted_order_count,
        cast(
            cast(discounted_order_count as double) * discounted_order_count / nullif(order_count, 0) as decimal(18, 6)
        ) as squared_share
    from {{ ref('agg_customer__sales') }}
    where order_count > 0

),

totals as (

    select
        cast(count(*) as double) as customers,
        cast(sum(order_count) as double) as orders,
        cast(sum(discounted_order_count) as double) as discounted_orders,
        cast(sum(order_count * order_count) as double) as squared_orders,
        cast(sum(squared_share) as double) as squared_shares
    from buyers

),

-- Shares of customers vary because customers differ, and because each has few orders: variances between customers and within them.
variances as (

    select
        cast(discounted_orders as double) / nullif(orders, 0) as company_share,
        cast(squared_shares - cast(discounted_orders * discounted_orders as double) / nullif(orders, 0) as double)
        / nullif(customers - 1, 0) as variance_between,
        cast(discounted_orders - squared_shares as double) / nullif(orders - customers, 0) as variance_within,
        cast(orders - cast(squared_orders as double) / nullif(orders, 0) as double) / nullif(customers - 1, 0)
            as typical_orders
    from totals

),

priors as (

    select
        company_share,
        round(
            case
                when variance_between > variance_within
                    then
                        least(
                            coalesce(
                                greatest(
                                    coalesce(
                                        cast(typical_orders * variance_within as double)
                                        / nullif(variance_between - variance_within, 0), 0
                                    ),
                                    {{ least_strength }}
                                ), {{ least_strength }}
                            ),
                            {{ greatest_strength }}
                        )
                else {{ greatest_strength }}
            end, 1
        ) as strength
    from variances

)

select
    ---------- key
    buyers.customer_key,

    ---------- measures
    cast(buyers.order_count as bigint) as order_count,
    cast(buyers.discounted_order_count as bigint) as discounted_order_count,
    cast(round(
        cast(buyers.discounted_order_count + priors.strength * priors.company_share as double)
        / nullif(buyers.order_count + priors.strength, 0), 4
    ) as decimal(18, 4)) as discount_affinity,

    ---------- the prior, the same in all rows
    cast(round(priors.company_share, 4) as decimal(18, 4)) as company_discounted_order_rate,
    cast(priors.strength as decimal(18, 1)) as prior_order_count
from buyers
cross join priors
