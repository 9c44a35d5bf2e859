-- The facts, daily sales and daily stock of a landing zone, written for DuckDB by hand: no dbt, no incremental loads, no
-- quarantine, no persons' rights. It reads what the simulator writes without defects. The variable `landing` names the
-- folder. Columns have the names that the warehouse gives them; comments say where docs/ or the contract has a rule.

set TimeZone = 'UTC';
set preserve_insertion_order = false;

-- Days are those of vars: business_timezone, money is in vars: reporting_currency.
create temp macro day_of(instant) as cast(timezone('Europe/Berlin', timezone('UTC', instant)) as date);
create temp macro in_euros(amount, currency, rate) as cast(
    case when currency = 'EUR' then amount else round(cast(amount as decimal(28, 3)) * rate, 2) end as decimal(18, 3)
);
-- Null where a part is unknown.
create temp macro total(amount) as case when count(*) = count(amount) then sum(amount) end;
create temp macro files(folder) as getvariable('landing') || '/' || folder || '/ingested_on=*/*';
create temp macro last_day() as (
    select max(cast(regexp_extract(file, 'ingested_on=([0-9-]+)', 1) as date)) from glob(files('*/*'))
);

-- ---------- rates: what a unit of each currency is in euros; what lands are euros in other currencies

create temp table rates as
with

landed as (
    select *
    from read_json(
        files('fx/daily_rates'), format = 'newline_delimited', filename = true, hive_partitioning = false,
        columns = {
            rate_date: 'date', base_currency_code: 'varchar', quote_currency_code: 'varchar', rate: 'double',
            _ingested_at: 'timestamp'
        }
    )
    where base_currency_code = 'EUR'
    qualify row_number() over (
        partition by rate_date, quote_currency_code order by _ingested_at desc, filename desc
    ) = 1
)

select rate_date, quote_currency_code as currency_code, cast(round(1 / rate, 12) as decimal(28, 12)) as rate
from landed
union all
select distinct rate_date, 'EUR', 1
from landed;

-- ---------- change logs: the last change of a key is how it stands, by the log's position

create temp table orders as
select *
from read_parquet(files('shop/orders'), hive_partitioning = false)
qualify row_number() over (partition by order_id order by _lsn desc, _op desc) = 1 and _op <> 'd';

create temp table order_items as
select *
from read_parquet(files('shop/order_items'), hive_partitioning = false)
qualify row_number() over (partition by order_item_id order by _lsn desc, _op desc) = 1 and _op <> 'd';

-- A cost holds from the instant at which the change log says so to the next change of the product.
create temp table costs as
select
    product_id, standard_cost, currency_code, _op = 'd' as is_deleted, _committed_at as valid_from,
    lead(_committed_at) over (partition by product_id order by _committed_at) as valid_to
from read_parquet(files('erp/products'), hive_partitioning = false)
qualify row_number() over (partition by product_id, _committed_at order by _lsn desc, _op desc) = 1;

-- ---------- sales

create table order_line as
with

lines as (
    select
        items.order_item_id, items.order_id, items.product_id, items.line_number, items.quantity, items.unit_price,
        orders.customer_id, orders.sales_channel, orders.order_status, orders.shipping_country_code,
        orders.currency_code, costs.currency_code as cost_currency_code,
        orders.ordered_at, day_of(orders.ordered_at) as order_date,
        cast(round(items.quantity * items.unit_price, 2) as decimal(18, 3)) as gross_amount,
        cast(coalesce(items.discount_amount, 0) as decimal(18, 3)) as discount_amount,
        cast(items.tax_amount as decimal(18, 3)) as tax_amount,
        cast(round(items.quantity * costs.standard_cost, 2) as decimal(18, 3)) as cost_amount
    from order_items as items
    left join orders using (order_id)
    left join costs
        on items.product_id = costs.product_id
        and not costs.is_deleted
        and orders.ordered_at >= costs.valid_from
        and (orders.ordered_at < costs.valid_to or costs.valid_to is null)
)

select
    lines.*,
    in_euros(gross_amount, lines.currency_code, own.rate) as gross_amount_reporting,
    in_euros(discount_amount, lines.currency_code, own.rate) as discount_amount_reporting,
    in_euros(tax_amount, lines.currency_code, own.rate) as tax_amount_reporting,
    in_euros(cost_amount, cost_currency_code, of_cost.rate) as cost_amount_reporting
from lines
left join rates as own on order_date = own.rate_date and lines.currency_code = own.currency_code
left join rates as of_cost on order_date = of_cost.rate_date and cost_currency_code = of_cost.currency_code;

create table payment as
with

