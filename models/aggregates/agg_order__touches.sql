{% set window_days = var('attribution_window_days') %}
{% set most_touches = var('attribution_most_touches') %}

with

sales as (

    select
        order_id,
        session_id,
        case when has_customer then customer_key end as customer_key,
        ordered_at,
        cast({{ dbt.dateadd('day', -window_days, 'ordered_at') }} as timestamp) as window_starts_at
    from {{ ref('fct_order') }}
    where
        is_sale
        and order_date <= {{ complete_up_to(['sales', 'sessions']) }}

),

sessions_of_sales as (

    select distinct session_id
    from sales

),

-- Of the many visits of nobody known only those that an order may be of.
visits as (

    select
        visits.session_id,
        visits.order_id,
        visits.started_at,
        visits.channel_group,
        nullif(customers.customer_key, 'unknown') as customer_key
    from {{ ref('agg_visit__channel_groups') }} as visits
    inner join {{ ref('agg_visit__customers') }} as customers
        on visits.session_id = customers.session_id
    left join sessions_of_sales
        on visits.session_id = sessions_of_sales.session_id
    where
        customers.customer_key <> 'unknown'
        or visits.order_id is not null
        or sessions_of_sales.session_id is not null

),

-- The visit in which it was placed, and the one that says so.
own_visits as (

    select
        sales.order_id,
        visits.session_id,
        visits.started_at,
        visits.channel_group,
        visits.customer_key
    from sales
    inner join visits
        on sales.session_id = visits.session_id

    union distinct

    select
        sales.order_id,
        visits.session_id,
        visits.started_at,
        visits.channel_group,
        visits.customer_key
    from sales
    inner join visits
        on sales.order_id = visits.order_id

),

-- A guest's order goes by the customer whom its own visit is taken to be of.
customers_of_own_visits as (

    select
        order_id,
        min(customer_key) as customer_key
    from own_visits
    group by order_id

),

sales_with_customers as (

    select
        sales.order_id,
        sales.ordered_at,
        sales.window_starts_at,
        coalesce(sales.customer_key, own_visits.customer_key) as customer_key
    from sales
    left join customers_of_own_visits as own_visits
        on sales.order_id = own_visits.order_id

),

numbered_visits as (

    select
        *,
        row_number() over (partition by customer_key order by started_at, session_id) as visit_number
    from visits
    where customer_key is not null

),

-- How many visits of the customer there were before the window, and up to the order: one walk through time for each
-- customer, as to compare each order with each visit would take the square of their number.
timeline as (

    select
        customer_key,
        cast(null as varchar) as order_id,
        started_at as happened_at,
        1 as place
    from numbered_visits

    union all

    select
        customer_key,
        order_id,
        window_starts_at as happened_at,
        0 as place
    from sales_with_customers
    where customer_key is not null

    union all

    select
        customer_key,
        order_id,
        ordered_at as happened_at,
        2 as place
    from sales_with_customers
    where customer_key is not null

),

counted_visits as (

    select
        customer_key,
        order_id,
        place,
        count(case when place = 1 then 1 end) over (
            partition by customer_key
            order by happened_at, place
            rows between unbounded preceding and current row
        ) as visits_so_far
    from timeline

),

bounds as (

    select
        order_id,
        customer_key,
        max(case when place = 0 then visits_so_far end) + 1 as first_visit_number,
        max(case when place = 2 then visits_so_far end) as last_visit_number
    from counted_visits
    where order_id is not null
    group by order_id, customer_key

),

steps_back as (

    select cast(generated_number as bigint) as step
    from ({{ dbt.generate_series(most_touches) }}) as numbers

),

-- From the last one back; where there are more than count, the last step is to the first one.
touch_numbers as (

    select
        bounds.order_id,
        bounds.customer_key,
        case
            when steps_back.step = {{ most_touches }} then bounds.first_visit_number
            else bounds.last_visit_number - steps_back.step + 1
        end as visit_number
    from bounds
    inner join steps_back
        on steps_back.step <= bounds.last_visit_number - bounds.first_visit_number + 1

),

touches as (

    select
        touch_numbers.order_id,
        visits.session_id,
        visits.started_at,
        visits.channel_group
    from touch_numbers
    inner join numbered_visits as visits
        on
            touch_numbers.customer_key = visits.customer_key
            and touch_numbers.visit_number = visits.visit_number

    union distinct

    select
        own_visits.order_id,
        own_visits.session_id,
        own_visits.started_at,
        own_visits.channel_group
    from own_visits
    inner join sales
        on own_visits.order_id = sales.order_id
    where own_visits.started_at between sales.window_starts_at and sales.ordered_at

)

select
    ---------- keys
    order_id,
    session_id,
    row_number() over (partition by order_id order by started_at, session_id) as touch_number,

    ---------- attribute
    channel_group,

    ---------- timestamp
    started_at as touched_at
from touches
