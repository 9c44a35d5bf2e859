-- What several mappings need; runs before them.

-- The files' times are local to Brazil; the contract's are UTC.
create macro utc(local_time) as
    timezone('UTC', timezone('America/Sao_Paulo', local_time));

-- The files say nothing about when they were written: it is taken to be the
-- newest moment that they know of.
create table export as
select
    utc(newest_time) as exported_at,
    cast(newest_time as date) as ingested_on
from (
    select
        max(greatest(
            order_purchase_timestamp,
            order_approved_at,
            order_delivered_carrier_date,
            order_delivered_customer_date
        )) as newest_time
    from olist_orders_dataset
);

-- One row per order: who placed it, its times in UTC, its status in the
-- contract's words.
create table orders as
select
    orders.order_id,
    orders.customer_id as address_id,
    persons.customer_unique_id as customer_id,
    case orders.order_status
        when 'created' then 'pending'
        when 'approved' then 'paid'
        when 'invoiced' then 'paid'
        when 'processing' then 'paid'
        when 'unavailable' then 'cancelled'
        when 'canceled' then 'cancelled'
        -- shipped, delivered; a status nobody has seen is left as it is, and
        -- the contract refuses it.
        else orders.order_status
    end as order_status,
    utc(orders.order_purchase_timestamp) as ordered_at,
    utc(orders.order_approved_at) as approved_at,
    utc(orders.order_delivered_carrier_date) as shipped_at,
    utc(orders.order_delivered_customer_date) as delivered_at
from olist_orders_dataset as orders
left join olist_customers_dataset as persons
    on orders.customer_id = persons.customer_id;

-- One row per item row of the files, with the time of its order.
create table items as
select
    items.*,
    orders.ordered_at
from olist_order_items_dataset as items
left join orders
    on items.order_id = orders.order_id;
