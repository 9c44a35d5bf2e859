{{ config(materialized='view', unique_key='consent_id') }}

with

consents as (

    {{ current_rows('crm', 'consents') }}

)

select
    ---------- ids
    consent_id,
    customer_key,

    ---------- attributes
    purpose,
    is_granted,
    consent_source,
    policy_version,

    ---------- timestamps
    declared_at,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from consents
