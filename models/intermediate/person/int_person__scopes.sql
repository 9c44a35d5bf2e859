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

consents as (

    select *
    from {{ ref('int_person__consents') }}
    where is_granted

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
