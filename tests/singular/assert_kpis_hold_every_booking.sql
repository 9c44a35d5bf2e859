{#- What is booked in staging and facts on each day, measure by measure, against the KPIs of the day: what a fact holds and no day shows is found, and
    the other way round. It joins no calendar, and leaves out nothing but later days and what is no sale. A sum with an unknown part is unknown.
    measure: [rows, day, what one row books, condition]. -#}
{%- set routes = {
    'order_count': ['orders', 'order_date', '1', 'is_purchase'],
    'guest_order_count': ['orders', 'order_date', '1', 'is_purchase and customer_key is null'],
    'new_customer_count': ['buyers', 'order_date', '1', 'order_date = first_order_date'],
    'returning_customer_count': ['buyers', 'order_date', '1', 'order_date > first_order_date'],
    'unit_count': ['lines', 'order_date', 'quantity', 'is_sale'],
    'gross_sales_amount': [ref('fct_order'), 'order_date', 'gross_amount_reporting', 'is_sale'],
    'discount_amount': [ref('fct_order'), 'order_date', 'discount_amount_reporting', 'is_sale'],
    'tax_amount': [ref('fct_order'), 'order_date', 'tax_amount_reporting', 'is_sale'],
    'shipping_amount': [ref('fct_order'), 'order_date', 'shipping_amount_reporting', 'is_sale'],
    'cost_amount': [ref('fct_order'), 'order_date', 'cost_amount_reporting', 'is_sale'],
    'purchase_amount': [ref('fct_order'), 'order_date', 'net_amount_reporting', 'is_purchase'],
    'refund_amount': ['refunds', 'refund_date', 'amount_reporting', 'is_unmatched or is_sale'],
    'unmatched_refund_amount': ['refunds', 'refund_date', 'amount_reporting', 'is_unmatched'],
    'session_count': ['sessions', 'session_date', '1', 'true'],
    'converted_session_count': ['sessions', 'session_date', '1', 'has_purchase'],
} %}
{#- Later days are not delivered whole. -#}
{%- set last_day = complete_up_to(['sales', 'cost', 'refunds', 'sessions']) %}
with

bought as (

    select distinct order_id
    from {{ ref('stg_shop__order_items') }}
    where
        not is_deleted
        and quantity > 0
        and unit_price >= 0

),

orders as (

    select
        orders.order_id,
        orders.customer_key,
        {{ business_date('orders.ordered_at') }} as order_date,
        orders.order_status not in ('pending', 'cancelled') as is_sale,
        orders.order_status not in ('pending', 'cancelled') and bought.order_id is not null
            as is_purchase
    from {{ ref('stg_shop__orders') }} as orders
    left join bought
        on orders.order_id = bought.order_id
    where not orders.is_deleted

),

lines as (

    select
        orders.order_date,
        orders.is_sale,
        items.quantity
    from {{ ref('stg_shop__order_items') }} as items
    inner join orders
        on items.order_id = orders.order_id
    where not items.is_deleted

),

-- Each customer once a day, with the day of the first purchase.
buyers as (

    select
        customer_key,
        order_date,
        min(order_date) over (partition by customer_key) as first_order_date
    from orders
    where
        is_purchase
        and customer_key is not null
    group by customer_key, order_date

),

refunds as (

    select
        refunds.refund_date,
        refunds.amount_reporting,
        orders.order_id is null as is_unmatched,
        coalesce(orders.is_sale, false) as is_sale
    from {{ ref('fct_refund') }} as refunds
    left join orders
        on refunds.order_id = orders.order_id

),

sessions as (

    select
        session_id,
        {{ business_date('min(occurred_at)') }} as session_date,
        max(case when event_type = 'purchase' then 1 else 0 end) = 1 as has_purchase
    from {{ ref('stg_web__events') }}
    group by session_id

),

booked as (
    {% for measure, (rows_of_facts, day, amount, condition) in routes.items() %}
        {{ 'union all' if not loop.first }}
        select
            '{{ measure }}' as measure,
            {{ day }} as date_day,
            case
                when count(*) = count({{ amount }}) then sum(cast({{ amount }} as decimal(28, 3)))
            end as booked_value
        from {{ rows_of_facts }}
        where
            ({{ condition }})
            and {{ day }} <= {{ last_day }}
        group by {{ day }}
    {% endfor %}
),

shown as (
    {% for measure in routes %}
        {{ 'union all' if not loop.first }}
        select
            '{{ measure }}' as measure,
            date_day,
            cast({{ measure }} as decimal(28, 3)) as shown_value
        from {{ ref('daily_sales_kpis') }}
        where date_day <= {{ last_day }}
    {% endfor %}
)

select
    coalesce(booked.measure, shown.measure) as measure,
    coalesce(booked.date_day, shown.date_day) as date_day,
    booked.booked_value,
    shown.shown_value
from booked
full join shown
    on
        booked.measure = shown.measure
        and booked.date_day = shown.date_day
where
    case when booked.measure is null then 0 else booked.booked_value end
    is distinct from shown.shown_value
