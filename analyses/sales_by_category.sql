-- Which categories sell, and what do discounts cost?
select
    products.category_name,
    sum(lines.quantity) as units,
    sum(lines.net_amount_reporting) as sales_after_discount,
    sum(lines.discount_amount_reporting) as discounts,
    count(distinct case when orders.is_purchase then lines.order_id end) as orders
from {{ ref('fct_order_line') }} as lines
inner join {{ ref('dim_product') }} as products
    on lines.product_key = products.product_key
inner join {{ ref('fct_order') }} as orders
    on lines.order_id = orders.order_id
where orders.is_sale
group by products.category_name
order by sales_after_discount desc
