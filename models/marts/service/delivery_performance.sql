{#- From the worst to the best for the customer. -#}
{% set outcomes = ['overdue', 'returned', 'late', 'unknown', 'in_transit', 'unpromised', 'on_time'] %}

with

known_days as (

    select
        {{ as_of() }} as as_of_date,
        {{ counted_up_to(['parcels', 'tracking']) }} as tracking_up_to

),

-- A delivery after the day that marts are as of has not happened yet.
parcels as (

    select
        parcels.*,
        known_days.tracking_up_to,
        case when parcels.delivery_date <= known_days.as_of_date then parcels.delivery_date end as known_delivery_date
    from {{ ref('fct_shipment') }} as parcels
    cross join known_days
    where parcels.ship_date <= known_days.as_of_date

),

parcels_with_outcomes as (

    select
        parcels.shipment_id,
        parcels.order_id,
        parcels.ship_date,
        parcels.failed_delivery_count,
        parcels.known_delivery_date,
        days.iso_week_start as week_start,
        coalesce(parcels.carrier_code, 'unknown') as carrier_code,
        coalesce(orders.shipping_country_code, 'unknown') as country_code,
        coalesce(customers.region_code, 'unknown') as region_code,
        case
            when parcels.tracking_up_to is null then 'unknown'
            when parcels.known_delivery_date > parcels.promised_on then 'late'
            when parcels.known_delivery_date <= parcels.promised_on then 'on_time'
            when parcels.known_delivery_date is not null then 'unpromised'
            when parcels.is_returned_to_sender then 'returned'
            when parcels.promised_on < parcels.tracking_up_to then 'overdue'
            else 'in_transit'
        end as delivery_outcome,
        {{ days_between('parcels.promised_on', 'coalesce(parcels.known_delivery_date, parcels.tracking_up_to)') }}
            as days_after_promise,
        case when parcels.known_delivery_date is not null then parcels.delivery_days end as delivery_days
    from parcels
    inner join {{ ref('dim_date') }} as days
        on parcels.ship_date = days.date_day
    left join {{ ref('fct_order') }} as orders
        on parcels.order_id = orders.order_id
    left join {{ ref('dim_customer') }} as customers
        on orders.customer_key = customers.customer_key

),

tickets as (

    select
        order_id,
        count(*) as ticket_count,
        coalesce(count_if(topic = 'delivery'), 0) as delivery_ticket_count
    from {{ ref('ticket_performance') }}
    where order_id is not null
    group by order_id

),

reviews as (

    select
        order_id,
        count(*) as review_count,
        sum(stars) as review_stars
    from {{ ref('fct_review') }}
    where
        order_id is not null
        and review_status <> 'rejected'
        and review_date <= {{ as_of() }}
    group by order_id

),

-- What is said of an order counts with the parcel that went worst, so that it counts once.
parcels_with_places as (

    select
        *,
        row_number() over (
            partition by order_id
            order by
                case delivery_outcome
                    {% for outcome in outcomes -%}
                        when '{{ outcome }}' then {{ loop.index }}
                    {% endfor -%}
                end,
                ship_date desc nulls last,
                shipment_id
        ) = 1 as is_of_order
    from parcels_with_outcomes

)

select
    ---------- keys
    parcels.week_start,
    parcels.carrier_code,
    parcels.country_code,
    parcels.region_code,
    parcels.delivery_outcome,

    ---------- parcels
    cast(count(*) as bigint) as parcel_count,
    cast(count(parcels.known_delivery_date) as bigint) as delivered_parcel_count,
    cast(
        coalesce(
            sum(case when parcels.delivery_outcome in ('late', 'overdue') then parcels.days_after_promise end), 0
        ) as bigint
    ) as late_days,
    cast(coalesce(sum(parcels.delivery_days), 0) as bigint) as delivery_days,
    cast(coalesce(sum(parcels.failed_delivery_count), 0) as bigint) as failed_delivery_count,

    ---------- what customers say of the orders
    cast(count_if(parcels.is_of_order) as bigint) as order_count,
    cast(count(tickets.order_id) as bigint) as order_with_ticket_count,
    cast(coalesce(sum(tickets.ticket_count), 0) as bigint) as ticket_count,
    cast(coalesce(sum(tickets.delivery_ticket_count), 0) as bigint) as delivery_ticket_count,
    cast(coalesce(sum(reviews.review_count), 0) as bigint) as review_count,
    cast(coalesce(sum(reviews.review_stars), 0) as bigint) as review_stars
from parcels_with_places as parcels
left join tickets
    on
        parcels.is_of_order
        and parcels.order_id = tickets.order_id
left join reviews
    on
        parcels.is_of_order
        and parcels.order_id = reviews.order_id
group by parcels.week_start, parcels.carrier_code, parcels.country_code, parcels.region_code, parcels.delivery_outcome
