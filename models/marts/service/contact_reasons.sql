with

tickets as (

    select
        tickets.*,
        coalesce(tickets.topic, 'unknown') as known_topic,
        coalesce(products.category_code, 'unknown') as category_code,
        days.iso_week_start as week_start
    from {{ ref('ticket_performance') }} as tickets
    inner join {{ ref('dim_date') }} as days
        on tickets.opened_date = days.date_day
    left join {{ ref('dim_product') }} as products
        on tickets.product_key = products.product_key

),

-- What the customer wrote first.
sentiments as (

    select
        source_id as ticket_id,
        sentiment
    from {{ ref('pred_text__sentiments') }}
    where document_source = 'ticket'

),

late_orders as (

    select order_id
    from {{ ref('fct_shipment') }}
    where is_late
    group by order_id

),

reasons as (

    select
        tickets.week_start,
        tickets.known_topic as topic,
        tickets.category_code,
        count(*) as ticket_count,
        count_if(tickets.order_id is not null) as order_ticket_count,
        count(late_orders.order_id) as late_order_ticket_count,
        coalesce(count_if(sentiments.sentiment = 'negative'), 0) as negative_ticket_count,
        count_if(tickets.is_reopened) as reopened_ticket_count,
        coalesce(count_if(tickets.is_first_response_breached), 0) as first_response_breach_count,
        coalesce(count_if(tickets.is_resolution_breached), 0) as resolution_breach_count
    from tickets
    left join sentiments
        on tickets.ticket_id = sentiments.ticket_id
    left join late_orders
        on tickets.order_id = late_orders.order_id
    group by tickets.week_start, tickets.known_topic, tickets.category_code

),

sales_by_week as (

    select
        days.iso_week_start as week_start,
        count(*) as order_count
    from {{ ref('fct_order') }} as orders
    inner join {{ ref('dim_date') }} as days
        on orders.order_date = days.date_day
    where
        orders.is_sale
        and orders.order_date <= {{ as_of() }}
    group by days.iso_week_start

),

-- A week without a ticket has no row and counts as none.
earlier_weeks as (

    select
        reasons.week_start,
        reasons.topic,
        reasons.category_code,
        sum(earlier.ticket_count) as ticket_count
    from reasons
    inner join reasons as earlier
        on
            reasons.topic = earlier.topic
            and reasons.category_code = earlier.category_code
            and earlier.week_start >= {{ add_days('reasons.week_start', -28) }}
            and reasons.week_start > earlier.week_start
    group by reasons.week_start, reasons.topic, reasons.category_code

)

select
    ---------- keys
    reasons.week_start,
    reasons.topic,
    reasons.category_code,

    ---------- measures
    {% for measure in [
        'ticket_count', 'order_ticket_count', 'late_order_ticket_count', 'negative_ticket_count', 'reopened_ticket_count',
        'first_response_breach_count', 'resolution_breach_count',
    ] -%}
        cast(reasons.{{ measure }} as bigint) as {{ measure }},
    {% endfor -%}
    cast(sales_by_week.order_count as bigint) as week_order_count,
    round(100 * cast(reasons.ticket_count as double) / nullif(sales_by_week.order_count, 0), 4)
        as tickets_per_100_orders,
    cast(coalesce(earlier_weeks.ticket_count, 0) as double) / 4 as mean_ticket_count_4_weeks
from reasons
left join sales_by_week
    on reasons.week_start = sales_by_week.week_start
left join earlier_weeks
    on
        reasons.week_start = earlier_weeks.week_start
        and reasons.topic = earlier_weeks.topic
        and reasons.category_code = earlier_weeks.category_code
