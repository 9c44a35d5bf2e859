{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key='refund_id',
        cluster_by='refund_date',
        on_schema_change='append_new_columns',
    )
}}

{% set refunds = ref('stg_shop__refunds') %}
{% set rates = ref('int_currency__daily_rates') %}
{% set orders = ref('stg_shop__orders') %}
{% set ordered = of_changed_orders(refunds, 'refund_id') %}
{% set priced_anew = revalued(refunds, 'refund_id', 'refunded_at') %}

with

refunds as (

    select
        *,
        {{ business_date('refunded_at') }} as refund_date
    from {{ refunds }}
    {{ where_touched('refund_id', [refunds, priced_anew, ordered]) }}

)

select
    ---------- keys
    refunds.refund_id,
    refunds.order_id,
    refunds.order_item_id,
    refunds.payment_id,
    refunds.refund_date,

    ---------- attributes
    refunds.refund_reason,
    refunds.currency_code,
    {{ order_flags('refunds.refunded_at') }},

    ---------- measures
    cast(refunds.amount as decimal(18, 3)) as amount,
    {{ convert('refunds.amount', 'refunds.currency_code', 'rates.reporting_rate') }}
        as amount_reporting,

    ---------- timestamps
    refunds.refunded_at,

    ---------- technical
    refunds.is_deleted as _is_deleted,
    {{ current_batch() }} as _batch
from refunds
left join {{ orders }} as orders
    on refunds.order_id = orders.order_id
left join {{ rates }} as rates
    on
        refunds.refund_date = rates.rate_date
        and refunds.currency_code = rates.currency_code
{{ without_deleted() }}
