{{ config(unique_key='order_item_id', cluster_by='order_date') }}

{% set stg_items = ref('stg_shop__order_items') %}
{% set stg_orders = ref('stg_shop__orders') %}
{% set product_versions = ref('int_product__versions') %}
{% set cost_changes = ref('stg_erp__product_changes') %}
{% set daily_rates = ref('int_currency__daily_rates') %}
{#
    A line takes the cost that held when its order was placed, so a cost that comes later changes lines that are here already.
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
{% set inputs = [
    stg_orders, stg_items, orders_with_new_costs, keys_with_new_rates(stg_orders, 'order_id', 'ordered_at'),
] %}
{% set where_changed = where_keys_changed('order_id', inputs) %}

with

orders as (

    select
        *,
        {{ business_date('ordered_at') }} as order_date
    from {{ stg_orders }}
    {{ where_changed }}

),

items as (

    select *
    from {{ stg_items }}
    {{ where_changed }}

),

-- The cost is the one that held when the order was placed. A line whose order has not come has neither cost nor rate.
lines_with_costs as (

    select
        items.*,
        orders.customer_key,
        orders.promotion_id,
        orders.sales_channel,
        orders.order_status,
        orders.shipping_country_code,
        orders.currency_code,
        orders.ordered_at,
        orders.order_date,
        orders.order_id is not null as is_order_known,
        coalesce(orders.is_deleted, false) or items.is_deleted as _is_deleted,
        {{ round_money('items.quantity * items.unit_price', 'orders.currency_code') }} as gross_amount,
        {{ round_money('coalesce(items.discount_amount, 0)', 'orders.currency_code') }} as line_discount_amount,
        {{ round_money('items.tax_amount', 'orders.currency_code') }} as line_tax_amount,
        {{ safe_money('items.quantity * costs.standard_cost', 'costs.currency_code') }} as cost_amount,
        costs.currency_code as cost_currency_code,
        rates.reporting_rate,
        cost_rates.reporting_rate as cost_reporting_rate
    from items
    left join orders
        on items.order_id = orders.order_id
    left join {{ product_versions }} as costs
        on
            items.product_id = costs.product_id
            and not costs.is_deleted
            and orders.ordered_at >= costs.valid_from
            and (
                orders.ordered_at < costs.valid_to
                or costs.valid_to is null
            )
    left join {{ daily_rates }} as rates
        on
            orders.order_date = rates.rate_date
            and orders.currency_code = rates.currency_code
    left join {{ daily_rates }} as cost_rates
        on
            orders.order_date = cost_rates.rate_date
            and costs.currency_code = cost_rates.currency_code

),

lines_with_reporting_amounts as (

    select
        *,
        {{ convert('gross_amount', 'currency_code', 'reporting_rate') }}
            as gross_amount_reporting,
        {{ convert('line_discount_amount', 'currency_code', 'reporting_rate') }}
            as discount_amount_reporting,
        {{ convert('line_tax_amount', 'currency_code', 'reporting_rate') }}
            as tax_amount_reporting,
        {{ convert('cost_amount', 'cost_currency_code', 'cost_reporting_rate') }}
            as cost_amount_reporting
    from lines_with_costs

)

select
    ---------- keys
    order_item_id,
    order_id,
    coalesce(customer_key, 'unknown') as customer_key,
    {{ surrogate_key('product_id') }} as product_key,
    {{ surrogate_key('promotion_id') }} as promotion_key,
    order_date,

    ---------- attributes
    line_number,
    sales_channel,
    order_status,
    shipping_country_code,
    currency_code,
    cost_currency_code,
    is_order_known,
    quantity < 0 as has_negative_quantity,

    ---------- measures in the order's currency
    quantity,
    unit_price,
    gross_amount,
    cast(line_discount_amount as decimal(18, 3)) as discount_amount,
    cast(gross_amount - line_discount_amount as decimal(18, 3)) as net_amount,
    cast(line_tax_amount as decimal(18, 3)) as tax_amount,
    cost_amount,

    ---------- measures in the reporting currency
    gross_amount_reporting,
    discount_amount_reporting,
    cast(gross_amount_reporting - discount_amount_reporting as decimal(18, 3))
        as net_amount_reporting,
    tax_amount_reporting,
    cost_amount_reporting,

    ---------- timestamps
    ordered_at,

    ---------- technical
    _is_deleted,
    {{ current_load_id() }} as _load_id
from lines_with_reporting_amounts
{{ without_deleted() }}
