with

customers_by_segment as (

    select
        segment_name,
        count(*) as customer_count,
        sum(order_count) as order_count,
        {{ null_propagating_sum('net_amount_reporting') }} as net_amount_reporting
    from {{ ref('customer_segments') }}
    group by segment_name

)

select
    ---------- key
    definitions.segment_name,

    ---------- attributes
    definitions.meaning,
    definitions.action,

    ---------- measures
    cast(coalesce(customers.customer_count, 0) as bigint) as customer_count,
    cast(coalesce(customers.order_count, 0) as bigint) as order_count,
    cast(
        case
            when customers.segment_name is null then 0
            else customers.net_amount_reporting
        end as decimal(18, 3)
    ) as net_amount_reporting,
    '{{ var("reporting_currency") }}' as currency_code
from {{ ref('segment_definitions') }} as definitions
left join customers_by_segment as customers
    on definitions.segment_name = customers.segment_name
