{#- What is odd about an event of an order: that its order has not come, or that it happened before the order was placed. Such rows stay, and
    the flags change when the order comes. -#}

{#- The keys of events whose order came or changed, for where_keys_changed(). `events` has `key` and order_id. -#}
{% macro keys_with_changed_orders(events, key) -%}
    (
        select events.{{ key }}, orders._load_id
        from {{ events }} as events
        inner join {{ ref('stg_shop__orders') }} as orders
            on events.order_id = orders.order_id
    )
{%- endmacro %}

{#- The flags as columns; the model joins stg_shop__orders as `orders`. -#}
{% macro order_flags(happened_at) -%}
    orders.order_id is not null as is_order_known,
    coalesce({{ happened_at }} < orders.ordered_at, false) as is_before_order
{%- endmacro %}
