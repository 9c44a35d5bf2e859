with

customers as (

    select
        customer_key,
        email is not null as has_email,
        {{ domain_to_count('email') }} as email_domain
    from {{ ref('pii_shop__customers') }}

)

select
    ---------- key
    customers.customer_key,

    ---------- attributes
    case when customers.has_email then coalesce(shared.email_domain, 'other') end as email_domain
from customers
left join {{ ref('int_email_domain__shared') }} as shared
    on customers.email_domain = shared.email_domain
