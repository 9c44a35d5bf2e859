{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key='order_id',
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

{% set revalued %}
(
    select orders.order_id, rates._batch
    from {{ orders }} as orders
    inner join {{ rates }} as rates
        on {{ business_date('orders.ordered_at') }} = rates.rate_date
)
{% endset %}
{# Staging is named beside the facts because a deleted row leaves nothing in them. #}
{% set inputs = [
    orders, items, lines, stg_payments, payments, stg_refunds, refunds, revalued
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

lines as (

    select
        order_id,
        count(*) as line_count,
        sum(quantity) as unit_count,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(tax_amount) as tax_amount,
        {{ complete_sum('gross_amount_reporting') }} as gross_amount_reporting,
        {{ complete_sum('discount_amount_reporting') }}
            as discount_amount_reporting,
        {{
            complete_sum('case when tax_amount is null then 0 else tax_amount_reporting end')
        }}
            as tax_amount_reporting,
        {{ complete_sum('cost_amount_reporting') }} as cost_amount_reporting
    from {{ lines }}
    {{ of_touched_orders }}
    group by order_id

),

payments as (

    select
        order_id,
        sum(case when payment_status = 'captured' then amount else 0 end)
            as captured_amount
    from {{ payments }}
    {{ of_touched_orders }}
    group by order_id

),

refunds as (

    select
        order_id,
        sum(amount) as refunded_amount
    from {{ refunds }}
    {{ of_touched_orders }}
    group by order_id

),

joined as (

    select
        orders.*,
        coalesce(lines.line_count, 0) as line_count,
        coalesce(lines.unit_count, 0) as unit_count,
        coalesce(lines.gross_amount, 0) as gross_amount,
        coalesce(lines.discount_amount, 0) as lines_discount_amount,
        coalesce(lines.tax_amount, 0) as lines_tax_amount,
        coalesce(payments.captured_amount, 0) as captured_amount,
        coalesce(refunds.refunded_amount, 0) as refunded_amount,
        case when lines.order_id is null then 0 else lines.gross_amount_reporting end
            as gross_amount_reporting,
        case when lines.order_id is null then 0 else lines.discount_amount_reporting end
            as discount_amount_reporting,
        case when lines.order_id is null then 0 else lines.tax_amount_reporting end
            as tax_amount_reporting,
        case when lines.order_id is null then 0 else lines.cost_amount_reporting end
            as cost_amount_reporting,
        {{ convert('orders.shipping_amount', 'orders.currency_code', 'rates.reporting_rate') }}
            as shipping_amount_reporting
    from orders
    left join lines
        on orders.order_id = lines.order_id
    left join payments
        on orders.order_id = payments.order_id
    left join refunds
        on orders.order_id = refunds.order_id
    left join {{ rates }} as rates
        on
            orders.order_date = rates.rate_date
            and orders.currency_code = rates.currency_code

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
    order_status in ('paid', 'shipped', 'delivered', 'returned') as is_sale,
    is_guest,
    shipping_country_code,
    currency_code,

    ---------- measures in the order's currency
    cast(line_count as bigint) as line_count,
    cast(unit_count as bigint) as unit_count,
    cast(gross_amount as decimal(18, 2)) as gross_amount,
    cast(lines_discount_amount as decimal(18, 2)) as discount_amount,
    cast(gross_amount - lines_discount_amount as decimal(18, 2)) as net_amount,
    cast(lines_tax_amount as decimal(18, 2)) as tax_amount,
    cast(shipping_amount as decimal(18, 2)) as shipping_amount,
    cast(total_amount as decimal(18, 2)) as total_amount,
    cast(captured_amount as decimal(18, 2)) as captured_amount,
    cast(refunded_amount as decimal(18, 2)) as refunded_amount,

    ---------- measures in the reporting currency
    cast(gross_amount_reporting as decimal(18, 2)) as gross_amount_reporting,
    cast(discount_amount_reporting as decimal(18, 2))
        as discount_amount_reporting,
    cast(gross_amount_reporting - discount_amount_reporting as decimal(18, 2))
        as net_amount_reporting,
    cast(tax_amount_reporting as decimal(18, 2)) as tax_amount_reporting,
    cast(cost_amount_reporting as decimal(18, 2)) as cost_amount_reporting,
    shipping_amount_reporting,

    ---------- timestamps
    ordered_at,

    ---------- technical
    is_deleted as _is_deleted,
    {{ current_batch() }} as _batch
from joined
{{ without_deleted() }}
