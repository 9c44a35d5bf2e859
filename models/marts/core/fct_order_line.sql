{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key='order_id',
        on_schema_change='append_new_columns',
    )
}}

{% set items = ref('stg_shop__order_items') %}
{% set orders = ref('stg_shop__orders') %}
{% set costs = ref('int_product__versions') %}
{% set rates = ref('int_currency__daily_rates') %}

{# Lines whose cost or rate came or changed after they were sold. #}
{% set repriced %}
(
    select orders.order_id, costs._batch
    from {{ orders }} as orders
    inner join {{ items }} as items
        on orders.order_id = items.order_id
    inner join {{ costs }} as costs
        on
            items.product_id = costs.product_id
            and orders.ordered_at >= costs.valid_from
            and orders.ordered_at < coalesce(costs.valid_to, cast('9999-12-31' as timestamp))
)
{% endset %}
{% set revalued %}
(
    select orders.order_id, rates._batch
    from {{ orders }} as orders
    inner join {{ rates }} as rates
        on {{ business_date('orders.ordered_at') }} = rates.rate_date
)
{% endset %}
{% set inputs = [orders, items, repriced, revalued] %}
{% set of_touched_orders = where_touched('order_id', inputs) %}

with

orders as (

    select
        *,
        {{ business_date('ordered_at') }} as order_date
    from {{ orders }}
    {{ of_touched_orders }}

),

items as (

    select *
    from {{ items }}
    {{ of_touched_orders }}

),

priced as (

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
        coalesce(orders.is_deleted, false) or items.is_deleted as _is_deleted,
        cast(items.quantity * items.unit_price as decimal(18, 2))
            as gross_amount,
        coalesce(items.discount_amount, 0) as line_discount_amount,
        {{ fitting('items.quantity * costs.standard_cost') }}
            as cost_amount,
        costs.currency_code as cost_currency_code,
        rates.reporting_rate,
        cost_rates.reporting_rate as cost_reporting_rate
    from items
    left join orders
        on items.order_id = orders.order_id
    left join {{ costs }} as costs
        on
            items.product_id = costs.product_id
            and not costs.is_deleted
            and orders.ordered_at >= costs.valid_from
            and (
                orders.ordered_at < costs.valid_to
                or costs.valid_to is null
            )
    left join {{ rates }} as rates
        on
            orders.order_date = rates.rate_date
            and orders.currency_code = rates.currency_code
    left join {{ rates }} as cost_rates
        on
            orders.order_date = cost_rates.rate_date
            and costs.currency_code = cost_rates.currency_code

),

converted as (

    select
        *,
        {{ convert('gross_amount', 'currency_code', 'reporting_rate') }}
            as gross_amount_reporting,
        {{ convert('line_discount_amount', 'currency_code', 'reporting_rate') }}
            as discount_amount_reporting,
        {{ convert('tax_amount', 'currency_code', 'reporting_rate') }}
            as tax_amount_reporting,
        {{ convert('cost_amount', 'cost_currency_code', 'cost_reporting_rate') }}
            as cost_amount_reporting
    from priced

)

select
    ---------- keys
    order_item_id,
    order_id,
    coalesce(customer_key, 'unknown') as customer_key,
    {{ entity_key('product_id') }} as product_key,
    {{ entity_key('promotion_id') }} as promotion_key,
    order_date,

    ---------- attributes
    line_number,
    sales_channel,
    order_status,
    shipping_country_code,
    currency_code,
    cost_currency_code,

    ---------- measures in the order's currency
    quantity,
    unit_price,
    gross_amount,
    cast(line_discount_amount as decimal(18, 2)) as discount_amount,
    cast(gross_amount - line_discount_amount as decimal(18, 2)) as net_amount,
    cast(tax_amount as decimal(18, 2)) as tax_amount,
    cost_amount,

    ---------- measures in the reporting currency
    gross_amount_reporting,
    discount_amount_reporting,
    cast(gross_amount_reporting - discount_amount_reporting as decimal(18, 2))
        as net_amount_reporting,
    tax_amount_reporting,
    cost_amount_reporting,

    ---------- timestamps
    ordered_at,

    ---------- technical
    _is_deleted,
    {{ current_batch() }} as _batch
from converted
{{ without_deleted() }}
