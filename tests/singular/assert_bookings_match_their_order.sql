{{ config(severity='warn', store_failures=true) }}

-- Money that was booked on an order which has not come (what names no order, such as a credit note without an original sale, is no question), in another currency than the order's, or, for payments, on one that is still pending.
{%- set bookings = {
    'payment': ['fct_payment', 'payment_id', "bookings.payment_status = 'captured'"],
    'refund': ['fct_refund', 'refund_id', 'true'],
} %}
{%- for kind, booking in bookings.items() %}
    {%- set fact, key, counted = booking %}
    {{ 'union all' if not loop.first }}
    select
        '{{ kind }}' as booking_kind,
        bookings.{{ key }} as booking_id,
        bookings.order_id,
        orders.order_status,
        bookings.currency_code,
        orders.currency_code as currency_code_of_order,
        bookings.amount
    from {{ ref(fact) }} as bookings
    left join {{ ref('fct_order') }} as orders
        on bookings.order_id = orders.order_id
    where
        {{ counted }}
        and {{ has_landed('shop', 'orders') }}
        and (
            (orders.order_id is null and bookings.order_id is not null)
            or bookings.currency_code <> orders.currency_code
            or ('{{ kind }}' = 'payment' and orders.order_status = 'pending')
        )
{%- endfor %}