payments as (
    select *, day_of(paid_at) as payment_date
    from read_parquet(files('shop/payments'), hive_partitioning = false)
    qualify row_number() over (partition by payment_id order by _lsn desc, _op desc) = 1 and _op <> 'd'
)

select
    payment_id, order_id, payment_method, payment_status, payments.currency_code, amount, paid_at, payment_date,
    in_euros(amount, payments.currency_code, rate) as amount_reporting
from payments
left join rates on payment_date = rate_date and payments.currency_code = rates.currency_code;

create table refund as
with

refunds as (
    select *, day_of(refunded_at) as refund_date
    from read_parquet(files('shop/refunds'), hive_partitioning = false)
    qualify row_number() over (partition by refund_id order by _lsn desc, _op desc) = 1 and _op <> 'd'
)

select
    refund_id, order_id, order_item_id, payment_id, refund_reason, refunds.currency_code, amount, refunded_at,
    refund_date, orders.shipping_country_code as country_code,
    in_euros(amount, refunds.currency_code, rate) as amount_reporting
from refunds
left join orders using (order_id)
left join rates on refund_date = rate_date and refunds.currency_code = rates.currency_code;

create table "order" as
with

lines as (
    select
        order_id,
        count(*) as line_count,
        sum(quantity) as unit_count,
        count_if(quantity > 0 and unit_price >= 0) > 0 as has_bought_line,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(tax_amount) as tax_amount,
        total(gross_amount_reporting) as gross_amount_reporting,
        total(discount_amount_reporting) as discount_amount_reporting,
        total(tax_amount_reporting) as tax_amount_reporting,
        total(cost_amount_reporting) as cost_amount_reporting
    from order_line
    group by order_id
),

captured as (
    select order_id, currency_code, sum(amount) as captured_amount
    from payment
    where payment_status = 'captured'
    group by all
),

refunded as (
    select order_id, currency_code, sum(amount) as refunded_amount
    from refund
    group by all
)

select
    orders.order_id, customer_id, session_id, promotion_id, sales_channel, order_status, shipping_country_code,
    orders.currency_code, ordered_at, day_of(ordered_at) as order_date,
    order_status in ('paid', 'shipped', 'delivered', 'returned') as is_sale,
    is_sale and coalesce(has_bought_line, false) as is_purchase,
    customer_id is null as is_guest,
    coalesce(line_count, 0) as line_count,
    coalesce(unit_count, 0) as unit_count,
    coalesce(lines.gross_amount, 0) as gross_amount,
    coalesce(lines.discount_amount, 0) as discount_amount,
    coalesce(lines.tax_amount, 0) as tax_amount,
    orders.shipping_amount,
    orders.total_amount,
    coalesce(captured_amount, 0) as captured_amount,
    coalesce(refunded_amount, 0) as refunded_amount,
    if(lines.order_id is null, 0, gross_amount_reporting) as gross_amount_reporting,
    if(lines.order_id is null, 0, discount_amount_reporting) as discount_amount_reporting,
    if(lines.order_id is null, 0, tax_amount_reporting) as tax_amount_reporting,
    if(lines.order_id is null, 0, cost_amount_reporting) as cost_amount_reporting,
    in_euros(orders.shipping_amount, orders.currency_code, rate) as shipping_amount_reporting
from orders
left join lines using (order_id)
left join captured on orders.order_id = captured.order_id and orders.currency_code = captured.currency_code
left join refunded on orders.order_id = refunded.order_id and orders.currency_code = refunded.currency_code
left join rates on day_of(ordered_at) = rate_date and orders.currency_code = rates.currency_code;

-- ---------- visits: who logs in half way is the visit's person, and the first source that is named brought it

create table web_session as
with

events as (
    select *
    from read_json(
        files('web/events'), format = 'newline_delimited', filename = true, hive_partitioning = false,
        columns = {
            event_id: 'varchar', event_type: 'varchar', occurred_at: 'timestamp', session_id: 'varchar',
            customer_id: 'varchar', order_id: 'varchar', in_stock: 'boolean', device: 'struct(id varchar, type varchar)',
            geo: 'struct(country varchar)', utm: 'struct(source varchar, campaign varchar)', _ingested_at: 'timestamp'
        }
    )
    qualify row_number() over (partition by event_id order by _ingested_at desc, filename desc) = 1
),

numbered as (
    select *, row_number() over (partition by session_id order by occurred_at, _ingested_at, event_id) as number
    from events
)

