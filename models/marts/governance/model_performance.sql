with

of_customers as (

    select
        performance.target_name,
        performance.model_name,
        performance.cut_off_date,
        performance.metric_name,
        performance.baseline_name,
        performance.horizon_days,
        performance.is_decisive,
        performance.is_better_than_baseline,
        performance.model_name = choices.model_name as is_in_use,
        performance.metric_value,
        performance.baseline_metric_value,
        performance.customer_count as row_count
    from {{ ref('pred_model__performance') }} as performance
    inner join {{ ref('pred_model__choices') }} as choices
        on performance.target_name = choices.target_name

),

models_of_demand as (

    select max(model_name) as model_name
    from {{ ref('pred_demand__outlook') }}

),

of_demand as (

    select
        performance.target_name,
        performance.model_name,
        performance.cut_off_date,
        performance.metric_name,
        performance.baseline_name,
        performance.horizon_days,
        performance.is_decisive,
        performance.is_better_than_baseline,
        coalesce(performance.model_name = models_of_demand.model_name, false) as is_in_use,
        performance.metric_value,
        performance.baseline_metric_value,
        performance.row_count
    from {{ ref('pred_demand__performance') }} as performance
    cross join models_of_demand

),

performance as (

    select *
    from of_customers

    union all

    select *
    from of_demand

)

select
    ---------- keys
    target_name,
    model_name,
    cut_off_date,
    metric_name,
    baseline_name,

    ---------- attributes
    '{{ var("prediction_version") }}' as model_version,
    horizon_days,
    is_decisive,
    is_better_than_baseline,
    is_in_use,

    ---------- measures
    metric_value,
    baseline_metric_value,
    cast(row_count as bigint) as row_count
from performance
