{{ config(materialized=live_materialization()) }}

select
    ---------- key
    product_key,

    ---------- attributes
    product_id,
    product_name,
    category_code,
    max(available_quantity) as available_quantity,

    ---------- measures
    count(*) as visit_count,
    cast(coalesce(count_if(cart_unit_count > 0), 0) as bigint) as cart_visit_count,
    cast(coalesce(count_if(not was_in_stock), 0) as bigint) as unavailable_visit_count,

    ---------- timestamp
    max(last_event_at) as last_event_at
from {{ ref('live_interactions') }}
where
    not is_bot
    and product_key is not null
group by product_key, product_id, product_name, category_code
