{{ config(incremental_strategy='latest_version', unique_key='response_id', cluster_by='response_date') }}

{% set stg_responses = ref('stg_surveys__nps_responses') %}
{% set redacted_texts = ref('int_survey_response__texts') %}
{% set where_changed = where_keys_changed('response_id', [stg_responses, redacted_texts]) %}

with

responses as (

    select *
    from {{ stg_responses }}
    {{ where_changed }}

),

texts as (

    select *
    from {{ redacted_texts }}
    {{ where_changed }}

)

select
    ---------- keys
    responses.response_id,
    coalesce(responses.customer_key, 'unknown') as customer_key,
    responses.order_id,
    {{ business_date('responses.responded_at') }} as response_date,

    ---------- attributes
    case
        when responses.score >= 9 then 'promoter'
        when responses.score >= 7 then 'passive'
        else 'detractor'
    end as nps_group,
    responses.language_code,
    texts.comment_text,

    ---------- measures
    responses.score,
    responses.comment_length,

    ---------- timestamps
    responses.responded_at,

    ---------- technical
    responses._version,
    {{ current_load_id() }} as _load_id
from responses
left join texts
    on responses.response_id = texts.response_id
