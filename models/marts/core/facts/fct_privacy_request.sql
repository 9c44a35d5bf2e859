{{ config(incremental_strategy='latest_version', unique_key='request_id', cluster_by='request_date') }}

with

requests as (

    select *
    from {{ ref('stg_crm__privacy_requests') }}
    where {{ is_new_load() }}

)

select
    ---------- keys
    request_id,
    coalesce(customer_key, 'unknown') as customer_key,
    {{ business_date('requested_at') }} as request_date,

    ---------- attributes
    request_type,
    privacy_regime,

    ---------- timestamps
    requested_at,

    ---------- technical
    _version,
    {{ current_load_id() }} as _load_id
from requests
