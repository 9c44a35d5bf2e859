{{ config(unique_key='refund_id', cluster_by='refund_date') }}

{% set stg_refunds = ref('stg_shop__refunds') %}
{% set daily_rates = ref('int_currency__daily_rates') %}
{% set stg_orders = ref('stg_shop__orders') %}
{% set stg_items = ref('stg_shop__order_items') %}
{% set changed_orders = keys_with_changed_orders(stg_refunds, 'refund_id') %}
{% set new_rates = keys_with_new_rates(stg_refunds, 'refund_id', 'refunded_at') %}
{% set changed_lines %}
(
    select refunds.refund_id, items._load_id
    from {{ stg_refunds }} as refunds
    inner join {{ stg_items }} as items
        on refunds.order_item_id = items.order_item_id
)
{% endset %}

with

refunds as (

    select
        *,
        {{ business_date('refunded_at') }} as refund_date
    from {{ stg_refunds }}
    {{ where_keys_changed('refund_id', [stg_refunds, new_rates, changed_orders, changed_lines]) }}

)

select
    ---------- keys
    refunds.refund_id,
    refunds.order_id,
    refunds.order_item_id,
    refunds.payment_id,
    coalesce(refunds.customer_key, orders.customer_key, 'unknown') as customer_key,
    {{ surrogate_key('coalesce(refunds.product_id, items.product_id)') }} as product_key,
    refunds.document_number,
    refunds.refund_date,

    ---------- attributes
    refunds.refund_reason,
    coalesce(refunds.country_code, orders.shipping_country_code) as country_code,
    refunds.currency_code,
    {{ order_flags('refunds.refunded_at') }},

    ---------- measures
    cast(refunds.amount as decimal(18, 3)) as amount,
    {{ convert('refunds.amount', 'refunds.currency_code', 'rates.reporting_rate') }}
        as amount_reporting,
    cast(refunds.tax_amount as decimal(18, 3)) as tax_amount,
    {{ convert('refunds.tax_amount', 'refunds.currency_code', 'rates.reporting_rate') }}
        as tax_amount_reporting,

    ---------- timestamps
    refunds.refunded_at,

    ---------- technical
    refunds.is_deleted as _is_deleted,
    {{ current_load_id() }} as _load_id
from refunds
left join {{ stg_orders }} as orders
    on refunds.order_id = orders.order_id
left join {{ stg_items }} as items
    on refunds.order_item_id = items.order_item_id
left join {{ daily_rates }} as rates
    on
        refunds.refund_date = rates.rate_date
        and refunds.currency_code = rates.currency_code
{{ without_deleted() }}
