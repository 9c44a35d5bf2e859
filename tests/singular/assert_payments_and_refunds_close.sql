-- Currencies in which payments or refunds do not add up to the same on every route: staging, facts, and the amounts that orders show.
{%- set routes = {
    'payments': ['stg_shop__payments', 'fct_payment', "payment_status = 'captured'", 'captured_amount'],
    'refunds': ['stg_shop__refunds', 'fct_refund', 'true', 'refunded_amount'],
} %}

with

orders as (

    select *
    from {{ ref('fct_order') }}

),

amounts as (
    {% for kind, route in routes.items() %}
        {%- set staged, fact, counted, amount_of_order = route %}
        {{ 'union all' if not loop.first }}
        select
            '{{ kind }}' as kind,
            currency_code,
            amount as one,
            0 as other
        from {{ ref(staged) }}
        where
            not is_deleted
            and {{ counted }}

        union all

        select
            '{{ kind }}' as kind,
            currency_code,
            0 as one,
            amount as other
        from {{ ref(fact) }}
        where {{ counted }}

        union all

        -- What is booked on an order that has not come, or in another currency, is on no order.
        select
            '{{ kind }} of orders' as kind,
            currency_code,
            {{ amount_of_order }} as one,
            0 as other
        from orders

        union all

        select
            '{{ kind }} of orders' as kind,
            orders.currency_code,
            0 as one,
            facts.amount as other
        from {{ ref(fact) }} as facts
        inner join orders
            on
                facts.order_id = orders.order_id
                and facts.currency_code = orders.currency_code
        where {{ counted }}
    {% endfor %}
)

select
    kind,
    currency_code,
    sum(one) as one,
    sum(other) as other
from amounts
group by
    kind,
    currency_code
having coalesce(sum(one), 0) <> coalesce(sum(other), 0)
