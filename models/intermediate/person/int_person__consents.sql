with

-- What each person declared last for each purpose: of two declarations at the same instant the one delivered last, of those of one
-- delivery the withdrawal, as in fct_consent.
declarations as (

    select *
    from {{ ref('stg_crm__consents') }}
    where
        customer_key is not null
        and {{ business_date('declared_at') }} <= {{ as_of() }}
    qualify
        row_number() over (
            partition by customer_key, purpose
            order by declared_at desc nulls last, _version desc, is_granted asc, consent_id asc
        ) = 1

),

-- Who objects, or asks to be erased, takes back what was declared until then.
objections as (

    select
        customer_key,
        max(objected_at) as objected_at
    from (
        select
            customer_key,
            requested_at as objected_at
        from {{ ref('stg_crm__privacy_requests') }}
        where
            request_type in ('object', 'erase')
            and {{ business_date('requested_at') }} <= {{ as_of() }}

        union all

        -- Objections that came another way (object_person).
        select
            person_key as customer_key,
            done_at as objected_at
        from {{ ledger('privacy_actions') }}
        where action = 'object'
    ) as answers
    group by customer_key

)

select
    ---------- keys
    declarations.customer_key,
    declarations.purpose,

    ---------- attribute
    declarations.is_granted
    and (objections.objected_at is null or objections.objected_at < declarations.declared_at) as is_granted
from declarations
left join objections
    on declarations.customer_key = objections.customer_key