select
    session_id,
    max_by(customer_id, number) as customer_id,
    min_by(device.id, number) as device_id,
    min_by(order_id, number) as order_id,
    min_by(device.type, number) as device_type,
    min_by(geo.country, number) as country_code,
    min_by(utm.source, number) as utm_source,
    if(
        utm_source is null,
        min_by(utm.campaign, number),
        (min_by(utm, number) filter (where utm.source is not null)).campaign
    ) as utm_campaign,
    count(*) as event_count,
    count_if(event_type = 'page_view') as page_view_count,
    count_if(event_type = 'search') as search_count,
    count_if(event_type = 'product_view') as product_view_count,
    coalesce(count_if(event_type = 'product_view' and not in_stock), 0) as unavailable_product_view_count,
    count_if(event_type = 'add_to_cart') as add_to_cart_count,
    count_if(event_type = 'remove_from_cart') as remove_from_cart_count,
    count_if(event_type = 'begin_checkout') as checkout_count,
    count_if(event_type = 'purchase') as purchase_count,
    purchase_count > 0 as has_purchase,
    min(occurred_at) as started_at,
    max(occurred_at) as ended_at,
    day_of(started_at) as session_date,
    datediff('second', started_at, ended_at) as duration_seconds
from numbered
group by session_id;

-- ---------- parcels, returns, stock

create table shipment as
with

shipments as (
    select *
    from read_parquet(files('wms/shipments'), hive_partitioning = false, filename = true)
    qualify row_number() over (partition by shipment_id order by _ingested_at desc, filename desc) = 1
),

-- Steps come twice and out of order; their times are days first, to the minute.
steps as (
    select distinct tracking_number, event_type, strptime(occurred_at, '%d/%m/%Y %H:%M') as occurred_at
    from read_csv(
        files('carriers/tracking_events'), delim = '\t', header = true, all_varchar = true, hive_partitioning = false
    )
),

parcels as (
    select
        tracking_number,
        count(*) as tracking_event_count,
        count_if(event_type = 'delivery_failed') as failed_delivery_count,
        min(occurred_at) filter (where event_type = 'picked_up') as picked_up_at,
        min(occurred_at) filter (where event_type = 'delivered') as delivered_at,
        count_if(event_type = 'returned_to_sender') > 0 as is_returned_to_sender
    from steps
    group by tracking_number
)

select
    shipment_id, order_id, warehouse_id, tracking_number, carrier_code, currency_code, shipping_cost, shipped_at,
    promised_on, picked_up_at, delivered_at,
    day_of(shipped_at) as ship_date,
    day_of(delivered_at) as delivery_date,
    delivery_date > promised_on as is_late,
    datediff('day', ship_date, delivery_date) as delivery_days,
    coalesce(is_returned_to_sender, false) as is_returned_to_sender,
    coalesce(tracking_event_count, 0) as tracking_event_count,
    coalesce(failed_delivery_count, 0) as failed_delivery_count
from shipments
left join parcels using (tracking_number);

create table "return" as
with

returns as (
    select *
    from read_parquet(files('wms/returns'), hive_partitioning = false, filename = true)
    qualify row_number() over (partition by return_id order by _ingested_at desc, filename desc) = 1
)

select
    return_id, returns.order_id, order_item_id, product_id, warehouse_id, quantity, return_reason, item_condition,
    returned_at, day_of(returned_at) as return_date, orders.shipping_country_code as country_code
from returns
left join orders using (order_id);

create table inventory_movement as
select
    movement_id, product_id, warehouse_id, movement_type, reference_type, reference_id, quantity, moved_at,
    day_of(moved_at) as movement_date
from read_parquet(files('wms/inventory_movements'), hive_partitioning = false, filename = true)
qualify row_number() over (partition by movement_id order by _ingested_at desc, filename desc) = 1;

-- ---------- daily sales: a refund counts on its own day; one of a known order that is no sale does not

create table daily_sales as
with

-- New is who had bought on no day before.
typed as (
    select
        *,
        case
            when is_guest then 'guest'
            when order_date > min(if(is_purchase, order_date, null)) over (partition by customer_id) then 'returning'
            else 'new'
        end as customer_type
    from "order"
),

sales as (
    select
        order_date as date_day, shipping_country_code as country_code, sales_channel, customer_type,
        count_if(is_purchase) as order_count,
        count_if(order_status = 'cancelled') as cancelled_order_count,
        sum(if(is_sale, unit_count, 0)) as unit_count,
        total(if(is_sale, gross_amount_reporting, 0)) as gross_sales_amount,
        total(if(is_sale, discount_amount_reporting, 0)) as discount_amount,
        total(if(is_sale, tax_amount_reporting, 0)) as tax_amount,
        total(if(is_sale, cost_amount_reporting, 0)) as cost_amount,
        total(if(is_sale, shipping_amount_reporting, 0)) as shipping_amount,
        total(if(is_purchase, gross_amount_reporting - discount_amount_reporting, 0)) as purchase_amount
    from typed
    group by all
),

