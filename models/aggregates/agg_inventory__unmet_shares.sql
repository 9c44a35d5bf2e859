{{ config(materialized='view') }}

with

sizes as (

    select *
    from {{ ref('agg_order_line__sizes') }}

),

hours as (

    select *
    from {{ ref('agg_warehouse__order_hours') }}

),

-- Days on which the product was offered and whose orders and movements were delivered.
offered_days as (

    select
        balances.*,
        coalesce(products.category_code, 'unknown') as category_code,
        -- What there would be if nobody had ordered.
        balances.available_quantity + balances.ordered_quantity as available_before_orders
    from {{ ref('agg_inventory__daily_balances') }} as balances
    inner join {{ ref('dim_product') }} as products
        on balances.product_key = products.product_key
    where
        balances.date_day <= {{ counted_up_to(['stock', 'sales']) }}
        and not balances.is_discontinued
        and (products.launched_on <= balances.date_day or products.launched_on is null)

),

-- A day has three parts: until goods come in, until the last order, and the rest. Each lasts as long as the share of a day's orders that falls on it.
days_with_parts as (

    select
        days.*,
        coalesce(
            inbound_hours.share_before
            + inbound_hours.share_of_day * cast(extract(minute from days.first_inbound_at) as double) / 60, 0
        ) as share_before_inbound,
        coalesce(
            order_hours.share_before
            + order_hours.share_of_day * cast(extract(minute from days.last_ordered_at) as double) / 60, 0
        ) as share_before_last_order
    from offered_days as days
    left join hours as inbound_hours
        on
            days.warehouse_key = inbound_hours.warehouse_key
            and extract(hour from {{ business_time('days.first_inbound_at') }}) = inbound_hours.hour_of_day
    left join hours as order_hours
        on
            days.warehouse_key = order_hours.warehouse_key
            and extract(hour from {{ business_time('days.last_ordered_at') }}) = order_hours.hour_of_day

),

-- What share of the day's demand finds too few pieces.
days_with_unmet_share as (

    select
        days.*,
        days.share_before_inbound * coalesce(opening_sizes.unmet_share, 0)
        + greatest(coalesce(days.share_before_last_order - days.share_before_inbound, 0), 0)
        * 0.5 * (coalesce(full_sizes.unmet_share, 0) + coalesce(closing_sizes.unmet_share, 0))
        + (1 - greatest(coalesce(days.share_before_inbound, 0), coalesce(days.share_before_last_order, 0)))
        * coalesce(closing_sizes.unmet_share, 0)
            as unmet_share
    from days_with_parts as days
    left join sizes as opening_sizes
        on greatest(coalesce(days.opening_available_quantity, 0), 0) = opening_sizes.available_quantity
    left join sizes as full_sizes
        on greatest(coalesce(days.available_before_orders, 0), 0) = full_sizes.available_quantity
    left join sizes as closing_sizes
        on greatest(coalesce(days.available_quantity, 0), 0) = closing_sizes.available_quantity

)

select
    ---------- keys
    date_day,
    product_key,
    warehouse_key,
    category_code,

    ---------- measures
    ordered_quantity,
    unmet_share
from days_with_unmet_share
