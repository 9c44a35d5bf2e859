{% set day_by_day = 'partition by days.product_key, days.warehouse_key order by days.date_day' %}
{% set up_to_now = day_by_day ~ ' rows between unbounded preceding and current row' %}
{% set last_28_days = day_by_day ~ ' rows between 27 preceding and current row' %}
{% set movements_of_day = [
    'net', 'initial', 'received', 'sold', 'returned', 'transferred', 'adjusted', 'shrinkage',
] %}

with

movements as (

    select *
    from {{ ref('agg_inventory__daily_movements') }}

),

-- A product is in a warehouse from its first movement there.
stocked_products as (

    select
        product_key,
        warehouse_key,
        min(movement_date) as first_movement_date
    from movements
    group by product_key, warehouse_key

),

-- What was ordered or on its way before that day begins with it.
orders as (

    select
        stocked_products.product_key,
        stocked_products.warehouse_key,
        case
            when orders.date_day > stocked_products.first_movement_date then orders.date_day
            else stocked_products.first_movement_date
        end as counts_on,
        sum(case when orders.date_day >= stocked_products.first_movement_date then orders.ordered_quantity else 0 end)
            as ordered_quantity,
        max(case when orders.date_day >= stocked_products.first_movement_date then orders.last_ordered_at end)
            as last_ordered_at,
        sum(orders.reserved_change) as reserved_change
    from {{ ref('agg_inventory__daily_orders') }} as orders
    inner join stocked_products
        on
            orders.product_key = stocked_products.product_key
            and orders.warehouse_key = stocked_products.warehouse_key
    group by stocked_products.product_key, stocked_products.warehouse_key, counts_on

),

transit as (

    select
        stocked_products.product_key,
        stocked_products.warehouse_key,
        case
            when transit.date_day > stocked_products.first_movement_date then transit.date_day
            else stocked_products.first_movement_date
        end as counts_on,
        sum(transit.purchased_change) as purchased_change,
        sum(transit.transferred_change) as transferred_change
    from {{ ref('agg_inventory__daily_transit') }} as transit
    inner join stocked_products
        on
            transit.product_key = stocked_products.product_key
            and transit.warehouse_key = stocked_products.warehouse_key
    group by stocked_products.product_key, stocked_products.warehouse_key, counts_on

),

days as (

    select
        stocked_products.product_key,
        stocked_products.warehouse_key,
        calendar.date_day
    from stocked_products
    inner join {{ ref('dim_date') }} as calendar
        on
            stocked_products.first_movement_date <= calendar.date_day
            and calendar.date_day <= {{ as_of() }}

),

running_balances as (

    select
        days.date_day,
        days.product_key,
        days.warehouse_key,
        {%- for movement in movements_of_day %}
            coalesce(movements.{{ movement }}_quantity, 0) as {{ movement }}_quantity,
        {%- endfor %}
        movements.first_inbound_at,
        coalesce(orders.ordered_quantity, 0) as ordered_quantity,
        orders.last_ordered_at,
        coalesce(orders.reserved_change, 0) as reserved_change,
        sum(coalesce(movements.net_quantity, 0)) over ({{ up_to_now }}) as closing_quantity,
        sum(coalesce(orders.reserved_change, 0)) over ({{ up_to_now }}) as reserved_quantity,
        sum(coalesce(transit.purchased_change, 0)) over ({{ up_to_now }}) as purchases_in_transit_quantity,
        sum(coalesce(transit.transferred_change, 0)) over ({{ up_to_now }}) as transfers_in_transit_quantity,
        sum(coalesce(movements.sold_quantity, 0)) over ({{ last_28_days }}) as sold_quantity_28_days,
        count(*) over ({{ last_28_days }}) as days_observed
    from
        days
    left join movements
        on
            days.product_key = movements.product_key
            and days.warehouse_key = movements.warehouse_key
            and days.date_day = movements.movement_date
    {%- for flow in ['orders', 'transit'] %}
        left join {{ flow }}
            on
                days.product_key = {{ flow }}.product_key
                and days.warehouse_key = {{ flow }}.warehouse_key
                and days.date_day = {{ flow }}.counts_on
    {%- endfor %}

)

select
    ---------- keys
    balances.date_day,
    balances.product_key,
    balances.warehouse_key,

    ---------- movements of the day, and the stock that it ends with
    {%- for movement in movements_of_day + ['closing', 'reserved', 'purchases_in_transit', 'transfers_in_transit'] %}
        cast(balances.{{ movement }}_quantity as bigint) as {{ movement }}_quantity,
    {%- endfor %}
    cast(balances.closing_quantity - balances.reserved_quantity as bigint) as available_quantity,

    ---------- demand
    cast(
        balances.closing_quantity - balances.reserved_quantity - (balances.net_quantity - balances.reserved_change)
        as bigint
    ) as opening_available_quantity,
    cast(balances.ordered_quantity as bigint) as ordered_quantity,
    balances.first_inbound_at,
    balances.last_ordered_at,
    -- Sales that were booked back by mistake may exceed those of the days.
    cast(greatest(coalesce(balances.sold_quantity_28_days, 0), 0) as double) / nullif(balances.days_observed, 0)
        as sold_per_day,

    ---------- the product as it was when the day ended
    coalesce(versions.product_status = 'discontinued', false) as is_discontinued,
    versions.currency_code,
    versions.standard_cost,
    versions.list_price
from running_balances as balances
left join {{ ref('dim_product_version') }} as versions
    on
        balances.product_key = versions.product_key
        and balances.date_day >= {{ business_date('versions.valid_from') }}
        and (
            balances.date_day < {{ business_date('versions.valid_to') }}
            or versions.valid_to is null
        )
