{#- Customers whose counts or money in customer_360 are not what facts say, without the aggregates; customers who are in one of customer_360 and
    customer_segments only; and consents that are said to stand where the last declaration does not say so. -#}
{%- set sales_day = complete_up_to(['sales']) %}
{%- set counts = {
    'order_count': ['sales'], 'unit_count': ['sales'], 'session_count': ['sessions'], 'cart_count': ['carts'], 'ticket_count': ['tickets'],
    'review_count': ['reviews'],
} %}
with

customers as (

    select *
    from {{ ref('customer_360') }}

),

orders as (

    select *
    from {{ ref('fct_order') }}
    where
        is_sale
        and order_date <= {{ sales_day }}

),

-- One row per thing that is counted or paid.
bookings as (

    select
        customer_key,
        case when is_purchase then 'order_count' end as measure,
        1 as quantity,
        gross_amount_reporting - discount_amount_reporting - tax_amount_reporting as revenue,
        shipping_amount_reporting - shipping_tax_amount_reporting - cost_amount_reporting
        - shipping_cost_amount_reporting - payment_fee_amount_reporting as margin
    from orders

    union all

    select
        customer_key,
        'unit_count' as measure,
        unit_count as quantity,
        0 as revenue,
        0 as margin
    from orders

    union all

    select
        refunds.customer_key,
        null as measure,
        0 as quantity,
        -refunds.amount_reporting + case
            when refunds.tax_amount is not null then refunds.tax_amount_reporting
            when coalesce(known_orders.net_amount, 0) = 0 then 0
            else cast(round(
                cast(refunds.amount_reporting as double) * cast(known_orders.tax_amount as double)
                / nullif(cast(known_orders.net_amount as double), 0), {{ minor_unit(var('reporting_currency')) }}
            ) as decimal(18, 3))
        end as revenue,
        0 as margin
    from {{ ref('fct_refund') }} as refunds
    left join {{ ref('fct_order') }} as known_orders
        on refunds.order_id = known_orders.order_id
    where
        refunds.refund_date <= {{ sales_day }}
        and coalesce(known_orders.is_sale, true)

    {% for fact, measure, day, condition in [
        ('fct_web_session', 'session_count', 'session_date', 'true'),
        ('fct_cart', 'cart_count', 'cart_date', 'true'),
        ('fct_ticket', 'ticket_count', 'opened_date', 'true'),
        ('fct_review', 'review_count', 'review_date', "review_status in ('pending', 'published')"),
    ] %}
        union all

        select
            customer_key,
            '{{ measure }}' as measure,
            1 as quantity,
            0 as revenue,
            0 as margin
        from {{ ref(fact) }}
        where
            {{ day }} <= {{ as_of() }}
            and {{ condition }}
    {% endfor %}
),

booked as (

    select
        customer_key,
        {%- for measure in counts %}
            sum(case when measure = '{{ measure }}' then quantity else 0 end) as {{ measure }},
        {%- endfor %}
        case when count(*) = count(revenue) then sum(revenue) end as revenue,
        case when count(*) = count(revenue + margin) then sum(revenue + margin) end as margin
    from bookings
    group by customer_key

),

compared as (

    select
        customers.customer_key,
        {%- for measure, groups in counts.items() %}
            customers.{{ measure }} as shown_{{ measure }},
            case when {{ counted_up_to(groups) }} is not null then coalesce(booked.{{ measure }}, 0) end
                as {{ measure }},
        {%- endfor %}
        customers.net_revenue_amount,
        customers.contribution_margin_amount,
        case when booked.customer_key is null then 0 else booked.revenue end as revenue,
        case when booked.customer_key is null then 0 else booked.margin end as margin,
        {{ complete_up_to(['refunds']) }} >= {{ sales_day }} and {{ counted_up_to(['sales']) }} is not null
            as is_revenue_known,
        coalesce({{ counted_up_to(['cost', 'parcels', 'payments']) }} >= {{ sales_day }}, false) as is_margin_known
    from customers
    left join booked
        on customers.customer_key = booked.customer_key

)

select
    customer_key,
    'differs from facts' as problem
from compared
where
    {%- for measure in counts %}
        shown_{{ measure }} is distinct from {{ measure }}
        or
    {%- endfor %}
    (is_revenue_known and net_revenue_amount is distinct from cast(revenue as decimal(18, 3)))
    or (
        is_revenue_known
        and is_margin_known
        and contribution_margin_amount is distinct from cast(margin as decimal(18, 3))
    )

union all

select
    coalesce(customers.customer_key, segments.customer_key) as customer_key,
    'is in one table only' as problem
from customers
full join {{ ref('customer_segments') }} as segments
    on customers.customer_key = segments.customer_key
where
    customers.customer_key is null
    or segments.customer_key is null

union all

select
    customers.customer_key,
    'consent that was not declared last' as problem
from customers
left join {{ ref('fct_consent') }} as declared
    on
        customers.customer_key = declared.customer_key
        and declared.purpose = 'email_marketing'
        and {{ business_date('declared.valid_from') }} <= {{ as_of() }}
        and (declared.valid_to is null or {{ business_date('declared.valid_to') }} > {{ as_of() }})
where
    customers.consents_to_email_marketing
    and coalesce(not declared.is_granted, true)
