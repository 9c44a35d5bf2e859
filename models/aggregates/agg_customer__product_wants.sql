{% set offers = offers() %}

with

purchases as (

    select *
    from {{ ref('agg_customer__product_purchases') }}

),

-- How long a product lasts, by those who bought it again.
usual_intervals as (

    select
        product_key,
        percentile_cont(0.5) within group (order by cast(interval_days as double)) as interval_days
    from purchases
    where interval_days is not null
    group by product_key
    having count(*) >= {{ offers.least_repeat_purchases }}

),

last_purchases as (

    select
        *,
        {{ days_between('order_date', complete_up_to(['sales'])) }} as days_since
    from purchases
    where is_last

),

used_up as (

    select
        last_purchases.customer_key,
        'replenishment' as offer_kind,
        last_purchases.product_key,
        last_purchases.country_code,
        last_purchases.order_date as occurred_on,
        cast(null as varchar) as bought_product_key,
        usual_intervals.interval_days,
        cast(null as double) as confidence
    from last_purchases
    inner join usual_intervals
        on last_purchases.product_key = usual_intervals.product_key
    where
        last_purchases.days_since
        between {{ offers.due_from }} * usual_intervals.interval_days
        and {{ offers.due_until }} * usual_intervals.interval_days

),

-- Of what goes with several things that the customer bought, the one that it goes with best.
companions as (

    select
        last_purchases.customer_key,
        'cross_sell' as offer_kind,
        pairs.companion_product_key as product_key,
        last_purchases.country_code,
        last_purchases.order_date as occurred_on,
        last_purchases.product_key as bought_product_key,
        cast(null as double) as interval_days,
        pairs.confidence
    from last_purchases
    inner join {{ ref('agg_product__pairs') }} as pairs
        on last_purchases.product_key = pairs.product_key
    left join last_purchases as owned
        on
            last_purchases.customer_key = owned.customer_key
            and pairs.companion_product_key = owned.product_key
    where
        owned.customer_key is null
        and pairs.lift_at_least > 1
        and last_purchases.days_since <= {{ offers.cross_sell_within_days }}
    qualify
        row_number() over (
            partition by last_purchases.customer_key, pairs.companion_product_key
            order by pairs.confidence desc nulls last, last_purchases.product_key asc
        ) = 1

),

-- What lies in carts that nobody bought; of several carts with a product the newest.
left_items as (

    select
        carts.customer_key,
        items.product_key,
        carts.country_code,
        carts.left_on,
        carts.cart_status,
        {{ days_between('carts.left_on', as_of()) }} as days_since
    from {{ ref('agg_cart__abandonments') }} as carts
    inner join {{ ref('fct_cart_item') }} as items
        on carts.cart_id = items.cart_id
    left join {{ ref('agg_cart__recoveries') }} as recoveries
        on carts.cart_id = recoveries.cart_id
    where
        carts.customer_key <> 'unknown'
        and recoveries.cart_id is null
    qualify
        row_number() over (
            partition by carts.customer_key, items.product_key
            order by carts.left_on desc nulls last, carts.cart_id asc, items.item_number asc
        ) = 1

),

wants as (

    select *
    from used_up

    union all

    select *
    from companions
    qualify
        row_number() over (
            partition by customer_key order by confidence desc nulls last, product_key asc
        ) <= {{ offers.cross_sell_products }}

    union all by name

    select
        customer_key,
        'abandoned_cart' as offer_kind,
        product_key,
        country_code,
        left_on as occurred_on
    from left_items
    where
        cart_status = 'open'
        and days_since <= {{ offers.remind_within_days }}

    union all by name

    select
        left_items.customer_key,
        'back_in_stock' as offer_kind,
        left_items.product_key,
        left_items.country_code,
        left_items.left_on as occurred_on
    from left_items
    inner join {{ ref('agg_product__markets') }} as markets
        on
            left_items.product_key = markets.product_key
            and left_items.country_code = markets.country_code
    where
        left_items.days_since <= {{ offers.wanted_within_days }}
        and left_items.left_on < markets.back_in_stock_on

)

select *
from wants
