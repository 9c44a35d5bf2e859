with

performance as (

    select
        * exclude (customer_count),
        customer_count as row_count
    from {{ ref('pred_model__performance') }}

    union all by name

    select *
    from {{ ref('pred_demand__performance') }}

    union all by name

    select *
    from {{ ref('pred_text__performance') }}

),

choices as (

    select *
    from {{ ref('pred_model__choices') }}

)

select
    ---------- keys
    performance.target_name,
    performance.model_name,
    performance.cut_off_date,
    performance.metric_name,
    performance.baseline_name,

    ---------- attributes
    '{{ var("prediction_version") }}' as model_version,
    performance.horizon_days,
    performance.is_decisive,
    performance.is_better_than_baseline,
    performance.model_name = choices.model_name as is_in_use,

    ---------- measures
    performance.metric_value,
    performance.baseline_metric_value,
    cast(performance.row_count as bigint) as row_count
from performance
inner join choices
    on performance.target_name = choices.target_name
