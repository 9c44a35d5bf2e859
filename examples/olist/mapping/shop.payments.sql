-- One row per payment; an order may have several.
select
    payments.order_id || '-' || payments.payment_sequential as payment_id,
    payments.order_id,
    case payments.payment_type
        when 'credit_card' then 'card'
        when 'debit_card' then 'card'
        -- boleto, voucher, not_defined
        else payments.payment_type
    end as payment_method,
    -- The files know approval of the order only.
    case
        when orders.approved_at is not null then 'captured'
        when orders.order_status = 'cancelled' then 'cancelled'
        else 'authorized'
    end as payment_status,
    payments.payment_value as amount,
    'BRL' as currency_code,
    orders.approved_at as paid_at,
    'c' as _op,
    coalesce(orders.approved_at, orders.ordered_at) as _committed_at
from olist_order_payments_dataset as payments
left join orders
    on payments.order_id = orders.order_id
