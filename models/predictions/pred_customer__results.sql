{# What is predicted, by what, against which naive guess, and what came. #}
{% set predictions = [
    ('purchase_30_days', 'boosting', 'purchase_probability_30_days', 'recency', 'is_purchased_30_days'),
    ('gone_90_days', 'pareto_nbd', 'left_probability', 'recency', 'is_gone_90_days'),
    ('orders_90_days', 'pareto_nbd', 'order_count_90_days', 'carried', 'order_count_90_days'),
    ('orders_90_days', 'bg_nbd', 'order_count_90_days', 'carried', 'order_count_90_days'),
    ('revenue_90_days', 'pareto_nbd', 'revenue_90_days', 'carried', 'revenue_90_days'),
    ('revenue_90_days', 'bg_nbd', 'revenue_90_days', 'carried', 'revenue_90_days'),
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
            {%- if outcome.startswith('is_') %}
            cast(case when outcomes.{{ outcome }} then 1 else 0 end as double) as actual_value
            {%- else %}
            cast(outcomes.{{ outcome }} as double) as actual_value
            {%- endif %}
        from expectations
        inner join outcomes
            on
                expectations.cut_off_date = outcomes.cut_off_date
                and expectations.customer_key = outcomes.customer_key
        where outcomes.{{ outcome }} is not null
    {% endfor %}

)

select *
from results
where
    predicted_value is not null
    and baseline_value is not null
