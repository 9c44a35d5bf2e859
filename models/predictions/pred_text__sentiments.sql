with

documents as (

    select *
    from {{ ref('agg_text__documents') }}

),

choices as (

    select *
    from {{ ref('pred_model__choices') }}
    where target_name = 'review_sentiment'

)

-- Stars are the writer's own word. Other texts are read by the model, or by the lexicon where that was better; without a model,
-- which needs rated texts, nobody knows how good the lexicon is.
select
    ---------- keys
    documents.document_id,
    documents.document_source,
    documents.source_id,
    documents.document_date,
    documents.product_key,

    ---------- attributes
    readings.theme,
    case
        when documents.document_source = 'review' then documents.rated_sentiment
        when readings.sentiment is null then null
        when choices.is_baseline then readings.lexicon_sentiment
        else readings.sentiment
    end as sentiment,
    case
        when documents.document_source = 'review' then 'stars'
        when readings.sentiment is null then 'none'
        else choices.model_name
    end as sentiment_model_name
from documents
inner join {{ ref('pred_text__readings') }} as readings
    on documents.document_id = readings.document_id
cross join choices
