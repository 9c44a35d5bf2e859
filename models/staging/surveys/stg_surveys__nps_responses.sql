{{ config(materialized='view', unique_key='response_id') }}

with

nps_responses as (

    {{ current_rows('surveys', 'nps_responses') }}

)

select
    ---------- ids
    response_id,
    customer_key,
    order_id,

    ---------- attributes
    language_code,

    ---------- numerics
    score,
    length(comment) as comment_length,

    ---------- timestamps
    responded_at,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from nps_responses
