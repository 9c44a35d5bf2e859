with

answers as (

    select
        customer_key,
        requested_at as objected_at,
        case when request_type = 'erase' then requested_at end as erasure_at
    from {{ ref('stg_crm__privacy_requests') }}
    where
        customer_key is not null
        and request_type in ('object', 'erase')
        and {{ business_date('requested_at') }} <= {{ as_of() }}

    union all

    -- What came another way (object_person, erase).
    select
        person_key as customer_key,
        case when action = 'object' then done_at end as objected_at,
        case when action = 'erase' then done_at end as erasure_at
    from {{ ledger('privacy_actions') }}
    where
        person_key is not null
        and action in ('object', 'erase')

)

select
    ---------- key
    customer_key,

    ---------- timestamps
    max(objected_at) as objected_at,
    max(erasure_at) as erasure_at
from answers
group by customer_key
