{% set offers = offers() %}

with

customers as (

    select *
    from {{ ref('dim_customer') }}
    where
        customer_key <> 'unknown'
        and not is_deleted

),

-- Which consent offers need is said once, where the registry says what data are used for.
consents as (

    select *
    from {{ ref('int_person__consents') }}
    where purpose = '{{ var("privacy").purposes.marketing.consent }}'

),

-- What is not known is no permission: who declared nothing has not consented.
customers_with_rules as (

    select
        customers.customer_key,
        coalesce(consents.is_granted, false) as has_consent,
        -- An objection ends with a consent that was given after it, which is_granted knows; an erasure with nothing.
        objections.customer_key is null
        or (objections.erasure_at is null and coalesce(consents.is_granted, false)) as has_no_objection,
        coalesce(customers.preferred_channel, 'not known') <> 'none' as accepts_contact,
        contacts.last_contacted_on,
        contacts.last_contact_kind,
        {{ add_days('contacts.last_contacted_on', offers.quiet_days) }} as quiet_until
    from customers
    left join consents
        on customers.customer_key = consents.customer_key
    left join {{ ref('int_person__objections') }} as objections
        on customers.customer_key = objections.customer_key
    left join {{ ref('agg_customer__contacts') }} as contacts
        on customers.customer_key = contacts.customer_key

)

select
    ---------- keys
    customer_key,
    {{ as_of() }} as as_of_date,

    ---------- rules
    has_consent,
    has_no_objection,
    accepts_contact,
    coalesce(quiet_until <= {{ as_of() }}, true) as is_past_quiet_period,
    has_consent
    and has_no_objection
    and accepts_contact
    and coalesce(quiet_until <= {{ as_of() }}, true) as may_be_contacted,

    ---------- why
    last_contacted_on,
    last_contact_kind,
    quiet_until
from customers_with_rules
