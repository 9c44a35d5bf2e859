with

texts as (

    select
        sentiments.*,
        days.iso_week_start as week_start
    from {{ ref('pred_text__sentiments') }} as sentiments
    inner join {{ ref('dim_date') }} as days
        on sentiments.document_date = days.date_day

)

select
    ---------- keys
    week_start,
    product_key,
    theme,
    document_source,

    ---------- attributes
    -- `none` is the last by name, and stands only where no text of the row could be read.
    min(sentiment_model_name) as sentiment_model_name,

    ---------- measures
    cast(count(*) as bigint) as text_count,
    cast(coalesce(count_if(sentiment = 'positive'), 0) as bigint) as positive_count,
    cast(coalesce(count_if(sentiment = 'neutral'), 0) as bigint) as neutral_count,
    cast(coalesce(count_if(sentiment = 'negative'), 0) as bigint) as negative_count,
    cast(count_if(sentiment is null) as bigint) as unread_count
from texts
group by week_start, product_key, theme, document_source
