-- Orders and consents whose open period is not what their source says now, found in staging: there is none, another, or more than one.
with

statuses as (

    select
        order_id as key,
        order_status as state,
        1 as stands,
        0 as is_open
    from {{ ref('stg_shop__orders') }}
    where not is_deleted

    union all

    select
        order_id as key,
        order_status as state,
        0 as stands,
        1 as is_open
    from {{ ref('fct_order_status') }}
    where is_current

),

last_consents as (

    select *
    from {{ ref('stg_crm__consents') }}
    qualify
        row_number() over (
            partition by customer_key, purpose
            order by declared_at desc nulls last, _version desc, is_granted asc, consent_id asc
        ) = 1

),

consents as (

    select
        customer_key || ' ' || purpose as key,
        cast(is_granted as varchar) as state,
        1 as stands,
        0 as is_open
    from last_consents

    union all

    select
        customer_key || ' ' || purpose as key,
        cast(is_granted as varchar) as state,
        0 as stands,
        1 as is_open
    from {{ ref('fct_consent') }}
    where is_current

),

compared as (

    select
        'order' as kind,
        *
    from statuses

    union all

    select
        'consent' as kind,
        *
    from consents

)

select
    kind,
    key,
    state,
    sum(stands) as rows_that_stand,
    sum(is_open) as open_periods
from compared
group by
    kind,
    key,
    state
having sum(stands) <> sum(is_open)
