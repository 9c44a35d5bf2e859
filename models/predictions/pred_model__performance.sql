{# Area under the curve by ranks, equals at their middle: Mann and Whitney, Annals of Mathematical Statistics 18 (1947). #}
{% set middle_rank -%}
    rank() over (partition by target_name, model_name, cut_off_date order by VALUE)
            + (count(*) over (partition by target_name, model_name, cut_off_date, VALUE) - 1) * 0.5
{%- endset %}
{% set figures = {
    'auc': 'cast(WHO_rank_sum - 0.5 * actual_total * (actual_total + 1) as double)'
        ~ ' / nullif(actual_total * (customer_count - actual_total), 0)',
    'brier_score': 'WHO_squared_error',
    'root_mean_squared_error': 'sqrt(WHO_squared_error)',
    'mean_absolute_error': 'WHO_absolute_error',
    'total_of_actual': 'cast(WHO_total as double) / nullif(actual_total, 0)',
} %}

with

results as (

    select
        *,
        {{ middle_rank.replace('VALUE', 'predicted_value') }} as predicted_rank,
        {{ middle_rank.replace('VALUE', 'baseline_value') }} as baseline_rank
    from {{ ref('pred_customer__results') }}

),

sums as (

    select
        target_name,
        model_name,
        baseline_name,
        cut_off_date,
        target_name in ('purchase_30_days', 'gone_90_days') as is_probability,
        count(*) as customer_count,
        sum(actual_value) as actual_total,
        sum(predicted_value) as predicted_total,
        sum(baseline_value) as baseline_total,
        avg(cast(power(predicted_value - actual_value, 2) as double)) as predicted_squared_error,
        avg(cast(power(baseline_value - actual_value, 2) as double)) as baseline_squared_error,
        avg(cast(abs(predicted_value - actual_value) as double)) as predicted_absolute_error,
        avg(cast(abs(baseline_value - actual_value) as double)) as baseline_absolute_error,
        sum(case when actual_value = 1 then predicted_rank end) as predicted_rank_sum,
        sum(case when actual_value = 1 then baseline_rank end) as baseline_rank_sum
    from results
    group by target_name, model_name, baseline_name, cut_off_date

),

calibration as (

    select
        target_name,
        model_name,
        cut_off_date,
        cast(sum(customer_count * abs(mean_predicted_value - mean_actual_value)) as double)
        / nullif(sum(customer_count), 0) as calibration_error
    from {{ ref('pred_model__calibration') }}
    group by target_name, model_name, cut_off_date

),

metrics as (

    {% for metric, figure in figures.items() %}
        {{ 'union all' if not loop.first }}
        select
            target_name,
            model_name,
            cut_off_date,
            '{{ metric }}' as metric_name,
            {{ figure.replace('WHO', 'predicted') }} as metric_value,
            baseline_name,
            {{ figure.replace('WHO', 'baseline') }} as baseline_metric_value,
            customer_count
        from sums
        where {{ 'not' if metric not in ['auc', 'brier_score'] }} is_probability
    {% endfor %}
    union all
    select
        sums.target_name,
        sums.model_name,
        sums.cut_off_date,
        'calibration_error' as metric_name,
        calibration.calibration_error as metric_value,
        sums.baseline_name,
        cast(null as double) as baseline_metric_value,
        sums.customer_count
    from sums
    inner join calibration
        on
            sums.target_name = calibration.target_name
            and sums.model_name = calibration.model_name
            and sums.cut_off_date = calibration.cut_off_date
    where sums.is_probability

)

select
    ---------- keys
    target_name,
    model_name,
    cut_off_date,
    metric_name,

    ---------- attributes
    cast(case when target_name = 'purchase_30_days' then 30 else 90 end as bigint) as horizon_days,
    baseline_name,
    -- By one metric it is decided whether a model is used: by order where it only sorts, by squares where it adds up.
    metric_name = case target_name
        when 'gone_90_days' then 'auc'
        when 'purchase_30_days' then 'brier_score'
        else 'root_mean_squared_error'
    end as is_decisive,
    case metric_name
        when 'auc' then metric_value > baseline_metric_value
        when 'total_of_actual' then abs(metric_value - 1) < abs(baseline_metric_value - 1)
        else metric_value < baseline_metric_value
    end as is_better_than_baseline,

    ---------- measures: more digits would show in which order rows were added up
    round(metric_value, 6) as metric_value,
    round(baseline_metric_value, 6) as baseline_metric_value,
    customer_count
from metrics
