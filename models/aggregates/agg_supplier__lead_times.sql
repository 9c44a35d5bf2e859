{#- The last day on which both what was ordered and what came are known. -#}
{% set last_day = complete_up_to(['stock', 'purchases']) %}

with

-- Of a year, which is long enough to count and short enough to speak of now; lines of which all pieces came.
lead_times as (

    select
        supplier_key,
        cast({{ days_between('order_date', 'last_receipt_date') }} as double) as lead_time_days
    from {{ ref('agg_purchase_order__receipts') }}
    where
        receipt_count > 0
        and received_quantity >= ordered_quantity
        and order_date between {{ add_days(last_day, -364) }} and {{ last_day }}

)

select
    supplier_key,
    count(*) as lead_time_count,
    avg(cast(lead_time_days as double)) as lead_time_mean,
    percentile_cont(0.5) within group (order by cast(lead_time_days as double)) as lead_time_p50,
    percentile_cont(0.9) within group (order by cast(lead_time_days as double)) as lead_time_p90,
    round(stddev_samp(cast(lead_time_days as double)), 4) as lead_time_standard_deviation
from lead_times
group by supplier_key
