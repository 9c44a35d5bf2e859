{{ config(unique_key='supplier_id') }}

with

suppliers as (

    {{ latest_rows('erp', 'suppliers') }}

)

select
    ---------- ids
    supplier_id,

    ---------- attributes
    supplier_name,
    country_code,

    ---------- numerics
    payment_terms_days,
    lead_time_days,

    ---------- timestamps
    updated_at,

    ---------- technical
    is_deleted,
    deleted_at,
    _version,
    _file,
    _row,
    _load_id
from suppliers
