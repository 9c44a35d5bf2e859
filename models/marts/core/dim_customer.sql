with

customers as (

    select *
    from {{ ref('stg_shop__customers') }}

),

-- Customers that orders or visits speak of before the shop's customer table does.
named_elsewhere as (

    select customer_key from {{ ref('stg_shop__orders') }}
    union
    select customer_key from {{ ref('fct_web_session') }}

),

inferred as (

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
    from inferred

    union all by name

    select
        'unknown' as customer_key,
        false as is_deleted,
        false as is_inferred

)

select
    ---------- key
    customer_key,

    ---------- attributes
    email_domain,
    birth_year,
    country_code,
    language_code,
    acquisition_channel,
    loyalty_tier,
    {{ business_date('registered_at') }} as registered_on,
    is_deleted,
    is_inferred
from members
