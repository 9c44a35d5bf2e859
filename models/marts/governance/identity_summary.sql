with

visits as (

    select
        device_kind,
        count(*) as visit_count,
        count(distinct case when identity_method in ('logged_in', 'order') then customer_key end) as customer_count,
        count_if(identity_method = 'logged_in') as logged_in_visit_count,
        count_if(identity_method = 'order') as order_visit_count,
        count_if(identity_method = 'device') as device_visit_count,
        count_if(identity_method = 'none') as anonymous_visit_count
    from {{ ref('agg_visit__customers') }}
    group by device_kind

),

devices as (

    select
        device_kind,
        count(*) as device_count
    from {{ ref('agg_device__customers') }}
    group by device_kind

    union all

    select
        'anonymous' as device_kind,
        count(distinct device_key) - (
            select count(*)
            from {{ ref('agg_device__customers') }}
        ) as device_count
    from {{ ref('agg_visit__named_customers') }}

)

select
    ---------- key
    visits.device_kind,

    ---------- measures
    cast(coalesce(devices.device_count, 0) as bigint) as device_count,
    cast(visits.customer_count as bigint) as customer_count,
    cast(visits.visit_count as bigint) as visit_count,
    cast(visits.logged_in_visit_count as bigint) as logged_in_visit_count,
    cast(visits.order_visit_count as bigint) as order_visit_count,
    cast(visits.device_visit_count as bigint) as device_visit_count,
    cast(visits.anonymous_visit_count as bigint) as anonymous_visit_count
from visits
left join devices
    on visits.device_kind = devices.device_kind
