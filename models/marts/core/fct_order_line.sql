{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key='order_item_id',
        cluster_by='order_date',
        on_schema_change='append_new_columns',
    )
}}

{% set items = ref('stg_shop__order_items') %}
{% set orders = ref('stg_shop__orders') %}
{% set costs = ref('int_product__versions') %}
{% set cost_changes = ref('stg_erp__product_changes') %}
{% set rates = ref('int_currency__daily_rates') %}
{% set inputs = [
    orders, items, repriced(orders, items, cost_changes), revalued(orders, 'order_id', 'ordered_at')
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

items as (

    select *
    from {{ items }}
    {{ of_touched_orders }}

),

priced as (

    {{ priced_lines('items', 'orders', costs, rates) }}

),

converted as (

    select
        *,
        {{ convert('gross_amount', 'currency_code', 'reporting_rate') }}
            as gross_amount_reporting,
        {{ convert('line_discount_amount', 'currency_code', 'reporting_rate') }}
            as discount_amount_reporting,
        {{ convert('line_tax_amount', 'currency_code', 'reporting_rate') }}
            as tax_amount_reporting,
        {{ convert('cost_amount', 'cost_currency_code', 'cost_reporting_rate') }}
            as cost_amount_reporting
    from priced

)

select
    ---------- keys
    order_item_id,
    order_id,
    coalesce(customer_key, 'unknown') as customer_key,
    {{ entity_key('product_id') }} as product_key,
    {{ entity_key('promotion_id') }} as promotion_key,
    order_date,

    ---------- attributes
    line_number,
    sales_channel,
    order_status,
    shipping_country_code,
    currency_code,
    cost_currency_code,
    is_order_known,
    quantity < 0 as has_negative_quantity,

    ---------- measures in the order's currency
    quantity,
    unit_price,
    gross_amount,
    cast(line_discount_amount as decimal(18, 3)) as discount_amount,
    cast(gross_amount - line_discount_amount as decimal(18, 3)) as net_amount,
    cast(line_tax_amount as decimal(18, 3)) as tax_amount,
    cost_amount,

    ---------- measures in the reporting currency
    gross_amount_reporting,
    discount_amount_reporting,
    cast(gross_amount_reporting - discount_amount_reporting as decimal(18, 3))
        as net_amount_reporting,
    tax_amount_reporting,
    cost_amount_reporting,

    ---------- timestamps
    ordered_at,

    ---------- technical
    _is_deleted,
    {{ current_batch() }} as _batch
from converted
{{ without_deleted() }}
