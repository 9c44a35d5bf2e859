with

customers as (

    select *
    from {{ ref('dim_customer') }}
    where
        customer_key <> 'unknown'
        and not is_deleted

),

sales as (

    select *
    from {{ ref('agg_customer__sales') }}

),

-- Who has a purchase. A customer of whom there is only a reversal or a refund has amounts and no score.
buyers as (

    select *
    from sales
    where order_count > 0

),

-- A score is the fifth that a customer stands in: 1 plus the whole fifths of buyers that are strictly worse, so equals score alike.
buyers_with_scores as (

    select
        *,
        1 + cast(floor(
            5 * cast(rank() over (order by recency_days desc nulls last) - 1 as double)
            / count(*) over ()
        ) as bigint) as recency_score,
        1 + cast(floor(
            5 * cast(rank() over (order by order_count) - 1 as double) / count(*) over ()
        ) as bigint) as frequency_score,
        case
            when net_amount_reporting is not null then 1 + cast(floor(
                5 * cast(rank() over (order by net_amount_reporting nulls last) - 1 as double)
                / nullif(count(net_amount_reporting) over (), 0)
            ) as bigint)
        end as monetary_score
    from buyers

)

select
    ---------- key
    customers.customer_key,

    ---------- attributes
    customers.country_code,
    customers.acquisition_channel,
    customers.loyalty_tier,
    customers.registered_on,
    -- The first line that fits counts. Who never bought has no score.
    case
        when buyers_with_scores.recency_score is null then 'prospect'
        when
            buyers_with_scores.recency_score >= 4
            and buyers_with_scores.frequency_score >= 4
            and buyers_with_scores.monetary_score >= 4
            then 'champion'
        when buyers_with_scores.recency_score >= 3 and buyers_with_scores.frequency_score >= 4 then 'loyal'
        when
            buyers_with_scores.recency_score <= 2
            and buyers_with_scores.frequency_score >= 4
            and buyers_with_scores.monetary_score >= 4
            then 'must_not_lose'
        when buyers_with_scores.recency_score <= 2 and buyers_with_scores.frequency_score >= 3 then 'at_risk'
        when buyers_with_scores.recency_score >= 4 and buyers_with_scores.frequency_score >= 2 then 'potential_loyal'
        when buyers_with_scores.recency_score >= 4 then 'new'
        when buyers_with_scores.recency_score = 3 then 'needs_attention'
        when buyers_with_scores.recency_score = 2 then 'about_to_sleep'
        else 'hibernating'
    end as segment_name,

    ---------- scores, 1 (worst) to 5 (best); null without an order
    buyers_with_scores.recency_score,
    buyers_with_scores.frequency_score,
    buyers_with_scores.monetary_score,

    ---------- measures
    sales.recency_days,
    coalesce(sales.order_count, 0) as order_count,
    coalesce(sales.unit_count, 0) as unit_count,
    cast(
        case
            when sales.customer_key is null then 0
            else sales.net_amount_reporting
        end as decimal(18, 3)
    ) as net_amount_reporting,
    cast(
        case
            when sales.customer_key is null then 0
            else sales.refund_amount_reporting
        end as decimal(18, 3)
    ) as refund_amount_reporting,
    cast(round(
        cast(sales.discounted_order_count as double)
        / nullif(sales.order_count, 0), 4
    ) as decimal(18, 4)) as discounted_order_rate,
    sales.first_order_date,
    sales.last_order_date,
    '{{ var("reporting_currency") }}' as currency_code
from customers
left join sales
    on customers.customer_key = sales.customer_key
left join buyers_with_scores
    on customers.customer_key = buyers_with_scores.customer_key
