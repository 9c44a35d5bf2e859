{{ config(severity='warn', store_failures=true) }}

-- The newest day is left out: its last orders may land with the next. A company without a shop's orders has none to look for.
select
    sessions.session_id,
    sessions.session_date,
    sessions.order_id
from {{ ref('fct_web_session') }} as sessions
left join {{ ref('stg_shop__orders') }} as orders
    on sessions.order_id = orders.order_id
where
    sessions.order_id is not null
    and orders.order_id is null
    and sessions.session_date < {{ as_of() }}
    and {{ has_landed('shop', 'orders') }}
