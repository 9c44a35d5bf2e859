{{ config(unique_key='return_id', cluster_by='return_date') }}

{% set stg_returns = ref('stg_wms__returns') %}
{% set stg_orders = ref('stg_shop__orders') %}
{% set changed_orders = keys_with_changed_orders(stg_returns, 'return_id') %}

with

returns as (

    select *
    from {{ stg_returns }}
    {{ where_keys_changed('return_id', [stg_returns, changed_orders]) }}

)

select
    ---------- keys
    returns.return_id,
    returns.order_id,
    returns.order_item_id,
    coalesce(returns.customer_key, orders.customer_key, 'unknown') as customer_key,
    {{ surrogate_key('returns.product_id') }} as product_key,
    {{ surrogate_key('returns.warehouse_id') }} as warehouse_key,
    returns.document_number,
    {{ business_date('returns.returned_at') }} as return_date,

    ---------- attributes
    coalesce(returns.country_code, orders.shipping_country_code) as country_code,
    returns.return_reason,
    returns.item_condition,
    {{ order_flags('returns.returned_at') }},
    returns.quantity < 0 as has_negative_quantity,

    ---------- measures
    returns.quantity,

    ---------- timestamps
    returns.returned_at,

    ---------- technical
    returns._version,
    false as _is_deleted,
    {{ current_load_id() }} as _load_id
from returns
left join {{ stg_orders }} as orders
    on returns.order_id = orders.order_id
