with

-- Lines of the same product in one order are received together.
lines as (

    select
        purchase_order_id,
        product_key,
        supplier_key,
        warehouse_key,
        order_date,
        expected_on,
        purchase_order_status,
        sum(ordered_quantity) as ordered_quantity,
        sum(received_quantity) as received_quantity,
        sum(open_quantity) as open_quantity,
        {{ null_propagating_sum('ordered_amount_reporting') }} as ordered_amount_reporting,
        min(unit_cost) as unit_cost,
        min(currency_code) as currency_code,
        min(ordered_at) as ordered_at
    from {{ ref('fct_purchase_order_line') }}
    where order_date <= {{ as_of() }}
    group by
        purchase_order_id, product_key, supplier_key, warehouse_key, order_date, expected_on, purchase_order_status

),

receipts as (

    select
        reference_id as purchase_order_id,
        product_key,
        movement_date as receipt_date,
        sum(quantity) as quantity
    from {{ ref('fct_inventory_movement') }}
    where
        movement_type = 'receipt'
        and reference_type = 'purchase_order'
        and movement_date <= {{ as_of() }}
    group by reference_id, product_key, movement_date

),

receipts_by_line as (

    select
        lines.purchase_order_id,
        lines.product_key,
        count(*) as receipt_count,
        min(receipts.receipt_date) as first_receipt_date,
        max(receipts.receipt_date) as last_receipt_date,
        sum(case when receipts.receipt_date <= lines.expected_on then receipts.quantity else 0 end)
            as quantity_on_time
    from lines
    inner join receipts
        on
            lines.purchase_order_id = receipts.purchase_order_id
            and lines.product_key = receipts.product_key
    group by lines.purchase_order_id, lines.product_key

)

select
    ---------- keys
    lines.purchase_order_id,
    lines.product_key,
    lines.supplier_key,
    lines.warehouse_key,
    lines.order_date,

    ---------- attributes
    lines.expected_on,
    lines.purchase_order_status,
    lines.currency_code,
    receipts_by_line.first_receipt_date,
    receipts_by_line.last_receipt_date,

    ---------- measures
    lines.ordered_quantity,
    lines.received_quantity,
    lines.open_quantity,
    coalesce(receipts_by_line.quantity_on_time, 0) as quantity_on_time,
    coalesce(receipts_by_line.receipt_count, 0) as receipt_count,
    lines.unit_cost,
    prices.unit_cost as list_unit_cost,
    lines.ordered_amount_reporting
from lines
left join receipts_by_line
    on
        lines.purchase_order_id = receipts_by_line.purchase_order_id
        and lines.product_key = receipts_by_line.product_key
-- What the supplier asked when the order was sent, in the order's currency.
left join {{ ref('dim_supplier_price_version') }} as prices
    on
        lines.supplier_key = prices.supplier_key
        and lines.product_key = prices.product_key
        and lines.currency_code = prices.currency_code
        and lines.ordered_at >= prices.valid_from
        and (lines.ordered_at < prices.valid_to or prices.valid_to is null)
