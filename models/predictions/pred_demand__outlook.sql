{#- The last day on which both stock and orders are known; the weeks begin after it. -#}
{% set last_day = complete_up_to(['stock', 'sales']) %}

with

forecasts as (

    select
        product_key,
        warehouse_key,
        cast(week_start as date) as week_start,
        cast(expected_quantity as double) as expected_quantity,
        cast(p50_quantity as double) as p50_quantity,
        cast(p90_quantity as double) as p90_quantity,
        cast(deviation_quantity as double) as deviation_quantity
    from {{ ref('pred_demand__forecasts') }}
    where
        cast(origin_week_start as date) = (
            select max(demand.week_start)
            from {{ ref('agg_inventory__weekly_demand') }} as demand
        )
        and cast(week_start as date) > {{ last_day }}
        and cast(week_start as date) <= {{ add_days(last_day, 56) }}

),

-- The naive guess: the mean of the last eight weeks, with the deviation that chance alone would make.
means as (

    select
        product_key,
        warehouse_key,
        cast(sum(demand_quantity) as double) / 8 as mean_56_days
    from {{ ref('agg_inventory__weekly_demand') }}
    where week_start > {{ add_days(last_day, -63) }}
    group by product_key, warehouse_key

),

choices as (

    select
        model_name,
        not is_baseline as is_model_used
    from {{ ref('pred_model__choices') }}
    where target_name = 'demand_8_weeks'

),

guesses as (

    select
        forecasts.*,
        choices.model_name,
        choices.is_model_used,
        coalesce(means.mean_56_days, 0) as mean_56_days
    from forecasts
    cross join choices
    left join means
        on
            forecasts.product_key = means.product_key
            and forecasts.warehouse_key = means.warehouse_key

)

select
    ---------- keys
    product_key,
    warehouse_key,
    week_start,

    ---------- attribute
    model_name,

    ---------- pieces that the week is expected to be asked for
    cast(round(case when is_model_used then expected_quantity else mean_56_days end, 4) as decimal(18, 4))
        as expected_quantity,
    cast(round(case when is_model_used then p50_quantity else mean_56_days end, 4) as decimal(18, 4)) as p50_quantity,
    cast(round(
        case when is_model_used then p90_quantity else mean_56_days + 1.2816 * sqrt(mean_56_days) end, 4
    ) as decimal(18, 4)) as p90_quantity,
    cast(round(case when is_model_used then deviation_quantity else sqrt(mean_56_days) end, 4) as decimal(18, 4))
        as deviation_quantity
from guesses
