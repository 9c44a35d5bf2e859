with

-- The message that opened a ticket says why; what follows is the conversation.
opening_messages as (

    select
        ticket_id,
        message_text
    from {{ ref('fct_ticket_message') }}
    where author_type = 'customer'
    qualify row_number() over (partition by ticket_id order by sent_at, message_id) = 1

),

documents as (

    select
        'review' as document_source,
        review_id as source_id,
        review_date as document_date,
        product_key,
        language_code,
        coalesce(review_title || '. ', '') || coalesce(review_text, '') as document_text,
        case when stars >= 4 then 'positive' when stars = 3 then 'neutral' else 'negative' end as rated_sentiment
    from {{ ref('fct_review') }}
    where review_status <> 'rejected'

    union all

    -- A comment has the score of its answer, which says as much as stars do.
    select
        'survey' as document_source,
        response_id as source_id,
        response_date as document_date,
        'unknown' as product_key,
        language_code,
        comment_text as document_text,
        case nps_group when 'promoter' then 'positive' when 'passive' then 'neutral' else 'negative' end
            as rated_sentiment
    from {{ ref('fct_survey_response') }}

    union all

    select
        'ticket' as document_source,
        tickets.ticket_id as source_id,
        tickets.opened_date as document_date,
        tickets.product_key,
        tickets.language_code,
        coalesce(tickets.subject_text || '. ', '') || coalesce(opening_messages.message_text, '') as document_text,
        cast(null as varchar) as rated_sentiment
    from {{ ref('fct_ticket') }} as tickets
    left join opening_messages
        on tickets.ticket_id = opening_messages.ticket_id

    union all

    select
        'mention' as document_source,
        mention_id as source_id,
        mention_date as document_date,
        product_key,
        language_code,
        mention_text as document_text,
        cast(null as varchar) as rated_sentiment
    from {{ ref('fct_mention') }}

)

-- The name of a product says nothing of how it is liked, and would be learnt as if it did.
select
    ---------- keys
    documents.document_source || ':' || documents.source_id as document_id,
    documents.document_source,
    documents.source_id,
    documents.document_date,
    documents.product_key,

    ---------- attributes
    documents.language_code,
    nullif(trim(
        case
            when products.product_name is null then documents.document_text
            else replace(documents.document_text, products.product_name, ' ')
        end
    ), '') as document_text,
    documents.rated_sentiment
from documents
left join {{ ref('dim_product') }} as products
    on documents.product_key = products.product_key
where documents.document_date <= {{ as_of() }}
