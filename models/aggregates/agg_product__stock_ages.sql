{#- The last day on which both stock and orders are known; the age of a receipt counts up to it. -#}
{% set last_day = complete_up_to(['stock', 'sales']) %}

with

stocks as (

    select
        product_key,
        sum(closing_quantity) as on_hand_quantity
    from {{ ref('agg_inventory__daily_balances') }}
    where date_day = {{ last_day }}
    group by product_key

),

-- What came from outside, in any warehouse: a transfer makes nothing younger. Opening stock is as old as its booking says, or older.
receipts as (

    select
        product_key,
        movement_date as receipt_date,
        sum(received_quantity + initial_quantity) as quantity
    from {{ ref('agg_inventory__daily_movements') }}
    where movement_date <= {{ last_day }}
    group by product_key, movement_date
    having sum(received_quantity + initial_quantity) > 0

),

-- First in, first out: what is left is of the newest receipts.
receipts_with_later_ones as (

    select
        *,
        sum(quantity) over (
            partition by product_key
            order by receipt_date desc nulls last
            rows between unbounded preceding and current row
        ) - quantity as quantity_of_later_ones,
        row_number() over (partition by product_key order by receipt_date) = 1 as is_oldest
    from receipts

),

-- Pieces that came back or were found, beyond all that was received, count with the oldest receipt.
layers as (

    select
        receipts.product_key,
        stocks.on_hand_quantity,
        receipts.receipt_date,
        {{ days_between('receipts.receipt_date', last_day) }} as age_days,
        case
            when receipts.is_oldest then stocks.on_hand_quantity - receipts.quantity_of_later_ones
            when receipts.quantity < stocks.on_hand_quantity - receipts.quantity_of_later_ones then receipts.quantity
            else stocks.on_hand_quantity - receipts.quantity_of_later_ones
        end as quantity
    from receipts_with_later_ones as receipts
    inner join stocks
        on receipts.product_key = stocks.product_key
    where stocks.on_hand_quantity > receipts.quantity_of_later_ones

)

select
    product_key,
    cast(on_hand_quantity as bigint) as on_hand_quantity,
    cast(max(age_days) as bigint) as oldest_age_days,
    cast(sum(quantity * age_days) as double) / nullif(on_hand_quantity, 0) as mean_age_days,
    cast(sum(case when age_days > 90 then quantity else 0 end) as double) / nullif(on_hand_quantity, 0)
        as share_over_90_days,
    cast(sum(case when age_days > 180 then quantity else 0 end) as double) / nullif(on_hand_quantity, 0)
        as share_over_180_days
from layers
group by product_key, on_hand_quantity
