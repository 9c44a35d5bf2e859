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
    shrinkage_quantity,
    closing_quantity,
    unbooked_count_quantity,

    ---------- promised and on the way: closing - reserved = available
    reserved_quantity,
    available_quantity,
    purchases_in_transit_quantity,
    transfers_in_transit_quantity,

    ---------- values in the reporting currency
    stock_value_reporting,
    cost_of_goods_sold_reporting,
    lost_sales_reporting,

    ---------- demand and cover
    ordered_quantity,
    sold_per_day,
    days_of_cover,
    is_stocked_out,
    days_without_stock,
    is_discontinued,
    lost_quantity
from {{ ref('agg_inventory__daily_positions') }}
