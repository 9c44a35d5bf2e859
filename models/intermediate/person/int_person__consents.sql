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

)

select
    ---------- keys
    declarations.customer_key,
    declarations.purpose,

    ---------- attribute
    declarations.is_granted
    and (objections.objected_at is null or objections.objected_at < declarations.declared_at) as is_granted,

    ---------- timestamp
    declarations.declared_at
from declarations
-- Who objects, or asks to be erased, takes back what was declared until then.
left join {{ ref('int_person__objections') }} as objections
    on declarations.customer_key = objections.customer_key
