select
    ---------- key
    device_kind,

    ---------- measures
    cast(count(distinct device_key) as bigint) as device_count,
    cast(count(distinct case when identity_method in ('logged_in', 'order') then customer_key end) as bigint)
        as customer_count,
    cast(count(*) as bigint) as visit_count,
    cast(count_if(identity_method = 'logged_in') as bigint) as logged_in_visit_count,
    cast(count_if(identity_method = 'order') as bigint) as order_visit_count,
    cast(count_if(identity_method = 'device') as bigint) as device_visit_count,
    cast(count_if(identity_method = 'none') as bigint) as anonymous_visit_count
from {{ ref('agg_visit__customers') }}
group by device_kind
