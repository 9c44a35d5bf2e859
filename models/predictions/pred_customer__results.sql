{# What is predicted, by what, against which naive guess, and what came. #}
{% set predictions = [
    ('purchase_30_days', 'boosting', 'purchase_probability_30_days', 'recency', 'cast(outcomes.is_purchased_30_days as integer)'),
    ('gone_90_days', 'pareto_nbd', 'left_probability', 'recency', 'cast(outcomes.is_gone_90_days as integer)'),
    ('orders_90_days', 'pareto_nbd', 'order_count_90_days', 'carried', 'outcomes.order_count_90_days'),
    ('orders_90_days', 'bg_nbd', 'order_count_90_days', 'carried', 'outcomes.order_count_90_days'),
    ('revenue_90_days', 'pareto_nbd', 'revenue_90_days', 'carried', 'outcomes.revenue_90_days'),
    ('revenue_90_days', 'bg_nbd', 'revenue_90_days', 'carried', 'outcomes.revenue_90_days'),
] %}

with

expectations as (

    select *
    from {{ ref('pred_customer__expectations') }}

),

outcomes as (

    select *
    from {{ ref('agg_customer__outcomes') }}

),

results as (

    {% for target, model_name, column, baseline, outcome in predictions %}
        {{ 'union all' if not loop.first }}
        select
            '{{ target }}' as target_name,
            '{{ model_name }}' as model_name,
            '{{ baseline }}' as baseline_name,
            expectations.cut_off_date,
            expectations.customer_key,
            expectations.{{ model_name }}_{{ column }} as predicted_value,
            expectations.{{ baseline }}_{{ column }} as baseline_value,
            cast({{ outcome }} as double) as actual_value
        from expectations
        inner join outcomes
            on
                expectations.cut_off_date = outcomes.cut_off_date
                and expectations.customer_key = outcomes.customer_key
    {% endfor %}

)

select *
from results
where
    predicted_value is not null
    and baseline_value is not null
    and actual_value is not null
