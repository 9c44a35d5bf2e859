with

-- Of orders beyond the last day that costs are known of, nobody knows what they cost yet.
sales as (

    select
        *,
        gross_amount_reporting - discount_amount_reporting - tax_amount_reporting as revenue_amount,
        case
            when order_date <= {{ counted_up_to(['cost', 'parcels', 'payments']) }}
                then
                    shipping_amount_reporting - shipping_tax_amount_reporting
                    - cost_amount_reporting - shipping_cost_amount_reporting - payment_fee_amount_reporting
        end as margin_beyond_revenue_amount
    from {{ ref('fct_order') }}
    where
        is_sale
        and customer_key <> 'unknown'
        and order_date <= {{ complete_up_to(['sales']) }}

),

-- All that were given to a customer, with an order or without, but not those of orders that are known and no sale.
refunds as (

    select
        refunds.customer_key,
        {{ null_propagating_sum('refunds.amount_reporting') }} as refund_amount_reporting,
        {{ null_propagating_sum(
            'refunds.amount_reporting - ' ~ refund_tax(
                'refunds.amount_reporting', 'refunds.tax_amount_reporting', "'" ~ var('reporting_currency') ~ "'"
            )
        ) }} as refund_revenue_reporting
    from {{ ref('fct_refund') }} as refunds
    left join {{ ref('fct_order') }} as orders
        on refunds.order_id = orders.order_id
    where
        refunds.customer_key <> 'unknown'
        and refunds.refund_date <= {{ complete_up_to(['sales']) }}
        and (orders.order_id is null or orders.is_sale)
    group by refunds.customer_key

),

-- Purchases are counted; the money and the pieces are those of all sales, reversals too.
sales_by_customer as (

    select
        customer_key,
        coalesce(count_if(is_purchase), 0) as order_count,
        sum(unit_count) as unit_count,
        min(case when is_purchase then order_date end) as first_order_date,
        max(case when is_purchase then order_date end) as last_order_date,
        {{ null_propagating_sum('net_amount_reporting') }} as sales_amount_reporting,
        {{ null_propagating_sum('case when is_purchase then net_amount_reporting else 0 end') }}
            as purchase_amount_reporting,
        {{ null_propagating_sum('revenue_amount') }} as sales_revenue_reporting,
        {{ null_propagating_sum('margin_beyond_revenue_amount') }} as margin_beyond_revenue_reporting,
        coalesce(count_if(is_purchase and discount_amount > 0), 0)
            as discounted_order_count
    from sales
    group by customer_key

),

customers_with_totals as (

    select
        coalesce(sales.customer_key, refunds.customer_key) as customer_key,
        coalesce(sales.order_count, 0) as order_count,
        coalesce(sales.unit_count, 0) as unit_count,
        sales.first_order_date,
        sales.last_order_date,
        {%- for amount in ['sales_amount', 'purchase_amount', 'sales_revenue', 'margin_beyond_revenue'] %}
            case when sales.customer_key is null then 0 else sales.{{ amount }}_reporting end as {{ amount }}_reporting,
        {%- endfor %}
        {%- for amount in ['refund_amount', 'refund_revenue'] %}
            case when refunds.customer_key is null then 0 else refunds.{{ amount }}_reporting end
                as {{ amount }}_reporting,
        {%- endfor %}
        coalesce(sales.discounted_order_count, 0) as discounted_order_count
    from sales_by_customer as sales
    full join refunds
        on sales.customer_key = refunds.customer_key

),

-- Refunds that have come for fewer days than orders are not known.
customers_with_known_totals as (

    select
        {%- for amount in ['refund_amount_reporting', 'refund_revenue_reporting'] %}
            case
                when {{ complete_up_to(['refunds']) }} >= {{ complete_up_to(['sales']) }} then {{ amount }}
            end as {{ amount }},
        {%- endfor %}
        * exclude (refund_amount_reporting, refund_revenue_reporting)
    from customers_with_totals

)

select
    customer_key,
    cast(order_count as bigint) as order_count,
    cast(unit_count as bigint) as unit_count,
    first_order_date,
    last_order_date,
    cast(sales_amount_reporting as decimal(18, 3)) as sales_amount_reporting,
    cast(refund_amount_reporting as decimal(18, 3)) as refund_amount_reporting,
    cast(sales_amount_reporting - refund_amount_reporting as decimal(18, 3))
        as net_amount_reporting,
    cast(purchase_amount_reporting as decimal(18, 3)) as purchase_amount_reporting,
    cast(sales_revenue_reporting - refund_revenue_reporting as decimal(18, 3)) as net_revenue_reporting,
    cast(sales_revenue_reporting - refund_revenue_reporting + margin_beyond_revenue_reporting as decimal(18, 3))
        as contribution_margin_reporting,
    cast(discounted_order_count as bigint) as discounted_order_count,
    {{ days_between('last_order_date', complete_up_to(['sales'])) }} as recency_days
from customers_with_known_totals
