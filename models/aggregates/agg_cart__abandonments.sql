{% set offers = offers() %}

with

-- What became of a cart after the as-of date is not known yet: until then it is open.
carts as (

    select
        carts.*,
        {{ business_date('coalesce(orders.ordered_at, carts.updated_at)') }} as ended_on,
        case
            when {{ business_date('coalesce(orders.ordered_at, carts.updated_at)') }} <= {{ as_of() }}
                then carts.cart_status
            else 'open'
        end as known_status
    from {{ ref('fct_cart') }} as carts
    left join {{ ref('fct_order') }} as orders
        on carts.order_id = orders.order_id
    where
        carts.item_count > 0
        and carts.cart_date <= {{ as_of() }}

),

-- When somebody was at it. A cart that expires is written by nobody.
touches as (

    select
        cart_id,
        created_at as touched_at
    from carts

    union distinct

    select
        carts.cart_id,
        items.added_at as touched_at
    from carts
    inner join {{ ref('fct_cart_item') }} as items
        on carts.cart_id = items.cart_id
    where
        items.added_at > carts.created_at
        and {{ business_date('items.added_at') }} <= {{ as_of() }}

    union distinct

    select
        cart_id,
        updated_at as touched_at
    from carts
    where
        cart_status = 'open'
        and {{ business_date('updated_at') }} <= {{ as_of() }}

),

-- A cart that was ordered ends with its order, all others with the first day of which nothing is known.
touches_with_next_days as (

    select
        carts.cart_id,
        touches.touched_at,
        {{ business_date('touches.touched_at') }} as touched_on,
        lead({{ business_date('touches.touched_at') }}) over (
            partition by carts.cart_id order by touches.touched_at
        ) as touched_again_on,
        case
            when carts.known_status = 'ordered' then carts.ended_on
            else {{ add_days(as_of(), 1) }}
        end as last_day,
        carts.known_status
    from carts
    inner join touches
        on carts.cart_id = touches.cart_id

),

-- Left alone for so many whole days. One that somebody came back to, and that is not ordered yet, is in use.
left_carts as (

    select
        cart_id,
        max(touched_at) as left_at,
        max(touched_on) as left_on
    from touches_with_next_days
    where
        (touched_again_on is null or known_status = 'ordered')
        and {{ days_between('touched_on', 'coalesce(touched_again_on, last_day)') }} > {{ offers.abandoned_after_days }}
    group by cart_id

)

select
    ---------- keys
    carts.cart_id,
    carts.customer_key,
    carts.order_id,
    left_carts.left_on,

    ---------- attributes
    carts.country_code,
    carts.known_status as cart_status,
    case when carts.known_status <> 'open' then carts.ended_on end as ended_on,

    ---------- timestamp
    left_carts.left_at
from left_carts
inner join carts
    on left_carts.cart_id = carts.cart_id
