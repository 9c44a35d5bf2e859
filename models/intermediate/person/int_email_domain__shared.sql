{{ config(materialized='table') }}

with

-- Guests are not among them: of these an address is all that is known, and who has a
-- domain of their own writes with as many addresses as they like.
persons as (

    select
        customer_key as person,
        {{ domain_to_count('email') }} as email_domain
    from {{ ref('pii_shop__customers') }}

    union

    select
        coalesce(customer_key, contact_id) as person,
        {{ domain_to_count('email') }} as email_domain
    from {{ ref('pii_crm__contacts') }}

)

select email_domain
from persons
where email_domain is not null
group by email_domain
having count(*) >= {{ var('privacy').k_anonymity }}
