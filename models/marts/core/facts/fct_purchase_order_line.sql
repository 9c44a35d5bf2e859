{{ config(unique_key='purchase_order_line_id', cluster_by='order_date') }}

{% set stg_orders = ref('stg_erp__purchase_orders') %}
{% set stg_lines = ref('stg_erp__purchase_order_lines') %}
{% set daily_rates = ref('int_currency__daily_rates') %}
{% set new_rates = keys_with_new_rates(stg_orders, 'purchase_order_id', 'ordered_at') %}
{% set inputs = [stg_orders, stg_lines, new_rates] %}
{% set where_changed = where_keys_changed('purchase_order_id', inputs) %}
{% set ordered_amount = safe_money('lines.ordered_quantity * lines.unit_cost', 'orders.currency_code') %}

with

orders as (

    select
        *,
        {{ business_date('ordered_at') }} as order_date
    from {{ stg_orders }}
    {{ where_changed }}

),

lines as (

    select *
    from {{ stg_lines }}
    {{ where_changed }}

)

select
    ---------- keys
    lines.purchase_order_line_id,
    lines.purchase_order_id,
    {{ surrogate_key('lines.product_id') }} as product_key,
    {{ surrogate_key('orders.supplier_id') }} as supplier_key,
    {{ surrogate_key('orders.warehouse_id') }} as warehouse_key,
    orders.order_date,

    ---------- attributes
    orders.purchase_order_status,
    orders.currency_code,
    orders.expected_on,

    ---------- measures
    lines.ordered_quantity,
    coalesce(lines.received_quantity, 0) as received_quantity,
    case
        when orders.purchase_order_status in ('received', 'cancelled') then 0
        else greatest(
            coalesce(lines.ordered_quantity - coalesce(lines.received_quantity, 0), 0), 0
        )
    end as open_quantity,
    cast(lines.unit_cost as decimal(18, 6)) as unit_cost,
    {{ ordered_amount }} as ordered_amount,
    {{ convert(ordered_amount, 'orders.currency_code', 'rates.reporting_rate') }}
        as ordered_amount_reporting,

    ---------- timestamps
    orders.ordered_at,

    ---------- technical
    coalesce(orders.is_deleted, false) or lines.is_deleted as _is_deleted,
    {{ current_load_id() }} as _load_id
from lines
left join orders
    on lines.purchase_order_id = orders.purchase_order_id
left join {{ daily_rates }} as rates
    on
        orders.order_date = rates.rate_date
        and orders.currency_code = rates.currency_code
{{ without_deleted() }}
