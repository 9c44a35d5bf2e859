select
    ---------- keys
    product_key,
    date_day as as_of_date,

    ---------- quantities
    cast(sum(closing_quantity) as bigint) as on_hand_quantity,
    cast(sum(available_quantity) as bigint) as available_quantity
from {{ ref('agg_inventory__daily_positions') }}
where date_day = {{ complete_up_to(['stock']) }}
group by product_key, date_day
