{#- A view, so that an operation and the ledger see what the last operation has done. -#}
{{ config(materialized='view') }}

with

requests as (

    select *
    from {{ ref('base_crm__privacy_requests') }}
    where _issues is null
    qualify
        row_number() over (
            partition by request_id
            order by {{ row_version('append') }} desc nulls last, {{ last_delivered_first() }}
        ) = 1

),

done as (

    select request_id
    from {{ ledger('privacy_actions') }}
    where request_id is not null

)

select
    ---------- keys
    request_id,

    ---------- attributes
    request_type,
    privacy_regime,
    -- Of an erased person nobody is left who could be asked for.
    case when _erased_key is null then customer_id end as customer_id,

    ---------- timestamps
    requested_at
from requests
where request_id not in (select done.request_id from done)
