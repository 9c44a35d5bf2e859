{{ config(unique_key='shipment_id', cluster_by='ship_date') }}

{% set stg_shipments = ref('stg_wms__shipments') %}
{% set stg_steps = ref('stg_carriers__tracking_events') %}
{% set stg_orders = ref('stg_shop__orders') %}
{% set daily_rates = ref('int_currency__daily_rates') %}
{% set new_rates = keys_with_new_rates(stg_shipments, 'shipment_id', 'shipped_at') %}
{% set changed_orders = keys_with_changed_orders(stg_shipments, 'shipment_id') %}
{% set shipment_steps %}
(
    select shipments.shipment_id, steps._load_id
    from {{ stg_shipments }} as shipments
    inner join {{ stg_steps }} as steps
        on shipments.tracking_number = steps.tracking_number
)
{% endset %}

with

shipments as (

    select
        *,
        {{ business_date('shipped_at') }} as ship_date
    from {{ stg_shipments }}
    {{ where_keys_changed('shipment_id', [stg_shipments, shipment_steps, new_rates, changed_orders]) }}

),

-- Steps come out of order, so each instant is asked for by its kind and none by its place.
steps as (

    select
        tracking_number,
        count(*) as tracking_event_count,
        count_if(event_type = 'delivery_failed') as failed_delivery_count,
        min(case when event_type = 'picked_up' then occurred_at end) as picked_up_at,
        min(case when event_type = 'delivered' then occurred_at end) as delivered_at,
        count_if(event_type = 'returned_to_sender') > 0 as is_returned_to_sender
    from {{ stg_steps }}
    where tracking_number in (select shipments.tracking_number from shipments)
    group by tracking_number

)

select
    ---------- keys
    shipments.shipment_id,
    shipments.order_id,
    {{ surrogate_key('shipments.warehouse_id') }} as warehouse_key,
    shipments.ship_date,
    {{ business_date('steps.delivered_at') }} as delivery_date,
    shipments.tracking_number,

    ---------- attributes
    shipments.carrier_code,
    shipments.currency_code,
    coalesce(steps.is_returned_to_sender, false) as is_returned_to_sender,
    {{ business_date('steps.delivered_at') }} > shipments.promised_on as is_late,
    coalesce(steps.delivered_at < shipments.shipped_at, false) as is_out_of_order,
    {{ order_flags('shipments.shipped_at') }},

    ---------- measures
    cast(shipments.shipping_cost as decimal(18, 3)) as shipping_cost,
    {{ convert('shipments.shipping_cost', 'shipments.currency_code', 'rates.reporting_rate') }}
        as shipping_cost_reporting,
    cast(coalesce(steps.tracking_event_count, 0) as bigint) as tracking_event_count,
    cast(coalesce(steps.failed_delivery_count, 0) as bigint) as failed_delivery_count,
    {{
        days_between(
            'shipments.ship_date', business_date('steps.delivered_at')
        )
    }} as delivery_days,

    ---------- timestamps
    shipments.shipped_at,
    steps.picked_up_at,
    steps.delivered_at,
    shipments.promised_on,

    ---------- technical
    false as _is_deleted,
    {{ current_load_id() }} as _load_id
from shipments
left join {{ stg_orders }} as orders
    on shipments.order_id = orders.order_id
left join {{ daily_rates }} as rates
    on
        shipments.ship_date = rates.rate_date
        and shipments.currency_code = rates.currency_code
left join steps
    on shipments.tracking_number = steps.tracking_number
