with

orders as (

    select
        *,
        {{ business_date('ordered_at') }} as order_date
    from {{ ref('stg_shop__orders') }}

),

-- The cost is the one that held when the order was placed. A line whose order has not come has neither cost nor rate.
lines_with_costs as (

    select
        items.order_item_id,
        items.order_id,
        items.product_id,
        items.line_number,
        items.quantity,
        items.unit_price,
        orders.customer_key,
        orders.promotion_id,
        orders.sales_channel,
        orders.order_status,
        orders.shipping_country_code,
        orders.currency_code,
        orders.ordered_at,
        orders.order_date,
        orders.order_id is not null as is_order_known,
        coalesce(orders.is_deleted, false) or items.is_deleted as is_deleted,
        {{ round_money('items.quantity * items.unit_price', 'orders.currency_code') }} as gross_amount,
        {{ round_money('coalesce(items.discount_amount, 0)', 'orders.currency_code') }} as discount_amount,
        {{ round_money('items.tax_amount', 'orders.currency_code') }} as tax_amount,
        {{ safe_money('items.quantity * costs.standard_cost', 'costs.currency_code') }} as cost_amount,
        costs.currency_code as cost_currency_code,
        rates.reporting_rate,
        cost_rates.reporting_rate as cost_reporting_rate
    from {{ ref('stg_shop__order_items') }} as items
    left join orders
        on items.order_id = orders.order_id
    left join {{ ref('int_product__versions') }} as costs
        on
            items.product_id = costs.product_id
            and not costs.is_deleted
            and orders.ordered_at >= costs.valid_from
            and (
                orders.ordered_at < costs.valid_to
                or costs.valid_to is null
            )
    left join {{ ref('int_currency__daily_rates') }} as rates
        on
            orders.order_date = rates.rate_date
            and orders.currency_code = rates.currency_code
    left join {{ ref('int_currency__daily_rates') }} as cost_rates
        on
            orders.order_date = cost_rates.rate_date
            and costs.currency_code = cost_rates.currency_code

),

lines_with_reporting_amounts as (

    select
        *,
        {{ convert('gross_amount', 'currency_code', 'reporting_rate') }}
            as gross_amount_reporting,
        {{ convert('discount_amount', 'currency_code', 'reporting_rate') }}
            as discount_amount_reporting,
        {{ convert('tax_amount', 'currency_code', 'reporting_rate') }}
            as tax_amount_reporting,
        {{ convert('cost_amount', 'cost_currency_code', 'cost_reporting_rate') }}
            as cost_amount_reporting
    from lines_with_costs

)

select
    ---------- ids
    order_item_id,
    order_id,
    product_id,
    customer_key,
    promotion_id,

    ---------- attributes
    line_number,
    order_date,
    sales_channel,
    order_status,
    shipping_country_code,
    currency_code,
    cost_currency_code,
    is_order_known,

    ---------- numerics in the order's currency; the cost is in its own, and in the order's
    quantity,
    unit_price,
    gross_amount,
    discount_amount,
    tax_amount,
    cost_amount,
    case
        when cost_currency_code = currency_code then cost_amount
        when currency_code = '{{ var("reporting_currency") }}' then cost_amount_reporting
        else
            {{ safe_money(
                'cast(cost_amount_reporting as double) / nullif(cast(reporting_rate as double), 0)', 'currency_code'
            ) }}
    end as cost_of_goods_amount,

    ---------- numerics in the reporting currency
    gross_amount_reporting,
    discount_amount_reporting,
    tax_amount_reporting,
    cost_amount_reporting,

    ---------- timestamps
    ordered_at,

    ---------- technical
    is_deleted
from lines_with_reporting_amounts
