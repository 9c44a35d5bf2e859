with

performance as (

    select *
    from {{ ref('pred_model__performance') }}

),

choices as (

    select *
    from {{ ref('pred_model__choices') }}

),

versions as (

    select max(model_version) as model_version
    from {{ ref('pred_customer__outlook') }}

)

select
    ---------- keys
    performance.target_name,
    performance.model_name,
    performance.cut_off_date,
    performance.metric_name,

    ---------- attributes
    versions.model_version,
    performance.horizon_days,
    performance.baseline_name,
    performance.is_decisive,
    performance.is_better_than_baseline,
    performance.model_name = choices.model_name as is_in_use,

    ---------- measures
    performance.metric_value,
    performance.baseline_metric_value,
    performance.customer_count
from performance
inner join choices
    on performance.target_name = choices.target_name
cross join versions
