{% set offers = offers() %}

with

sales as (

    select *
    from {{ ref('agg_customer__sales') }}
    where order_count > 0

),

-- What an order of the customer is worth, for offers that name no product, and where the last one went.
orders as (

    select
        {%- for amount, measure in {
            'net_revenue_amount_reporting': 'revenue_amount',
            'net_revenue_amount_reporting - gross_margin_amount_reporting': 'cost_amount',
        }.items() %}
            {{ safe_decimal(
                'round(cast(' ~ null_propagating_sum(amount) ~ ' as double) / nullif(count(*), 0), '
                ~ minor_unit(var('reporting_currency')) ~ ')'
            ) }} as {{ measure }},
        {%- endfor %}
        customer_key
    from {{ ref('fct_order') }}
    where
        is_purchase
        and has_customer
        and order_date <= {{ complete_up_to(['sales']) }}
    group by customer_key

),

tiers as (

    -- A company without tiers has none.
    select
        cast(null as varchar) as tier_name,
        cast(null as bigint) as from_order_count
    from sales
    where false
    {% for tier, order_count in offers.tiers.items() %}
        union all
        select
            '{{ tier }}' as tier_name,
            {{ order_count }} as from_order_count
    {% endfor %}

),

-- The next tier of who buys, where little is missing; never one that the customer has, or has passed.
next_tiers as (

    select
        sales.customer_key,
        tiers.tier_name,
        tiers.from_order_count - sales.order_count as missing_order_count
    from sales
    inner join {{ ref('dim_customer') }} as customers
        on sales.customer_key = customers.customer_key
    inner join tiers
        on sales.order_count < tiers.from_order_count
    left join tiers as current_tiers
        on customers.loyalty_tier = current_tiers.tier_name
    where
        tiers.from_order_count > coalesce(current_tiers.from_order_count, 0)
        and sales.recency_days < {{ offers.win_back_after_days }}
    qualify row_number() over (partition by sales.customer_key order by tiers.from_order_count) = 1

),

occasions as (

    select *
    from {{ ref('agg_customer__product_wants') }}

    union all by name

    select
        customer_key,
        'win_back' as offer_kind,
        'unknown' as product_key,
        last_order_date as occurred_on
    from sales
    where recency_days between {{ offers.win_back_after_days }} and {{ offers.win_back_until_days }}

    union all by name

    select
        next_tiers.customer_key,
        'next_tier' as offer_kind,
        'unknown' as product_key,
        sales.last_order_date as occurred_on,
        next_tiers.tier_name,
        next_tiers.missing_order_count
    from next_tiers
    inner join sales
        on next_tiers.customer_key = sales.customer_key
    where next_tiers.missing_order_count <= {{ offers.next_tier_orders_short }}

),

-- Of carts that were left so long ago that it is known what became of them.
recovery as (

    select cast(count(recoveries.cart_id) as double) / nullif(count(*), 0) as recovery_rate
    from {{ ref('agg_cart__abandonments') }} as carts
    left join {{ ref('agg_cart__recoveries') }} as recoveries
        on carts.cart_id = recoveries.cart_id
    where
        carts.customer_key <> 'unknown'
        and carts.left_on < {{ add_days(as_of(), -offers.recovered_within_days) }}

),

probabilities as (

    select
        expectations.customer_key,
        case choices.model_name
            when 'boosting' then expectations.boosting_purchase_probability_30_days
            else expectations.recency_purchase_probability_30_days
        end as purchase_probability
    from {{ ref('pred_customer__expectations') }} as expectations
    inner join {{ ref('agg_prediction__cut_offs') }} as cut_offs
        on expectations.cut_off_date = cut_offs.cut_off_date
    inner join {{ ref('pred_model__choices') }} as choices
        on choices.target_name = 'purchase_30_days'
    where cut_offs.cut_off_number = 0

)

select
    ---------- keys
    occasions.customer_key,
    occasions.offer_kind,
    occasions.product_key,

    ---------- why
    occasions.country_code,
    occasions.occurred_on,
    occasions.bought_product_key,
    occasions.interval_days,
    occasions.tier_name,
    occasions.missing_order_count,

    ---------- what is expected
    case
        when occasions.offer_kind in ('abandoned_cart', 'back_in_stock') then recovery.recovery_rate
        else probabilities.purchase_probability * coalesce(occasions.confidence, 1)
    end as purchase_probability,
    case
        when occasions.product_key <> 'unknown' then markets.net_price_amount
        else orders.revenue_amount
    end as revenue_amount,
    case
        when occasions.product_key <> 'unknown' then markets.cost_amount
        else orders.cost_amount
    end as cost_amount,
    markets.available_quantity
from occasions
cross join recovery
left join probabilities
    on occasions.customer_key = probabilities.customer_key
left join orders
    on occasions.customer_key = orders.customer_key
left join {{ ref('agg_product__markets') }} as markets
    on
        occasions.product_key = markets.product_key
        and occasions.country_code = markets.country_code
