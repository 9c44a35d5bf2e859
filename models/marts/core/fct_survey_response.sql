{{
    config(
        materialized='incremental',
        incremental_strategy='latest_version',
        unique_key='response_id',
        cluster_by='response_date',
        on_schema_change='append_new_columns',
    )
}}

with

responses as (

    select *
    from {{ ref('stg_surveys__nps_responses') }}
    where {{ is_new() }}

)

select
    ---------- keys
    response_id,
    coalesce(customer_key, 'unknown') as customer_key,
    order_id,
    {{ business_date('responded_at') }} as response_date,

    ---------- attributes
    case
        when score >= 9 then 'promoter'
        when score >= 7 then 'passive'
        else 'detractor'
    end as nps_group,
    language_code,

    ---------- measures
    score,
    comment_length,

    ---------- timestamps
    responded_at,

    ---------- technical
    _version,
    {{ current_batch() }} as _batch
from responses
