{{ config(materialized='view', unique_key='ticket_id') }}

with

tickets as (

    {{ current_rows('support', 'tickets') }}

)

select
    ---------- ids
    ticket_id,
    customer_key,
    order_id,
    product_id,

    ---------- attributes
    channel,
    topic,
    priority,
    ticket_status,
    language_code,

    ---------- numerics
    length(subject) as subject_length,

    ---------- timestamps
    opened_at,
    solved_at,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from tickets
