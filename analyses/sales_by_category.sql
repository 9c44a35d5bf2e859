-- Which categories sell, and what do discounts cost?
select
    products.category_name,
    sum(lines.quantity) as units,
    sum(lines.net_amount_reporting) as sales_after_discount,
    sum(lines.discount_amount_reporting) as discounts,
    count(distinct lines.order_id) as orders
from {{ ref('fct_order_line') }} as lines
inner join {{ ref('dim_product') }} as products
    on lines.product_key = products.product_key
where lines.order_status in ('paid', 'shipped', 'delivered', 'returned')
group by products.category_name
order by sales_after_discount desc
