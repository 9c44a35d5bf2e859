{#- The last day on which both stock and orders are known; figures are of the 365 days up to it, those of a quarter of the last 91. -#}
{% set last_day = complete_up_to(['stock', 'sales']) %}
{% set quarter_begins_on = add_days(last_day, -90) %}

with

positions as (

    select
        *,
        date_day = {{ last_day }} as is_last_day,
        date_day = {{ quarter_begins_on }} as is_first_of_quarter,
        date_day >= {{ quarter_begins_on }} as is_of_quarter
    from {{ ref('agg_inventory__daily_positions') }}
    where date_day between {{ add_days(last_day, -364) }} and {{ last_day }}

),

sums as (

    select
        product_key,
        sum(case when is_last_day then closing_quantity else 0 end) as on_hand_quantity,
        {{ null_propagating_sum('case when is_last_day then stock_value_reporting else 0 end') }} as stock_value,
        cast({{ null_propagating_sum('cost_of_goods_sold_reporting') }} as double) as cost_of_goods_sold,
        cast({{ null_propagating_sum('stock_value_reporting') }} as double) as stock_value_days,
        max(case when ordered_quantity > 0 or sold_quantity > 0 then date_day end) as last_sold_on,
        sum(case when is_of_quarter then sold_quantity else 0 end) as sold_in_quarter,
        sum(case when is_of_quarter then initial_quantity + received_quantity else 0 end)
        + sum(case when is_first_of_quarter then opening_quantity else 0 end) as offered_in_quarter
    from positions
    group by product_key

)

select
    product_key,
    cast(on_hand_quantity as bigint) as on_hand_quantity,
    stock_value,
    last_sold_on,
    case
        when stock_value_days > 0 then cast(365 * cost_of_goods_sold as double) / nullif(stock_value_days, 0)
    end as turnover,
    case
        when offered_in_quarter > 0 then cast(sold_in_quarter as double) / nullif(offered_in_quarter, 0)
    end as sell_through_rate
from sums
