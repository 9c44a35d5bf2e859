{% set days_of_level = 56 %}
{% set last_days = 'order by date_day rows between ' ~ (days_of_level - 1) ~ ' preceding and current row' %}

with

-- Demand is measured in pieces for each piece that the whole company sells on a day, so weekdays, seasons, promotions and growth are in it.
days_with_exposure as (

    select
        *,
        sum(ordered_quantity) over (partition by date_day) as ordered_in_company,
        (1 - unmet_share) * sum(ordered_quantity) over (partition by date_day) as exposure
    from {{ ref('agg_inventory__unmet_shares') }}

),

days_with_sums as (

    select
        *,
        sum(ordered_quantity) over (partition by product_key, warehouse_key {{ last_days }}) as ordered,
        sum(exposure) over (partition by product_key, warehouse_key {{ last_days }}) as exposed
    from days_with_exposure

),

days_with_warehouse_share as (

    select
        *,
        cast(sum(ordered) over (partition by warehouse_key, date_day) as double)
        / nullif(sum(ordered) over (partition by date_day), 0) as warehouse_share
    from days_with_sums

),

-- A product's level in all warehouses begins with one piece that is sold as its category sells.
days_with_product_level as (

    select
        *,
        cast(warehouse_share * (sum(ordered) over (partition by product_key, date_day) + 1) as double)
        / nullif(
            sum(exposed * warehouse_share) over (partition by product_key, date_day)
            + cast(sum(exposed * warehouse_share) over (partition by category_code, date_day) as double)
            / nullif(sum(ordered) over (partition by category_code, date_day), 0),
            0
        ) as product_level
    from days_with_warehouse_share

),

-- How far products differ between warehouses beyond chance: the shape of a gamma distribution, by the method of moments. Null where they do not.
spread as (

    select
        cast(sum(product_level * exposed * product_level * exposed) as double)
        / nullif(
            greatest(
                coalesce(
                    sum(
                        (ordered - product_level * exposed) * (ordered - product_level * exposed)
                        - product_level * exposed
                    ), 0
                ), 0
            ), 0
        ) as shape
    from days_with_product_level

),

days_with_level as (

    select
        days.*,
        -- A product is at most all that the company sells.
        least(
            coalesce(
                case
                    when spread.shape is null then days.product_level
                    else
                        cast(days.ordered + spread.shape as double)
                        / nullif(days.exposed + cast(spread.shape as double) / nullif(days.product_level, 0), 0)
                end, 0
            ), 1
        ) as demand_level
    from days_with_product_level as days
    cross join spread

),

-- Of a day, the levels of what could be sold add up to what was ordered; where nearly nothing could, that says little.
days_with_demand as (

    select
        *,
        demand_level * ordered_in_company
        * least(
            coalesce(
                cast(ordered_in_company as double)
                / nullif(sum(demand_level * exposure) over (partition by date_day), 0), 1
            ), 2
        ) as expected_quantity
    from days_with_level

)

select
    ---------- keys
    date_day,
    product_key,
    warehouse_key,

    ---------- measures
    unmet_share,
    cast(round(expected_quantity, 4) as decimal(18, 4)) as expected_quantity,
    cast(round(expected_quantity * unmet_share, 4) as decimal(18, 4)) as lost_quantity
from days_with_demand
where round(expected_quantity * unmet_share, 4) > 0
