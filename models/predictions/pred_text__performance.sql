{# Area under the curve by ranks, equals at their middle: Mann and Whitney, Annals of Mathematical Statistics 18 (1947). #}
{% set guesses = {'model': 'sentiment', 'lexicon': 'lexicon_sentiment', 'majority': 'majority_sentiment'} %}

with

-- Reviews that the model has not seen.
reviews as (

    select
        documents.rated_sentiment,
        readings.sentiment,
        readings.lexicon_sentiment,
        readings.positive_probability,
        readings.lexicon_balance
    from {{ ref('pred_text__readings') }} as readings
    inner join {{ ref('agg_text__documents') }} as documents
        on readings.document_id = documents.document_id
    where
        documents.document_source = 'review'
        and readings.is_held_out
        and readings.sentiment is not null

),

frequent_sentiments as (

    select rated_sentiment as majority_sentiment
    from reviews
    group by rated_sentiment
    qualify row_number() over (order by count(*) desc nulls last, rated_sentiment) = 1

),

reviews_with_ranks as (

    select
        reviews.*,
        frequent_sentiments.majority_sentiment,
        rank() over (order by reviews.positive_probability)
        + (count(*) over (partition by reviews.positive_probability) - 1) * 0.5 as positive_probability_rank,
        rank() over (order by reviews.lexicon_balance)
        + (count(*) over (partition by reviews.lexicon_balance) - 1) * 0.5 as lexicon_balance_rank
    from reviews
    cross join frequent_sentiments

),

said as (
    {% for guess, column in guesses.items() %}
        {{ 'union all' if not loop.first }}
        select
            '{{ guess }}' as guess_name,
            rated_sentiment,
            {{ column }} as said_sentiment
        from reviews_with_ranks
    {% endfor %}
),

true_sentiments as (

    select distinct rated_sentiment as sentiment
    from reviews

),

-- F1 is the harmonic mean of precision and recall: twice the hits over what was said and what was true.
scores as (

    select
        said.guess_name,
        true_sentiments.sentiment,
        2 * cast(
            count_if(
                said.rated_sentiment = true_sentiments.sentiment
                and said.said_sentiment = true_sentiments.sentiment
            ) as double
        ) / nullif(
            count_if(said.rated_sentiment = true_sentiments.sentiment)
            + count_if(said.said_sentiment = true_sentiments.sentiment),
            0
        ) as f1
    from said
    cross join true_sentiments
    group by said.guess_name, true_sentiments.sentiment

),

-- Of the sentiments that reviews have.
macro_scores as (

    select
        avg(cast(case when guess_name = 'model' then f1 end as double)) as model_value,
        avg(cast(case when guess_name = 'lexicon' then f1 end as double)) as lexicon_value,
        avg(cast(case when guess_name = 'majority' then f1 end as double)) as majority_value
    from scores

),

sums as (

    select
        count(*) as review_count,
        count_if(rated_sentiment = 'positive') as positive_count,
        sum(case when rated_sentiment = 'positive' then positive_probability_rank end) as model_rank_sum,
        sum(case when rated_sentiment = 'positive' then lexicon_balance_rank end) as lexicon_rank_sum
    from reviews_with_ranks

),

metrics as (
    {% for guess in ['lexicon', 'majority'] %}
        {{ 'union all' if not loop.first }}
        select
            'macro_f1' as metric_name,
            '{{ guess }}' as baseline_name,
            macro_scores.model_value as metric_value,
            macro_scores.{{ guess }}_value as baseline_metric_value,
            sums.review_count
        from macro_scores
        cross join sums

        union all

        -- Whether a review has 4 or 5 stars. All texts are alike to who always says the same.
        select
            'auc' as metric_name,
            '{{ guess }}' as baseline_name,
            cast(model_rank_sum - 0.5 * positive_count * (positive_count + 1) as double)
            / nullif(positive_count * (review_count - positive_count), 0) as metric_value,
            {% if guess == 'lexicon' -%}
                cast(lexicon_rank_sum - 0.5 * positive_count * (positive_count + 1) as double)
                / nullif(positive_count * (review_count - positive_count), 0)
            {%- else -%}
                cast(0.5 as double)
            {%- endif %} as baseline_metric_value,
            review_count
        from sums
    {% endfor %}
)

select
    ---------- keys
    'review_sentiment' as target_name,
    'n_grams' as model_name,
    {{ as_of() }} as cut_off_date,
    metric_name,
    baseline_name,

    ---------- attributes
    cast(0 as bigint) as horizon_days,
    metric_name = 'macro_f1' and baseline_name = 'lexicon' as is_decisive,
    metric_value > baseline_metric_value as is_better_than_baseline,

    ---------- measures
    round(metric_value, 6) as metric_value,
    round(baseline_metric_value, 6) as baseline_metric_value,
    cast(review_count as bigint) as row_count
from metrics
where review_count > 0
