-- Orders and consents whose open stretch is not what their source says now, found in staging: there is none, another, or more than one.
with

statuses as (

    select
        order_id as key,
        order_status as state
    from {{ ref('stg_shop__orders') }}
    where not is_deleted

),

open_statuses as (

    select
        order_id as key,
        order_status as state
    from {{ ref('fct_order_status') }}
    where is_current

),

consents as (

    select
        customer_key || ' ' || purpose as key,
        case when is_granted then 'granted' else 'withdrawn' end as state
    from {{ ref('stg_crm__consents') }}
    qualify
        row_number() over (
            partition by customer_key, purpose
            order by declared_at desc, _version desc, is_granted asc, consent_id asc
        ) = 1

),

open_consents as (

    select
        customer_key || ' ' || purpose as key,
        case when is_granted then 'granted' else 'withdrawn' end as state
    from {{ ref('fct_consent') }}
    where is_current

),

compared as (

    select
        'order' as kind,
        key,
        state,
        1 as now,
        0 as open
    from statuses

    union all

    select
        'order' as kind,
        key,
        state,
        0 as now,
        1 as open
    from open_statuses

    union all

    select
        'consent' as kind,
        key,
        state,
        1 as now,
        0 as open
    from consents

    union all

    select
        'consent' as kind,
        key,
        state,
        0 as now,
        1 as open
    from open_consents

)

select
    kind,
    key,
    state,
    sum(now) as rows_that_stand,
    sum(open) as open_stretches
from compared
group by
    kind,
    key,
    state
having sum(now) <> sum(open)
