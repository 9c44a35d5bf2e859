with

customers as (

    select
        customers.*,
        domains.email_domain
    from {{ ref('stg_shop__customers') }} as customers
    left join {{ ref('int_customer__email_domains') }} as domains
        on customers.customer_key = domains.customer_key

),

-- Where a customer lives, as far as may be seen: the address that bills go to, else another; the newest.
addresses as (

    select *
    from {{ ref('stg_shop__addresses') }}
    where
        customer_key is not null
        and not is_deleted
    qualify
        row_number() over (
            partition by customer_key
            order by
                case when address_kind = 'billing' then 0 else 1 end,
                updated_at desc nulls last,
                _version desc nulls last,
                address_id desc nulls last
        ) = 1

),

-- Customers that other systems speak of before the shop's customer table does.
named_elsewhere as (

    {% for model in [
        'stg_shop__orders', 'stg_shop__addresses', 'stg_shop__refunds', 'stg_wms__returns', 'stg_web__events',
        'stg_carts__carts', 'stg_reviews__reviews', 'stg_crm__contacts', 'stg_crm__consents',
        'stg_crm__privacy_requests', 'stg_support__tickets', 'stg_surveys__nps_responses',
    ] -%}
        {{ 'union' if not loop.first }}
        select customer_key from {{ ref(model) }}
    {% endfor %}

),

inferred_customers as (

    select named_elsewhere.customer_key
    from named_elsewhere
    left join customers
        on named_elsewhere.customer_key = customers.customer_key
    where
        customers.customer_key is null
        and named_elsewhere.customer_key is not null
        and named_elsewhere.customer_key <> 'unknown'

),

members as (

    select
        customer_key,
        email_domain,
        birth_year,
        country_code,
        language_code,
        acquisition_channel,
        loyalty_tier,
        registered_at,
        is_deleted,
        false as is_inferred
    from customers

    union all by name

    select
        customer_key,
        false as is_deleted,
        true as is_inferred
    from inferred_customers

    union all by name

    select
        'unknown' as customer_key,
        false as is_deleted,
        false as is_inferred

)

select
    ---------- key
    members.customer_key,

    ---------- attributes
    members.email_domain,
    members.birth_year,
    members.country_code,
    addresses.region_code,
    addresses.postal_area,
    members.language_code,
    members.acquisition_channel,
    members.loyalty_tier,
    {{ business_date('members.registered_at') }} as registered_on,
    members.is_deleted,
    members.is_inferred
from members
left join addresses
    on members.customer_key = addresses.customer_key
