with

sums as (

    select
        origin_week_start,
        count(*) as row_count,
        sum(demand_quantity) as actual_total,
        sum(expected_quantity) as expected_total,
        sum(abs(expected_quantity - demand_quantity)) as expected_error,
        -- In whole pieces, as P90 is: a part of one that was probably lost is no demand beyond it.
        cast(count_if(round(demand_quantity, 0) <= p90_quantity) as double) as covered_count,
        sum(seasonal_naive) as seasonal_naive_total,
        sum(abs(seasonal_naive - demand_quantity)) as seasonal_naive_error,
        sum(mean_28_days) as mean_28_days_total,
        sum(abs(mean_28_days - demand_quantity)) as mean_28_days_error,
        sum(mean_56_days) as mean_56_days_total,
        sum(abs(mean_56_days - demand_quantity)) as mean_56_days_error
    from {{ ref('pred_demand__results') }}
    group by origin_week_start

),

metrics as (

    {% for guess in ['seasonal_naive', 'mean_28_days', 'mean_56_days'] %}
        {{ 'union all' if not loop.first }}
        select
            origin_week_start,
            'weighted_absolute_error' as metric_name,
            '{{ guess }}' as baseline_name,
            cast(expected_error as double) / nullif(actual_total, 0) as metric_value,
            cast({{ guess }}_error as double) / nullif(actual_total, 0) as baseline_metric_value,
            row_count
        from sums
        union all
        select
            origin_week_start,
            'total_of_actual' as metric_name,
            '{{ guess }}' as baseline_name,
            cast(expected_total as double) / nullif(actual_total, 0) as metric_value,
            cast({{ guess }}_total as double) / nullif(actual_total, 0) as baseline_metric_value,
            row_count
        from sums
    {% endfor %}
    union all
    select
        origin_week_start,
        'p90_coverage' as metric_name,
        'none' as baseline_name,
        cast(covered_count as double) / nullif(row_count, 0) as metric_value,
        cast(null as double) as baseline_metric_value,
        row_count
    from sums

)

select
    ---------- keys
    'demand_8_weeks' as target_name,
    'gamma_poisson' as model_name,
    {{ add_days('origin_week_start', 6) }} as cut_off_date,
    metric_name,
    baseline_name,

    ---------- attributes
    cast(56 as bigint) as horizon_days,
    metric_name = 'weighted_absolute_error' and baseline_name = 'mean_56_days' as is_decisive,
    case metric_name
        when 'weighted_absolute_error' then metric_value < baseline_metric_value
        when 'total_of_actual' then abs(metric_value - 1) < abs(baseline_metric_value - 1)
    end as is_better_than_baseline,

    ---------- measures
    -- More digits would show in which order rows were added up.
    round(metric_value, 6) as metric_value,
    round(baseline_metric_value, 6) as baseline_metric_value,
    cast(row_count as bigint) as row_count
from metrics
