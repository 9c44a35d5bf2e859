{#- The keys of events whose order came or changed, for where_keys_changed(). `events` has `key` and order_id. -#}
{% macro keys_with_changed_orders(events, key) -%}
    (
        select events.{{ key }}, orders._load_id
        from {{ events }} as events
        inner join {{ ref('stg_shop__orders') }} as orders
            on events.order_id = orders.order_id
    )
{%- endmacro %}

{#- What is odd about an event: its order has not come, or came after it. Such rows stay. The model joins stg_shop__orders as `orders`. -#}
{% macro order_flags(happened_at) -%}
    orders.order_id is not null as is_order_known,
    coalesce({{ happened_at }} < orders.ordered_at, false) as is_before_order
{%- endmacro %}
