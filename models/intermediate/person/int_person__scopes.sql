-- A table, as each table of each limited role is read by it.
{{ config(materialized='table') }}

with

-- Whose rows may be tied to a person still: who was erased has no key here.
persons as (

    select
        person_keys.person_key as customer_key,
        -- The exact one, which dim_customer keeps only where it singles nobody out.
        customers.country_code
    from {{ ref('person_keys') }} as person_keys
    left join {{ ref('stg_shop__customers') }} as customers
        on person_keys.person_key = customers.customer_key
    -- Who is not registered has no account that could be deleted.
    where coalesce(not customers.is_deleted, true)

),

-- What each person declared last for each purpose: of two declarations at the same instant the one delivered last, of those of one
-- delivery the withdrawal, as in fct_consent.
declarations as (

    select *
    from {{ ref('stg_crm__consents') }}
    where {{ business_date('declared_at') }} <= {{ as_of() }}
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

),

consents as (

    select
        declarations.customer_key,
        declarations.purpose
    from declarations
    left join objections
        on declarations.customer_key = objections.customer_key
    where
        declarations.is_granted
        and (objections.objected_at is null or objections.objected_at < declarations.declared_at)

),

scopes as (

    -- A role without limits needs no scope; where there is no other, nobody is in one.
    select
        cast(null as varchar) as role_name,
        cast(null as varchar) as customer_key
    from persons
    where false
    {% for role_name, role in var('privacy').roles.items() if role.persons == 'consented' %}
        union all
        select
            '{{ role_name }}' as role_name,
            persons.customer_key
        from persons
        inner join consents
            on persons.customer_key = consents.customer_key
        where consents.purpose = '{{ role.consent }}'
    {% endfor %}
    {% for role_name, role in var('privacy').roles.items() if role.persons == 'of_country' %}
        union all
        select
            '{{ role_name }}' as role_name,
            customer_key
        from persons
        where country_code = '{{ role.country }}'
    {% endfor %}

)

select
    role_name,
    customer_key
from scopes
