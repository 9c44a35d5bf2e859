with

devices as (

    select
        device_key,
        count(*) as visit_count,
        count(distinct customer_key) as customer_count,
        min(customer_key) as any_customer_key
    from {{ ref('agg_visit__named_customers') }}
    where device_key is not null
    group by device_key
    having count(customer_key) > 0

)

select
    ---------- keys
    device_key,
    case when customer_count = 1 then any_customer_key end as customer_key,

    ---------- attribute
    case
        when customer_count = 1 then 'one_customer'
        when customer_count <= {{ var('most_customers_of_a_device') }} then 'several_customers'
        else 'shared'
    end as device_kind,

    ---------- measures
    cast(customer_count as bigint) as customer_count,
    cast(visit_count as bigint) as visit_count
from devices
