{{ config(unique_key='payment_id', cluster_by='payment_date') }}

{% set stg_payments = ref('stg_shop__payments') %}
{% set daily_rates = ref('int_currency__daily_rates') %}
{% set stg_orders = ref('stg_shop__orders') %}
{% set changed_orders = keys_with_changed_orders(stg_payments, 'payment_id') %}
{% set new_rates = keys_with_new_rates(stg_payments, 'payment_id', 'paid_at') %}

with

payments as (

    select
        *,
        {{ business_date('paid_at') }} as payment_date
    from {{ stg_payments }}
    {{ where_keys_changed('payment_id', [stg_payments, new_rates, changed_orders]) }}

)

select
    ---------- keys
    payments.payment_id,
    payments.order_id,
    payments.payment_date,

    ---------- attributes
    payments.payment_method,
    payments.payment_status,
    payments.currency_code,
    {{ order_flags('payments.paid_at') }},

    ---------- measures
    cast(payments.amount as decimal(18, 3)) as amount,
    {{ convert('payments.amount', 'payments.currency_code', 'rates.reporting_rate') }}
        as amount_reporting,
    cast(payments.fee_amount as decimal(18, 3)) as fee_amount,
    {{ convert('payments.fee_amount', 'payments.currency_code', 'rates.reporting_rate') }}
        as fee_amount_reporting,

    ---------- timestamps
    payments.paid_at,

    ---------- technical
    payments.is_deleted as _is_deleted,
    {{ current_load_id() }} as _load_id
from payments
left join {{ stg_orders }} as orders
    on payments.order_id = orders.order_id
left join {{ daily_rates }} as rates
    on
        payments.payment_date = rates.rate_date
        and payments.currency_code = rates.currency_code
{{ without_deleted() }}
