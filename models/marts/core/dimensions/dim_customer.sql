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

)

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
left join {{ ref('int_customer__shared_attributes') }} as shared
    on members.customer_key = shared.customer_key
left join contacts
    on members.customer_key = contacts.customer_key
