{% set cut_offs = var('product_classes') %}

with

last_weeks as (

    select
        {{ add_days('max(iso_week_start)', -51 * 7) }} as first_week,
        max(iso_week_start) as last_week
    from {{ ref('dim_date') }}
    where {{ add_days('iso_week_start', 6) }} <= {{ complete_up_to(['sales']) }}

),

demand as (

    select *
    from {{ ref('agg_product__weekly_demand') }}
    where demand_quantity > 0

),

-- Weeks in which a product could be asked for: from its first demand on; one that is not offered any more has none after its last.
weeks_by_product as (

    select
        products.product_key,
        case
            when min(demand.week_start) > last_weeks.first_week then min(demand.week_start)
            else last_weeks.first_week
        end as first_week,
        case
            when products.product_status = 'discontinued' or products.is_deleted
                then
                    case
                        when max(demand.week_start) < last_weeks.last_week then max(demand.week_start)
                        else last_weeks.last_week
                    end
            else last_weeks.last_week
        end as last_week
    from {{ ref('dim_product') }} as products
    inner join demand
        on products.product_key = demand.product_key
    cross join last_weeks
    group by
        products.product_key, products.product_status, products.is_deleted, last_weeks.first_week, last_weeks.last_week

),

sums as (

    select
        weeks.product_key,
        cast({{ days_between('weeks.first_week', 'weeks.last_week') }} as double) / 7 + 1 as week_count,
        cast(count(*) as double) as weeks_with_demand,
        cast(sum(demand.demand_quantity) as double) as quantity,
        sum(cast(demand.demand_quantity as double) * demand.demand_quantity) as squares
    from weeks_by_product as weeks
    inner join demand
        on
            weeks.product_key = demand.product_key
            and demand.week_start between weeks.first_week and weeks.last_week
    group by weeks.product_key, weeks.first_week, weeks.last_week

),

-- Rounded, so that both engines put a product on the same side of a cut-off.
figures as (

    select
        product_key,
        cast(round(week_count, 0) as bigint) as week_count,
        round(cast(quantity as double) / nullif(week_count, 0), 4) as demand_per_week,
        round(
            cast(sqrt(greatest(coalesce(squares * week_count - quantity * quantity, 0), 0)) as double)
            / nullif(quantity, 0), 4
        ) as variation,
        round(cast(week_count as double) / nullif(weeks_with_demand, 0), 4) as demand_interval,
        round(
            cast(squares * weeks_with_demand as double) / nullif(quantity * quantity, 0) - 1, 4
        ) as size_variation
    from sums

)

select
    ---------- key
    product_key,

    ---------- measures
    week_count,
    demand_per_week,
    variation,
    demand_interval,
    size_variation,

    ---------- classes
    case
        when week_count < {{ cut_offs.least_weeks }} then null
        when variation <= {{ cut_offs.x_variation }} then 'X'
        when variation <= {{ cut_offs.y_variation }} then 'Y'
        else 'Z'
    end as xyz_class,
    case
        when week_count < {{ cut_offs.least_weeks }} then null
        when
            demand_interval < {{ cut_offs.intermittent_interval }}
            and size_variation < {{ cut_offs.erratic_variation }}
            then 'smooth'
        when demand_interval < {{ cut_offs.intermittent_interval }} then 'erratic'
        when size_variation < {{ cut_offs.erratic_variation }} then 'intermittent'
        else 'lumpy'
    end as demand_pattern
from figures
