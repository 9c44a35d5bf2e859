{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key='order_id',
        cluster_by='order_date',
        on_schema_change='append_new_columns',
    )
}}

{% set orders = ref('stg_shop__orders') %}
{% set items = ref('stg_shop__order_items') %}
{% set lines = ref('fct_order_line') %}
{% set payments = ref('fct_payment') %}
{% set refunds = ref('fct_refund') %}
{% set rates = ref('int_currency__daily_rates') %}
{% set stg_payments = ref('stg_shop__payments') %}
{% set stg_refunds = ref('stg_shop__refunds') %}

{# Staging is named beside the facts because a deleted row leaves nothing in them. #}
{% set inputs = [
    orders, items, lines, stg_payments, payments, stg_refunds, refunds, revalued(orders, 'order_id', 'ordered_at')
] %}
{% set of_touched_orders = where_touched('order_id', inputs) %}

with

orders as (

    select
        *,
        {{ business_date('ordered_at') }} as order_date
    from {{ orders }}
    {{ of_touched_orders }}

),

added_up as (

    {{ orders_with_amounts('orders', lines, payments, refunds, of_touched_orders) }}

),

valued as (

    select
        added_up.*,
        added_up.order_status in ('paid', 'shipped', 'delivered', 'returned') as is_sale,
        {{ convert('added_up.shipping_amount', 'added_up.currency_code', 'rates.reporting_rate') }}
            as shipping_amount_reporting
    from added_up
    left join {{ rates }} as rates
        on
            added_up.order_date = rates.rate_date
            and added_up.currency_code = rates.currency_code

)

select
    ---------- keys
    order_id,
    coalesce(customer_key, 'unknown') as customer_key,
    {{ entity_key('promotion_id') }} as promotion_key,
    session_id,
    order_date,

    ---------- attributes
    sales_channel,
    order_status,
    is_sale,
    is_sale and bought_line_count > 0 as is_purchase,
    customer_key is not null as has_customer,
    is_guest,
    shipping_country_code,
    currency_code,

    ---------- measures in the order's currency
    cast(line_count as bigint) as line_count,
    cast(unit_count as bigint) as unit_count,
    cast(gross_amount as decimal(18, 3)) as gross_amount,
    cast(lines_discount_amount as decimal(18, 3)) as discount_amount,
    cast(gross_amount - lines_discount_amount as decimal(18, 3)) as net_amount,
    cast(lines_tax_amount as decimal(18, 3)) as tax_amount,
    cast(shipping_amount as decimal(18, 3)) as shipping_amount,
    cast(total_amount as decimal(18, 3)) as total_amount,
    cast(captured_amount as decimal(18, 3)) as captured_amount,
    cast(refunded_amount as decimal(18, 3)) as refunded_amount,

    ---------- measures in the reporting currency
    cast(gross_amount_reporting as decimal(18, 3)) as gross_amount_reporting,
    cast(discount_amount_reporting as decimal(18, 3))
        as discount_amount_reporting,
    cast(gross_amount_reporting - discount_amount_reporting as decimal(18, 3))
        as net_amount_reporting,
    cast(tax_amount_reporting as decimal(18, 3)) as tax_amount_reporting,
    cast(cost_amount_reporting as decimal(18, 3)) as cost_amount_reporting,
    shipping_amount_reporting,

    ---------- timestamps
    ordered_at,

    ---------- technical
    is_deleted as _is_deleted,
    {{ current_batch() }} as _batch
from valued
{{ without_deleted() }}
