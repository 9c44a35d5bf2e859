with

demand as (

    select *
    from {{ ref('agg_inventory__weekly_demand') }}

),

forecasts as (

    select
        cast(origin_week_start as date) as origin_week_start,
        product_key,
        warehouse_key,
        cast(week_start as date) as week_start,
        cast(expected_quantity as double) as expected_quantity,
        cast(p90_quantity as double) as p90_quantity
    from {{ ref('pred_demand__forecasts') }}

),

origins as (

    select distinct
        origin_week_start,
        product_key,
        warehouse_key
    from forecasts

),

-- Means of the last weeks as of each origin; a week before the product was there had no demand.
means as (

    select
        origins.origin_week_start,
        origins.product_key,
        origins.warehouse_key,
        cast(sum(
            case
                when {{ days_between('demand.week_start', 'origins.origin_week_start') }} < 28
                    then demand.demand_quantity
                else 0
            end
        ) as double) / 4 as mean_28_days,
        cast(sum(demand.demand_quantity) as double) / 8 as mean_56_days,
        sum(case when demand.week_start = origins.origin_week_start then demand.demand_quantity end) as last_week
    from origins
    inner join demand
        on
            origins.product_key = demand.product_key
            and origins.warehouse_key = demand.warehouse_key
            and origins.origin_week_start >= demand.week_start
            and {{ add_days('origins.origin_week_start', -56) }} < demand.week_start
    group by origins.origin_week_start, origins.product_key, origins.warehouse_key

)

select
    ---------- keys
    forecasts.origin_week_start,
    forecasts.product_key,
    forecasts.warehouse_key,
    forecasts.week_start,

    ---------- what was forecast, and what came
    forecasts.expected_quantity,
    forecasts.p90_quantity,
    actual.demand_quantity,

    ---------- naive guesses: the same week of the year before, or the last one; means
    coalesce(year_before.demand_quantity, means.last_week, 0) as seasonal_naive,
    coalesce(means.mean_28_days, 0) as mean_28_days,
    coalesce(means.mean_56_days, 0) as mean_56_days
from forecasts
inner join demand as actual
    on
        forecasts.product_key = actual.product_key
        and forecasts.warehouse_key = actual.warehouse_key
        and forecasts.week_start = actual.week_start
left join means
    on
        forecasts.origin_week_start = means.origin_week_start
        and forecasts.product_key = means.product_key
        and forecasts.warehouse_key = means.warehouse_key
left join demand as year_before
    on
        forecasts.product_key = year_before.product_key
        and forecasts.warehouse_key = year_before.warehouse_key
        and {{ add_days('forecasts.week_start', -364) }} = year_before.week_start
where
    forecasts.week_start <= {{ add_days('forecasts.origin_week_start', 56) }}
    -- An origin is judged when all of its eight weeks are over.
    and {{ add_days('forecasts.origin_week_start', 56) }} <= (select max(demand.week_start) from demand)
