with

performance as (

    {% for model in ['pred_model__performance', 'pred_demand__performance', 'pred_text__performance'] -%}
        {{ 'union all' if not loop.first }}
        select
            target_name,
            model_name,
            baseline_name,
            metric_name,
            metric_value,
            is_better_than_baseline
        from {{ ref(model) }}
        where is_decisive
    {% endfor %}

),

decisions as (

    select
        target_name,
        model_name,
        baseline_name,
        count(*) as cut_off_count,
        coalesce(count_if(is_better_than_baseline), 0) as beaten_cut_off_count,
        avg(cast(
            case when metric_name in ('auc', 'macro_f1') then -metric_value else metric_value end as double
        )) as mean_loss
    from performance
    group by target_name, model_name, baseline_name

),

-- Of models that beat the baseline on most cut-offs the best; of equals the first by name.
models_that_are_better as (

    select *
    from decisions
    where beaten_cut_off_count * 2 > cut_off_count
    qualify row_number() over (partition by target_name order by mean_loss, model_name) = 1

),

targets as (

    {% for target, baseline in [
        ('purchase_30_days', 'recency'), ('gone_90_days', 'recency'),
        ('orders_90_days', 'carried'), ('revenue_90_days', 'carried'),
        ('demand_8_weeks', 'mean_56_days'),
        ('review_sentiment', 'lexicon'),
    ] -%}
        {{ 'union all' if not loop.first }}
        select '{{ target }}' as target_name, '{{ baseline }}' as baseline_name
    {% endfor %}

)

select
    targets.target_name,
    coalesce(better.model_name, targets.baseline_name) as model_name,
    better.model_name is null as is_baseline
from targets
left join models_that_are_better as better
    on targets.target_name = better.target_name