-- The tax in a refund is its share of the order's tax: the shop says no other.
refunds as (
    select
        refund_date as date_day, coalesce(country_code, 'unknown') as country_code,
        coalesce(sales_channel, 'unknown') as sales_channel, coalesce(customer_type, 'unknown') as customer_type,
        total(amount_reporting) as refund_amount,
        total(if(typed.order_id is null, amount_reporting, 0)) as unmatched_refund_amount,
        total(if(typed.order_id is null or gross_amount = discount_amount, 0, cast(round(
            cast(amount_reporting as double) * cast(tax_amount as double) / cast(gross_amount - discount_amount as double), 2
        ) as decimal(18, 3)))) as refund_tax_amount
    from refund
    left join typed using (order_id)
    where typed.order_id is null or is_sale
    group by all
),

returns as (
    select
        return_date as date_day, coalesce(country_code, 'unknown') as country_code,
        coalesce(sales_channel, 'unknown') as sales_channel, coalesce(customer_type, 'unknown') as customer_type,
        sum(quantity) as returned_unit_count
    from "return"
    left join typed using (order_id)
    where typed.order_id is null or is_sale
    group by all
),

measures as (
    select *
    from sales
    full join refunds using (date_day, country_code, sales_channel, customer_type)
    full join returns using (date_day, country_code, sales_channel, customer_type)
),

days as (
    select cast(unnest(generate_series(first_day, last_day(), interval 1 day)) as date) as date_day
    from (select min(date_day) as first_day from measures)
),

markets as (
    select distinct country_code, sales_channel, customer_type
    from measures
),

-- A market without sales on a day has zeros.
filled as (
    select
        days.date_day, markets.country_code, markets.sales_channel, markets.customer_type,
        coalesce(columns(measures.* exclude (date_day, country_code, sales_channel, customer_type)), 0)
    from days
    cross join markets
    left join measures using (date_day, country_code, sales_channel, customer_type)
)

select
    *,
    gross_sales_amount - discount_amount - tax_amount - (refund_amount - refund_tax_amount) as net_revenue_amount,
    net_revenue_amount - cost_amount as gross_margin_amount
from filled;

-- ---------- daily stock: from the first movement of a product in a warehouse on

create table daily_stock as
with

movements as (
    select
        product_id, warehouse_id, movement_date as date_day,
        sum(quantity) as net_quantity,
        sum(if(movement_type = 'opening', quantity, 0)) as initial_quantity,
        sum(if(movement_type = 'receipt', quantity, 0)) as received_quantity,
        -sum(if(movement_type = 'sale', quantity, 0)) as sold_quantity,
        sum(if(movement_type = 'return', quantity, 0)) as returned_quantity,
        sum(if(movement_type in ('transfer_in', 'transfer_out'), quantity, 0)) as transferred_quantity,
        sum(if(movement_type = 'adjustment' and reference_type is distinct from 'stock_count', quantity, 0)) as adjusted_quantity,
        sum(if(movement_type = 'write_off' or (movement_type = 'adjustment' and reference_type = 'stock_count'), quantity, 0))
            as shrinkage_quantity
    from inventory_movement
    where movement_date <= last_day()
    group by all
),

days as (
    select
        product_id, warehouse_id, cast(unnest(generate_series(first_day, last_day(), interval 1 day)) as date) as date_day
    from (select product_id, warehouse_id, min(date_day) as first_day from movements group by all)
),

positions as (
    select
        product_id, warehouse_id, date_day,
        coalesce(columns(movements.* exclude (product_id, warehouse_id, date_day)), 0),
        sum(coalesce(movements.net_quantity, 0)) over (
            partition by product_id, warehouse_id order by date_day
        ) as closing_quantity
    from days
    left join movements using (product_id, warehouse_id, date_day)
)

select
    positions.* exclude (net_quantity),
    md5(positions.product_id) as product_key,
    md5(warehouse_id) as warehouse_key,
    closing_quantity - net_quantity as opening_quantity,
    closing_quantity <= 0 as is_stocked_out,
    in_euros(round(closing_quantity * standard_cost, 2), costs.currency_code, rate) as stock_value_reporting
from positions
left join costs
    on positions.product_id = costs.product_id
    and not costs.is_deleted
    and date_day >= day_of(valid_from)
    and (date_day < day_of(valid_to) or valid_to is null)
left join rates on date_day = rate_date and costs.currency_code = rates.currency_code;
