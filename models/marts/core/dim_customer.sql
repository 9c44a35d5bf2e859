with

members as (

    select *
    from {{ ref('int_customer__members') }}

),

-- What the CRM knows of a customer; of several contacts the newest.
contacts as (

    select *
    from {{ ref('stg_crm__contacts') }}
    where customer_key is not null
    qualify
        row_number() over (
            partition by customer_key
            order by created_at desc nulls last, _version desc nulls last, contact_id desc nulls last
        ) = 1

),

-- What others may know of a person, too, and would find the row by: first by decades and months, then, in the order of var privacy,
-- only where enough persons share it with all before it. That an account was deleted is known of few, so nothing else is shown of it.
recognisable as (

    select
        members.customer_key,
        known.email_domain,
        cast(known.birth_year - mod(known.birth_year, 10) as bigint) as birth_year,
        known.country_code,
        known.region_code,
        known.postal_area,
        known.language_code,
        cast(date_trunc('month', known.registered_on) as date) as registered_on
    from members
    left join members as known
        on
            members.customer_key = known.customer_key
            and not known.is_deleted
    where members.customer_key <> 'unknown'

),

{{ k_anonymous('recognisable', 'customer_key', var('privacy').quasi_identifiers) }}

select
    ---------- key
    members.customer_key,

    ---------- attributes
    shared.email_domain,
    shared.birth_year,
    shared.country_code,
    shared.region_code,
    shared.postal_area,
    shared.language_code,
    members.acquisition_channel,
    members.loyalty_tier,
    contacts.preferred_channel,
    contacts.lifecycle_stage,
    shared.registered_on,
    members.is_deleted,
    members.is_inferred
from members
left join k_anonymous as shared
    on members.customer_key = shared.customer_key
left join contacts
    on members.customer_key = contacts.customer_key
