{{ config(unique_key='order_id', cluster_by='order_date') }}

{% set stg_orders = ref('stg_shop__orders') %}
{% set stg_items = ref('stg_shop__order_items') %}
{% set stg_payments = ref('stg_shop__payments') %}
{% set stg_refunds = ref('stg_shop__refunds') %}
{% set stg_shipments = ref('stg_wms__shipments') %}
{% set order_lines = ref('int_order_line__amounts') %}
{% set fct_payments = ref('fct_payment') %}
{% set fct_refunds = ref('fct_refund') %}
{% set fct_shipments = ref('fct_shipment') %}
{% set cost_changes = ref('stg_erp__product_changes') %}
{% set daily_rates = ref('int_currency__daily_rates') %}
{#
    A line takes the cost that held when its order was placed, so a cost that comes later changes orders that are here already.
    These are the products with new cost changes, and from when on their lines may be other ones. That is the first instant that
    a new change, or one behind it in the log, names: where a clock was set back, a change also moves those behind it.
#}
{% set products_with_new_costs -%}
    (
        select
            changes.product_id,
            min(changes.changed_at) as changed_from,
            max(new_changes._load_id) as _load_id
        from {{ cost_changes }} as changes
        inner join (
            select
                product_id,
                min(_version) as _version,
                max(_load_id) as _load_id
            from {{ cost_changes }}
            where {{ is_new_load() }}
            group by product_id
        ) as new_changes
            on
                changes.product_id = new_changes.product_id
                and changes._version >= new_changes._version
        group by changes.product_id
    )
{%- endset %}
{% set orders_with_new_costs -%}
    (
        select
            orders.order_id,
            products._load_id
        from {{ stg_orders }} as orders
        inner join {{ stg_items }} as items
            on orders.order_id = items.order_id
        inner join {{ products_with_new_costs }} as products
            on
                items.product_id = products.product_id
                and orders.ordered_at >= products.changed_from
        where {{
            within_bounds(
                [['orders.ordered_at', 'min(changed_from)', "'9999-12-31'"]],
                products_with_new_costs ~ ' as products',
            )
        }}
    )
{%- endset %}
{# Before the first payment fees are unknown, from then on they are 0 where an order has none; so it is with parcels. #}
{% set orders_before_first_rows -%}
    (
        select
            orders.order_id,
            first_rows._load_id
        from {{ stg_orders }} as orders
        cross join (
            select min(_load_id) as _load_id from {{ stg_payments }}
            union all
            select min(_load_id) as _load_id from {{ stg_shipments }}
        ) as first_rows
    )
{%- endset %}

{# An order is written again when any of these changed. Staging stands beside the facts, which lose a deleted row. #}
{% set inputs = [
    stg_orders, stg_items, stg_payments, fct_payments, stg_refunds, fct_refunds, fct_shipments,
    orders_with_new_costs, orders_before_first_rows, keys_with_new_rates(stg_orders, 'order_id', 'ordered_at'),
] %}
{% set where_changed = where_keys_changed('order_id', inputs) %}

with

staged_orders as (

    select
        * exclude (discount_amount, tax_amount),
        discount_amount as stated_discount_amount,
        tax_amount as stated_tax_amount,
        {{ business_date('ordered_at') }} as order_date
    from {{ stg_orders }}
    {{ where_changed }}

),

order_lines as (

    select *
    from {{ order_lines }}
    {{ where_changed }}

),

payments as (

    select *
    from {{ fct_payments }}
    {{ where_changed }}

),

refunds as (

    select *
    from {{ fct_refunds }}
    {{ where_changed }}

),

shipments as (

    select *
    from {{ fct_shipments }}
    {{ where_changed }}

),

-- What is bought, a gift too, counts as a bought line; not what is taken back, or credited with a negative price.
lines_by_order as (

    select
        order_id,
        count(*) as line_count,
        count_if(quantity > 0 and unit_price >= 0) as bought_line_count,
        count(tax_amount) as taxed_line_count,
        sum(quantity) as unit_count,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(tax_amount) as tax_amount,
        {{ null_propagating_sum('cost_of_goods_amount') }} as cost_of_goods_amount,
        {{ null_propagating_sum('gross_amount_reporting') }} as gross_amount_reporting,
        {{ null_propagating_sum('discount_amount_reporting') }} as discount_amount_reporting,
        {{ null_propagating_sum('case when tax_amount is null then 0 else tax_amount_reporting end') }}
            as tax_amount_reporting,
        {{ null_propagating_sum('cost_amount_reporting') }} as cost_amount_reporting
    from order_lines
    where not is_deleted
    group by order_id

),

-- 0 where no line has come, null where a part is unknown in the reporting currency.
orders_with_lines as (

    select
        staged_orders.*,
        rates.reporting_rate,
        {%- for measure in ['line_count', 'bought_line_count', 'taxed_line_count', 'unit_count', 'gross_amount'] %}
            coalesce(lines.{{ measure }}, 0) as {{ measure }},
        {%- endfor %}
        coalesce(lines.discount_amount, 0) as lines_discount_amount,
        coalesce(lines.tax_amount, 0) as lines_tax_amount,
        case when lines.order_id is null then 0 else lines.cost_of_goods_amount end as cost_of_goods_amount,
        {%- for amount in ['gross_amount', 'cost_amount'] %}
            case when lines.order_id is null then 0 else lines.{{ amount }}_reporting end as {{ amount }}_reporting,
        {%- endfor %}
        {%- for amount in ['discount_amount', 'tax_amount'] %}
            case when lines.order_id is null then 0 else lines.{{ amount }}_reporting end
                as lines_{{ amount }}_reporting,
        {%- endfor %}
        staged_orders.order_status in ('paid', 'shipped', 'delivered', 'returned') as is_sale
    from staged_orders
    left join lines_by_order as lines
        on staged_orders.order_id = lines.order_id
    left join {{ daily_rates }} as rates
        on
            staged_orders.order_date = rates.rate_date
            and staged_orders.currency_code = rates.currency_code

),

-- A discount that the shop gives on the order and on no line counts where the order adds up with it: else lines have not come.
orders_with_discounts as (

    select
        *,
        case
            when
                line_count > 0
                and stated_discount_amount > lines_discount_amount
                and total_amount = gross_amount - stated_discount_amount + coalesce(shipping_amount, 0)
                then stated_discount_amount - lines_discount_amount
            else 0
        end as order_discount_amount
    from orders_with_lines

),

-- So does tax. Without shipping it is of the goods; what lines say is theirs.
orders_with_tax_beyond_lines as (

    select
        *,
        gross_amount - lines_discount_amount - order_discount_amount as net_amount,
        case
            when
                line_count > 0
                and total_amount
                = gross_amount - lines_discount_amount - order_discount_amount + coalesce(shipping_amount, 0)
                then stated_tax_amount - lines_tax_amount
        end as tax_beyond_lines_amount
    from orders_with_discounts

),

-- Where no line says its tax, that of the order is spread over goods and shipping. Else shipping bears what the order
-- has beyond its lines; where that cannot be its tax, or is not said, shipping is taxed as the goods are.
orders_with_shipping_taxes as (

    select
        *,
        case
            when shipping_amount is null then null
            when taxed_line_count = 0 and tax_beyond_lines_amount is not null and net_amount + shipping_amount > 0
                then {{ safe_money(
                    'cast(tax_beyond_lines_amount as double) * cast(shipping_amount as double)'
                    ~ ' / nullif(cast(net_amount + shipping_amount as double), 0)', 'currency_code'
                ) }}
            when taxed_line_count > 0 and tax_beyond_lines_amount between 0 and shipping_amount
                then cast(tax_beyond_lines_amount as decimal(18, 3))
            when net_amount = 0 then 0
            else {{ safe_money(
                'cast(lines_tax_amount as double) * cast(shipping_amount as double)'
                ~ ' / nullif(cast(net_amount as double), 0)', 'currency_code'
            ) }}
        end as shipping_tax_amount
    from orders_with_tax_beyond_lines

),

orders_with_taxes as (

    select
        *,
        case
            when taxed_line_count = 0
                then coalesce(tax_beyond_lines_amount - coalesce(shipping_tax_amount, 0), 0)
            else 0
        end as order_tax_amount
    from orders_with_shipping_taxes

),

orders as (

    select
        *,
        lines_discount_amount + order_discount_amount as discount_amount,
        lines_tax_amount + order_tax_amount as tax_amount,
        {%- for amount in ['discount_amount', 'tax_amount'] %}
            lines_{{ amount }}_reporting + case
                when order_{{ amount }} = 0 then 0
                else {{ convert('order_' ~ amount, 'currency_code', 'reporting_rate') }}
            end as {{ amount }}_reporting,
        {%- endfor %}
        {{ convert('shipping_amount', 'currency_code', 'reporting_rate') }} as shipping_amount_reporting,
        {{ convert('shipping_tax_amount', 'currency_code', 'reporting_rate') }} as shipping_tax_amount_reporting
    from orders_with_taxes

),

-- Payments and refunds in another currency than the order's do not add up with it, and are left out.
payments_by_order as (

    select
        order_id,
        currency_code,
        sum(case when payment_status = 'captured' then amount else 0 end) as captured_amount
    from payments
    group by order_id, currency_code

),

refunds_by_order as (

    select
        refunds.order_id,
        sum(case when refunds.currency_code = orders.currency_code then refunds.amount else 0 end) as refunded_amount,
        {{ null_propagating_sum(
            'case when refunds.currency_code = orders.currency_code then '
            ~ refund_tax('refunds.amount', 'refunds.tax_amount', 'orders.currency_code') ~ ' else 0 end'
        ) }} as refunded_tax_amount,
        {{ null_propagating_sum('refunds.amount_reporting') }} as refunded_amount_reporting,
        {{ null_propagating_sum(
            refund_tax('refunds.amount_reporting', 'refunds.tax_amount_reporting', "'" ~ var('reporting_currency') ~ "'")
        ) }} as refunded_tax_amount_reporting
    from refunds
    inner join orders
        on refunds.order_id = orders.order_id
    group by refunds.order_id

),

-- What the order costs beside its goods. A payment that was not captured bears no fee.
costs as (

    select
        order_id,
        'payment_fee_amount' as measure,
        currency_code,
        fee_amount as amount,
        fee_amount_reporting as amount_reporting
    from payments
    where payment_status = 'captured'

    union all

    select
        order_id,
        'shipping_cost_amount' as measure,
        currency_code,
        shipping_cost as amount,
        shipping_cost_reporting as amount_reporting
    from shipments

),

-- What is booked in another currency comes into the order's by way of the reporting currency, at the rate of order_date.
costs_in_order_currency as (

    select
        costs.order_id,
        costs.measure,
        costs.amount_reporting,
        case
            when costs.currency_code = orders.currency_code then costs.amount
            when orders.currency_code = '{{ var("reporting_currency") }}' then costs.amount_reporting
            else {{ safe_money(
                'cast(costs.amount_reporting as double) / nullif(cast(orders.reporting_rate as double), 0)',
                'orders.currency_code'
            ) }}
        end as amount
    from costs
    inner join orders
        on costs.order_id = orders.order_id

),

costs_by_order as (

    select
        {%- for measure in ['payment_fee_amount', 'shipping_cost_amount'] %}
            {{ null_propagating_sum("case when measure = '" ~ measure ~ "' then amount else 0 end") }} as {{ measure }},
            {{ null_propagating_sum("case when measure = '" ~ measure ~ "' then amount_reporting else 0 end") }}
                as {{ measure }}_reporting,
        {%- endfor %}
        order_id
    from costs_in_order_currency
    group by order_id

),

-- A company without payments has fees that nobody knows, and no order without any.
known_costs as (

    select
        (select count(*) from {{ stg_payments }}) > 0 as has_payments,
        (select count(*) from {{ stg_shipments }}) > 0 as has_shipments

),

orders_with_bookings as (

    select
        {%- for amount in ['refunded_amount', 'refunded_tax_amount'] %}
            {%- for suffix in ['', '_reporting'] %}
                case when refunds_by_order.order_id is null then 0 else refunds_by_order.{{ amount ~ suffix }} end
                    as {{ amount ~ suffix }},
            {%- endfor %}
        {%- endfor %}
        {%- for amount, is_known in [
            ('payment_fee_amount', 'has_payments'), ('shipping_cost_amount', 'has_shipments'),
        ] %}
            {%- for suffix in ['', '_reporting'] %}
                case
                    when known_costs.{{ is_known }} and costs_by_order.order_id is null then 0
                    when known_costs.{{ is_known }} then costs_by_order.{{ amount ~ suffix }}
                end as {{ amount ~ suffix }},
            {%- endfor %}
        {%- endfor %}
        coalesce(payments_by_order.captured_amount, 0) as captured_amount,
        orders.*
    from orders
    left join payments_by_order
        on
            orders.order_id = payments_by_order.order_id
            and orders.currency_code = payments_by_order.currency_code
    left join refunds_by_order
        on orders.order_id = refunds_by_order.order_id
    left join costs_by_order
        on orders.order_id = costs_by_order.order_id
    cross join known_costs

),

orders_with_revenues as (

    select
        *,
        gross_amount - discount_amount - tax_amount - (refunded_amount - refunded_tax_amount) as net_revenue_amount,
        gross_amount_reporting - discount_amount_reporting - tax_amount_reporting
        - (refunded_amount_reporting - refunded_tax_amount_reporting) as net_revenue_amount_reporting
    from orders_with_bookings

)

select
    ---------- keys
    order_id,
    coalesce(customer_key, 'unknown') as customer_key,
    {{ surrogate_key('promotion_id') }} as promotion_key,
    session_id,
    order_date,

    ---------- attributes
    sales_channel,
    order_status,
    is_sale,
    is_sale and bought_line_count > 0 as is_purchase,
    customer_key is not null as has_customer,
    is_guest,
    shipping_country_code,
    currency_code,

    ---------- measures in the order's currency
    cast(line_count as bigint) as line_count,
    cast(unit_count as bigint) as unit_count,
    cast(gross_amount as decimal(18, 3)) as gross_amount,
    cast(discount_amount as decimal(18, 3)) as discount_amount,
    cast(net_amount as decimal(18, 3)) as net_amount,
    cast(tax_amount as decimal(18, 3)) as tax_amount,
    cast(shipping_amount as decimal(18, 3)) as shipping_amount,
    cast(shipping_tax_amount as decimal(18, 3)) as shipping_tax_amount,
    cast(total_amount as decimal(18, 3)) as total_amount,
    cast(captured_amount as decimal(18, 3)) as captured_amount,
    cast(refunded_amount as decimal(18, 3)) as refunded_amount,
    cast(refunded_tax_amount as decimal(18, 3)) as refunded_tax_amount,
    cast(net_revenue_amount as decimal(18, 3)) as net_revenue_amount,
    cast(cost_of_goods_amount as decimal(18, 3)) as cost_of_goods_amount,
    cast(net_revenue_amount - cost_of_goods_amount as decimal(18, 3)) as gross_margin_amount,
    cast(shipping_cost_amount as decimal(18, 3)) as shipping_cost_amount,
    cast(payment_fee_amount as decimal(18, 3)) as payment_fee_amount,
    cast(
        net_revenue_amount + shipping_amount - shipping_tax_amount
        - cost_of_goods_amount - shipping_cost_amount - payment_fee_amount as decimal(18, 3)
    ) as contribution_margin_amount,

    ---------- measures in the reporting currency
    cast(gross_amount_reporting as decimal(18, 3)) as gross_amount_reporting,
    cast(discount_amount_reporting as decimal(18, 3)) as discount_amount_reporting,
    cast(gross_amount_reporting - discount_amount_reporting as decimal(18, 3))
        as net_amount_reporting,
    cast(tax_amount_reporting as decimal(18, 3)) as tax_amount_reporting,
    shipping_amount_reporting,
    shipping_tax_amount_reporting,
    cast(refunded_amount_reporting as decimal(18, 3)) as refunded_amount_reporting,
    cast(refunded_tax_amount_reporting as decimal(18, 3)) as refunded_tax_amount_reporting,
    cast(net_revenue_amount_reporting as decimal(18, 3)) as net_revenue_amount_reporting,
    cast(cost_amount_reporting as decimal(18, 3)) as cost_amount_reporting,
    cast(net_revenue_amount_reporting - cost_amount_reporting as decimal(18, 3))
        as gross_margin_amount_reporting,
    cast(shipping_cost_amount_reporting as decimal(18, 3)) as shipping_cost_amount_reporting,
    cast(payment_fee_amount_reporting as decimal(18, 3)) as payment_fee_amount_reporting,
    cast(
        net_revenue_amount_reporting + shipping_amount_reporting - shipping_tax_amount_reporting
        - cost_amount_reporting - shipping_cost_amount_reporting - payment_fee_amount_reporting as decimal(18, 3)
    ) as contribution_margin_amount_reporting,

    ---------- timestamps
    ordered_at,

    ---------- technical
    is_deleted as _is_deleted,
    {{ current_load_id() }} as _load_id
from orders_with_revenues
{{ without_deleted() }}
