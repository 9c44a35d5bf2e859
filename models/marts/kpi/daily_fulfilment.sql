with

parcels as (

    select
        *,
        coalesce(carrier_code, 'unknown') as known_carrier_code
    from {{ ref('fct_shipment') }}

),

-- What carriers tried, and what came back, tells of the parcels that were shipped on the day; a delivery is of its own day.
shipped_by_day as (

    select
        ship_date as date_day,
        warehouse_key,
        known_carrier_code as carrier_code,
        count(*) as parcel_count,
        {{ null_propagating_sum('shipping_cost_reporting') }} as shipping_cost_amount,
        sum(failed_delivery_count) as failed_delivery_count,
        count_if(is_returned_to_sender) as returned_to_sender_count
    from parcels
    where ship_date <= {{ as_of() }}
    group by ship_date, warehouse_key, known_carrier_code

),

delivered_by_day as (

    select
        delivery_date as date_day,
        warehouse_key,
        known_carrier_code as carrier_code,
        count(*) as delivered_parcel_count,
        count_if(promised_on is not null) as promised_parcel_count,
        coalesce(count_if(not is_late), 0) as on_time_parcel_count,
        sum(delivery_days) as delivery_days
    from parcels
    where delivery_date <= {{ as_of() }}
    group by delivery_date, warehouse_key, known_carrier_code

),

known_days as (

    select
        {{ counted_up_to(['parcels']) }} as parcels_up_to,
        {{ counted_up_to(['parcels', 'tracking']) }} as tracking_up_to

),

days as (

    select
        known_days.parcels_up_to,
        known_days.tracking_up_to,
        coalesce(shipped.date_day, delivered.date_day) as date_day,
        coalesce(shipped.warehouse_key, delivered.warehouse_key) as warehouse_key,
        coalesce(shipped.carrier_code, delivered.carrier_code) as carrier_code,
        {%- for measure in ['parcel_count', 'failed_delivery_count', 'returned_to_sender_count'] %}
            coalesce(shipped.{{ measure }}, 0) as {{ measure }},
        {%- endfor %}
        {%- for measure in [
            'delivered_parcel_count', 'promised_parcel_count', 'on_time_parcel_count', 'delivery_days',
        ] %}
            coalesce(delivered.{{ measure }}, 0) as {{ measure }},
        {%- endfor %}
        case when shipped.date_day is null then 0 else shipped.shipping_cost_amount end as shipping_cost_amount
    from shipped_by_day as shipped
    full join delivered_by_day as delivered
        on
            shipped.date_day = delivered.date_day
            and shipped.warehouse_key = delivered.warehouse_key
            and shipped.carrier_code = delivered.carrier_code
    cross join known_days

)

select
    ---------- keys
    date_day,
    warehouse_key,
    carrier_code,

    ---------- parcels shipped on the day
    cast(case when date_day <= parcels_up_to then parcel_count end as bigint) as parcel_count,
    cast(case when date_day <= parcels_up_to then shipping_cost_amount end as decimal(18, 3)) as shipping_cost_amount,
    cast(case when date_day <= tracking_up_to then failed_delivery_count end as bigint) as failed_delivery_count,
    cast(case when date_day <= tracking_up_to then returned_to_sender_count end as bigint) as returned_to_sender_count,

    ---------- parcels delivered on the day
    {%- for measure in ['delivered_parcel_count', 'promised_parcel_count', 'on_time_parcel_count', 'delivery_days'] %}
        cast(case when date_day <= tracking_up_to then {{ measure }} end as bigint) as {{ measure }},
    {%- endfor %}

    '{{ var("reporting_currency") }}' as currency_code
from days
