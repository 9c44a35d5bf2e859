{{ config(severity='warn', store_failures=true) }}

-- Lines whose discount or tax landed with more decimals than the currency of their order has, beside what they are counted as.
select
    lines.order_item_id,
    lines.order_id,
    lines.currency_code,
    items.discount_amount as landed_discount_amount,
    lines.discount_amount - lines.order_discount_amount as discount_amount,
    items.tax_amount as landed_tax_amount,
    lines.tax_amount
from {{ ref('fct_order_line') }} as lines
inner join {{ ref('stg_shop__order_items') }} as items
    on lines.order_item_id = items.order_item_id
where
    lines.discount_amount - lines.order_discount_amount <> coalesce(items.discount_amount, 0)
    or lines.tax_amount <> items.tax_amount
