with

visits as (

    select
        visits.*,
        devices.device_kind,
        devices.customer_key as customer_of_device
    from {{ ref('agg_visit__named_customers') }} as visits
    left join {{ ref('agg_device__customers') }} as devices
        on visits.device_key = devices.device_key

),

-- On a device of several, an anonymous visit is of the customer of the last visit before it that names one, else of the
-- first one that does. Each visit knows how many of these there were up to it.
visits_on_devices_of_several as (

    select
        session_id,
        device_key,
        customer_key,
        count(customer_key) over (
            partition by device_key
            order by started_at, session_id
            rows between unbounded preceding and current row
        ) as named_visit_number
    from visits
    where device_kind = 'several_customers'

),

nearest_customers as (

    select
        anonymous_visits.session_id,
        named_visits.customer_key
    from visits_on_devices_of_several as anonymous_visits
    inner join visits_on_devices_of_several as named_visits
        on
            anonymous_visits.device_key = named_visits.device_key
            and greatest(coalesce(anonymous_visits.named_visit_number, 1), 1) = named_visits.named_visit_number
    where
        anonymous_visits.customer_key is null
        and named_visits.customer_key is not null

)

select
    ---------- keys
    visits.session_id,
    coalesce(visits.customer_key, visits.customer_of_device, nearest_customers.customer_key, 'unknown') as customer_key,

    ---------- attributes
    case
        when visits.identity_method is not null then visits.identity_method
        when coalesce(visits.customer_of_device, nearest_customers.customer_key) is not null then 'device'
        else 'none'
    end as identity_method,
    case
        when visits.device_key is null then 'no_device'
        else coalesce(visits.device_kind, 'anonymous')
    end as device_kind
from visits
left join nearest_customers
    on visits.session_id = nearest_customers.session_id
