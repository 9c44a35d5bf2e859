-- Customers whom an allowed offer, a cart to remind of or contact_permissions lets somebody write to, though what the CRM landed says no: no grant of
-- the purpose stands that nothing took back, or the person asked to be erased, was erased, or has no account any more. A second route: it shares
-- no model with what is tested but staging.
{%- set purpose = var('privacy').purposes.marketing.consent %}
with

written_to as (

    select
        customer_key,
        'offer_candidates' as said_by
    from {{ ref('offer_candidates') }}
    where is_allowed

    union distinct

    select
        customer_key,
        'cart_recovery' as said_by
    from {{ ref('cart_recovery') }}
    where may_be_reminded

    union distinct

    select
        customer_key,
        'contact_permissions' as said_by
    from {{ ref('contact_permissions') }}
    where may_be_contacted

),

declarations as (

    select
        customer_key,
        is_granted,
        declared_at,
        _version
    from {{ ref('stg_crm__consents') }}
    where
        purpose = '{{ purpose }}'
        and {{ business_date('declared_at') }} <= {{ as_of() }}

),

last_grants as (

    select
        customer_key,
        max(declared_at) as granted_at,
        max(_version) as granted_version
    from declarations
    where is_granted
    group by customer_key

),

-- What takes a grant back: a later withdrawal, or one of the same instant that was not delivered before it; an objection; an erasure of any time.
taken_back as (

    select grants.customer_key
    from last_grants as grants
    inner join declarations as withdrawals
        on grants.customer_key = withdrawals.customer_key
    where
        not withdrawals.is_granted
        and (
            withdrawals.declared_at > grants.granted_at
            or (
                withdrawals.declared_at = grants.granted_at
                and withdrawals._version >= grants.granted_version
            )
        )

    union distinct

    select grants.customer_key
    from last_grants as grants
    inner join {{ ref('stg_crm__privacy_requests') }} as requests
        on grants.customer_key = requests.customer_key
    where
        {{ business_date('requests.requested_at') }} <= {{ as_of() }}
        and (
            requests.request_type = 'erase'
            or (requests.request_type = 'object' and requests.requested_at >= grants.granted_at)
        )

    union distinct

    select grants.customer_key
    from last_grants as grants
    inner join {{ ledger('privacy_actions') }} as actions
        on grants.customer_key = actions.person_key
    where
        actions.action = 'erase'
        or (actions.action = 'object' and actions.done_at >= grants.granted_at)

    union distinct

    select customer_key
    from {{ ref('stg_shop__customers') }}
    where is_deleted

)

select
    written_to.customer_key,
    written_to.said_by,
    last_grants.granted_at
from written_to
left join last_grants
    on written_to.customer_key = last_grants.customer_key
left join taken_back
    on written_to.customer_key = taken_back.customer_key
where
    last_grants.customer_key is null
    or taken_back.customer_key is not null
