-- What is reserved, or on its way from suppliers, on the as-of date against the orders and purchase orders that are open then: a second route, which looks at
-- the state of each order where the balances add up what began and ended.
with

balances as (

    select *
    from {{ ref('agg_inventory__daily_balances') }}
    where date_day = {{ as_of() }}

),

open_orders as (

    select order_id
    from {{ ref('fct_order_status') }}
    where
        order_status in ('pending', 'paid')
        and {{ business_date('valid_from') }} <= {{ as_of() }}
        and ({{ business_date('valid_to') }} > {{ as_of() }} or valid_to is null)

    union distinct

    -- Of which nothing is known yet but that it was placed, as the changes before could not be read.
    select order_id
    from {{ ref('fct_order_status') }}
    group by order_id
    having {{ business_date('min(valid_from)') }} > {{ as_of() }}

),

shipped as (

    select
        reference_id as order_id,
        product_key,
        -sum(quantity) as quantity
    from {{ ref('fct_inventory_movement') }}
    where
        movement_type = 'sale'
        and quantity < 0
        and movement_date <= {{ as_of() }}
    group by reference_id, product_key

),

open_lines as (

    select
        lines.order_id,
        lines.product_key,
        lines.shipping_country_code,
        greatest(coalesce(sum(lines.quantity) - max(coalesce(shipped.quantity, 0)), 0), 0) as quantity
    from {{ ref('fct_order_line') }} as lines
    inner join open_orders
        on lines.order_id = open_orders.order_id
    left join shipped
        on
            lines.order_id = shipped.order_id
            and lines.product_key = shipped.product_key
    where
        lines.quantity > 0
        and lines.order_date <= {{ as_of() }}
    group by lines.order_id, lines.product_key, lines.shipping_country_code

),

expected as (

    select
        'reserved' as kind,
        open_lines.product_key,
        served.warehouse_key,
        sum(open_lines.quantity) as quantity
    from open_lines
    inner join {{ ref('agg_warehouse__served_countries') }} as served
        on open_lines.shipping_country_code = served.country_code
    group by open_lines.product_key, served.warehouse_key

    union all

    select
        'purchases in transit' as kind,
        product_key,
        warehouse_key,
        sum(open_quantity) as quantity
    from {{ ref('fct_purchase_order_line') }}
    where order_date <= {{ as_of() }}
    group by product_key, warehouse_key

),

shown as (

    select
        'reserved' as kind,
        product_key,
        warehouse_key,
        reserved_quantity as quantity
    from balances

    union all

    select
        'purchases in transit' as kind,
        product_key,
        warehouse_key,
        purchases_in_transit_quantity as quantity
    from balances

)

select
    shown.kind,
    shown.product_key,
    shown.warehouse_key,
    coalesce(expected.quantity, 0) as expected_quantity,
    shown.quantity as shown_quantity
from shown
left join expected
    on
        shown.kind = expected.kind
        and shown.product_key = expected.product_key
        and shown.warehouse_key = expected.warehouse_key
where shown.quantity <> coalesce(expected.quantity, 0)
