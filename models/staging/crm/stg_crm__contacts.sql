{{ config(materialized='view', unique_key='contact_id') }}

with

contacts as (

    {{ current_rows('crm', 'contacts') }}

)

select
    ---------- ids
    contact_id,
    customer_key,

    ---------- attributes
    country_code,
    preferred_channel,
    lifecycle_stage,

    ---------- timestamps
    created_at,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from contacts
