{{ config(materialized='view') }}

with

visits as (

    select *
    from {{ ref('fct_web_session') }}
    where
        not is_bot
        and session_date <= {{ as_of() }}

),

-- An order and its visit know each other by the visit's key, by the order's number, or both.
orders_of_visits as (

    select
        visits.session_id,
        orders.order_id,
        orders.ordered_at,
        orders.customer_key
    from visits
    inner join {{ ref('fct_order') }} as orders
        on visits.order_id = orders.order_id
    where
        visits.customer_key = 'unknown'
        and orders.has_customer

    union all

    select
        visits.session_id,
        orders.order_id,
        orders.ordered_at,
        orders.customer_key
    from visits
    inner join {{ ref('fct_order') }} as orders
        on visits.session_id = orders.session_id
    where
        visits.customer_key = 'unknown'
        and orders.has_customer

),

-- As of several persons who log in, the last one counts.
ordering_customers as (

    select *
    from orders_of_visits
    qualify
        row_number() over (partition by session_id order by ordered_at desc nulls last, order_id desc nulls last) = 1

)

select
    ---------- keys
    visits.session_id,
    visits.device_key,
    case
        when visits.customer_key <> 'unknown' then visits.customer_key
        else orders.customer_key
    end as customer_key,

    ---------- attributes
    case
        when visits.customer_key <> 'unknown' then 'logged_in'
        when orders.customer_key is not null then 'order'
    end as identity_method,

    ---------- timestamp
    visits.started_at
from visits
left join ordering_customers as orders
    on visits.session_id = orders.session_id
