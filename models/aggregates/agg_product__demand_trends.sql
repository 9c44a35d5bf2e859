{#- The last day on which both stock and orders are known. -#}
{% set last_day = complete_up_to(['stock', 'sales']) %}

with

quantities as (

    select
        product_key,
        min(week_start) as first_week,
        sum(case when week_start > {{ add_days(last_day, -91) }} then demand_quantity else 0 end) as recent_quantity,
        sum(
            case
                when
                    week_start > {{ add_days(last_day, -182) }}
                    and week_start <= {{ add_days(last_day, -91) }}
                    then demand_quantity
                else 0
            end
        ) as earlier_quantity
    from {{ ref('agg_product__weekly_demand') }}
    group by product_key

)

select
    product_key,
    first_week,
    cast(recent_quantity as bigint) as recent_quantity,
    cast(earlier_quantity as bigint) as earlier_quantity,
    coalesce(cast(recent_quantity as double) / nullif(sum(recent_quantity) over (), 0), 0) as recent_share,
    coalesce(cast(earlier_quantity as double) / nullif(sum(earlier_quantity) over (), 0), 0) as earlier_share
from quantities
