{{ config(materialized='table') }}

with

declarations as (

    select
        customer_key,
        purpose,
        is_granted,
        declared_at as changed_at,
        false as is_deleted,
        _load_id
    from {{ ref('stg_crm__consents') }}
    -- Of two declarations at the same instant the one delivered last stands; of those of one delivery the withdrawal.
    qualify
        row_number() over (
            partition by customer_key, purpose, declared_at
            order by _version desc, is_granted asc, consent_id asc
        ) = 1

),

ranges as (

    {{
        scd2_versions(
            'declarations',
            keys=['customer_key', 'purpose'],
            attributes=['is_granted'],
            version=none,
        )
    }}

)

select
    ---------- keys
    {{ dbt.hash("customer_key || '|' || purpose || '|' || cast(valid_from as varchar)") }}
        as consent_key,
    customer_key,

    ---------- attributes
    purpose,
    is_granted,
    is_current,

    ---------- timestamps
    valid_from,
    valid_to
from ranges
