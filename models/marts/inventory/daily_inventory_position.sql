select
    ---------- keys
    date_day,
    product_key,
    warehouse_key,

    ---------- quantities: opening + movements = closing
    opening_quantity,
    initial_quantity,
    received_quantity,
    sold_quantity,
    returned_quantity,
    transferred_quantity,
    adjusted_quantity,
    closing_quantity,

    ---------- values in the reporting currency
    stock_value_reporting,
    cost_of_goods_sold_reporting,
    lost_sales_reporting,

    ---------- demand and cover
    sold_per_day,
    days_of_cover,
    is_stocked_out,
    is_discontinued,
    lost_quantity
from {{ ref('agg_inventory__daily_positions') }}
