{{ config(unique_key=['supplier_id', 'changed_at']) }}

with

suppliers as (

    {{ change_rows('erp', 'suppliers') }}

)

select
    ---------- ids
    supplier_id,

    ---------- numerics
    payment_terms_days,
    lead_time_days,

    ---------- timestamps
    changed_at,

    ---------- technical
    is_deleted,
    _version,
    _file,
    _row,
    _load_id
from suppliers
