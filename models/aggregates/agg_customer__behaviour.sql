{#- A rate of a customer begins as if this many orders had been like those of all: what one order says is mostly chance. -#}
{% set orders_of_all = 2 %}

with

customers as (

    select *
    from {{ ref('dim_customer') }}
    where
        customer_key <> 'unknown'
        and not is_deleted

),

sales as (

    select *
    from {{ ref('agg_customer__sales') }}

),

-- Orders and not lines: a source that books a return twice, or takes it back, makes no other customer of anyone. A return without an order is
-- none of these.
returned_orders as (

    select
        orders.customer_key,
        count(distinct returns.order_id) as returned_order_count
    from {{ ref('fct_return') }} as returns
    inner join {{ ref('fct_order') }} as orders
        on returns.order_id = orders.order_id
    where
        orders.is_purchase
        and orders.order_date <= {{ as_of() }}
        and returns.return_date <= {{ as_of() }}
    group by orders.customer_key

),

sessions as (

    select
        customer_key,
        count(*) as session_count,
        max(session_date) as last_session_date
    from {{ ref('fct_web_session') }}
    where
        customer_key <> 'unknown'
        and session_date <= {{ as_of() }}
    group by customer_key

),

tickets as (

    select
        customer_key,
        count(*) as ticket_count
    from {{ ref('fct_ticket') }}
    where
        customer_key <> 'unknown'
        and opened_date <= {{ as_of() }}
    group by customer_key

),

carts as (

    select
        customer_key,
        count(*) as cart_count
    from {{ ref('fct_cart') }}
    where
        customer_key <> 'unknown'
        and cart_date <= {{ as_of() }}
    group by customer_key

),

-- As in daily_service, without what moderation has rejected.
reviews as (

    select
        customer_key,
        count(*) as review_count,
        sum(stars) as star_count
    from {{ ref('fct_review') }}
    where
        customer_key <> 'unknown'
        and review_date <= {{ as_of() }}
        and review_status <> 'rejected'
    group by customer_key

),

newest_answers as (

    select
        customer_key,
        score
    from {{ ref('fct_survey_response') }}
    where
        customer_key <> 'unknown'
        and response_date <= {{ as_of() }}
    qualify
        row_number() over (
            partition by customer_key order by responded_at desc nulls last, response_id desc nulls last
        ) = 1

),

-- What all customers do, which those with few orders are drawn towards.
totals as (

    select
        cast(sum(sales.discounted_order_count) as double) / nullif(sum(sales.order_count), 0) as discounted_order_rate,
        cast(sum(returned_orders.returned_order_count) as double) / nullif(sum(sales.order_count), 0)
            as returned_order_rate,
        cast(sum(sales.unit_count) as double) / nullif(sum(sales.order_count), 0) as units_per_order
    from customers
    inner join sales
        on customers.customer_key = sales.customer_key
    left join returned_orders
        on customers.customer_key = returned_orders.customer_key

)

select
    ---------- key
    customers.customer_key,

    ---------- attributes
    '{{ var("reporting_currency") }}' as currency_code,

    ---------- measures
    cast(sales.recency_days as bigint) as recency_days,
    cast(coalesce(sales.order_count, 0) as bigint) as order_count,
    cast(
        case
            when sales.customer_key is null then 0
            else sales.net_amount_reporting
        end as decimal(18, 3)
    ) as net_amount_reporting,
    cast(coalesce(sales.discounted_order_count, 0) as bigint)
        as discounted_order_count,
    cast(coalesce(returned_orders.returned_order_count, 0) as bigint)
        as returned_order_count,
    {%- for rate, count in {
        'discounted_order_rate': 'sales.discounted_order_count',
        'returned_order_rate': 'returned_orders.returned_order_count',
        'units_per_order': 'sales.unit_count',
    }.items() %}
        cast(coalesce({{ count }}, 0) + {{ orders_of_all }} * coalesce(totals.{{ rate }}, 0) as double)
        / nullif(coalesce(sales.order_count, 0) + {{ orders_of_all }}, 0) as {{ rate }},
    {%- endfor %}
    cast(coalesce(sessions.session_count, 0) as bigint) as session_count,
    sessions.last_session_date,
    cast(coalesce(tickets.ticket_count, 0) as bigint) as ticket_count,
    cast(coalesce(carts.cart_count, 0) as bigint) as cart_count,
    cast(coalesce(reviews.review_count, 0) as bigint) as review_count,
    cast(round(cast(reviews.star_count as double) / nullif(reviews.review_count, 0), 2) as decimal(18, 2))
        as average_stars,
    cast(newest_answers.score as bigint) as nps_score
from customers
cross join totals
left join sales
    on customers.customer_key = sales.customer_key
left join returned_orders
    on customers.customer_key = returned_orders.customer_key
left join sessions
    on customers.customer_key = sessions.customer_key
left join tickets
    on customers.customer_key = tickets.customer_key
left join carts
    on customers.customer_key = carts.customer_key
left join reviews
    on customers.customer_key = reviews.customer_key
left join newest_answers
    on customers.customer_key = newest_answers.customer_key
