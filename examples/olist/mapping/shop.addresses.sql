-- One row per order: the files keep the address that each order went to.
select
    orders.address_id,
    orders.customer_id,
    'shipping' as address_kind,
    -- The first five digits; the files have no more.
    persons.customer_zip_code_prefix as postal_code,
    persons.customer_city as city,
    persons.customer_state as region_code,
    'BR' as country_code,
    'c' as _op,
    orders.ordered_at as _committed_at
from orders
inner join olist_customers_dataset as persons
    on orders.address_id = persons.customer_id
