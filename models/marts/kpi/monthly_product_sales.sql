with

-- Lines of sales, and what orders book of whose lines none has come.
sold_lines as (

    select
        lines.product_key,
        lines.order_date,
        lines.quantity,
        lines.gross_amount_reporting,
        lines.discount_amount_reporting,
        case when lines.tax_amount is null then 0 else lines.tax_amount_reporting end as tax_amount_reporting,
        lines.cost_amount_reporting,
        lines.shipping_amount_reporting,
        lines.shipping_tax_amount_reporting,
        lines.shipping_cost_amount_reporting,
        lines.payment_fee_amount_reporting
    from {{ ref('fct_order_line') }} as lines
    inner join {{ ref('fct_order') }} as orders
        on lines.order_id = orders.order_id
    where orders.is_sale

    union all

    select
        'unknown' as product_key,
        order_date,
        unit_count as quantity,
        gross_amount_reporting,
        discount_amount_reporting,
        tax_amount_reporting,
        cost_amount_reporting,
        shipping_amount_reporting,
        shipping_tax_amount_reporting,
        shipping_cost_amount_reporting,
        payment_fee_amount_reporting
    from {{ ref('fct_order') }}
    where
        is_sale
        and line_count = 0

),

sales_by_month as (

    select
        dates.month_start,
        lines.product_key,
        sum(lines.quantity) as unit_count,
        {{ null_propagating_sum('lines.gross_amount_reporting') }} as gross_sales_amount,
        {{ null_propagating_sum(
            'lines.gross_amount_reporting - lines.discount_amount_reporting - lines.tax_amount_reporting'
        ) }} as sales_amount,
        {{ null_propagating_sum('lines.cost_amount_reporting') }} as cost_amount,
        {{ null_propagating_sum(
            'lines.shipping_amount_reporting - lines.shipping_tax_amount_reporting'
            ~ ' - lines.shipping_cost_amount_reporting - lines.payment_fee_amount_reporting'
        ) }} as shipping_and_fee_amount
    from sold_lines as lines
    inner join {{ ref('dim_date') }} as dates
        on lines.order_date = dates.date_day
    where lines.order_date <= {{ as_of() }}
    group by dates.month_start, lines.product_key

),

-- Refunds and returns in the month in which they were made, as in daily_sales.
refunds_by_month as (

    select
        dates.month_start,
        refunds.product_key,
        {{ null_propagating_sum('refunds.amount_reporting - refunds.tax_amount_reporting') }} as refund_amount
    from {{ ref('agg_refund__product_amounts') }} as refunds
    inner join {{ ref('dim_date') }} as dates
        on refunds.refund_date = dates.date_day
    where refunds.refund_date <= {{ as_of() }}
    group by dates.month_start, refunds.product_key

),

returns_by_month as (

    select
        dates.month_start,
        returns.product_key,
        sum(returns.quantity) as returned_unit_count
    from {{ ref('fct_return') }} as returns
    inner join {{ ref('dim_date') }} as dates
        on returns.return_date = dates.date_day
    left join {{ ref('fct_order') }} as orders
        on returns.order_id = orders.order_id
    where
        returns.return_date <= {{ as_of() }}
        and (orders.order_id is null or orders.is_sale)
    group by dates.month_start, returns.product_key

),

months_of_products as (
    {% for process in ['sales', 'refunds', 'returns'] %}
        {{ 'union' if not loop.first }}
        select
            month_start,
            product_key
        from {{ process }}_by_month
    {% endfor %}
),

-- A month is known once its last day is; the present one, up to now.
months as (

    select
        month_start,
        product_key,
        case when last_day(month_start) > {{ as_of() }} then {{ as_of() }} else last_day(month_start) end as last_day
    from months_of_products

),

measures as (

    select
        months.month_start,
        months.product_key,
        months.last_day <= {{ counted_up_to(['sales']) }} as has_sales,
        months.last_day <= {{ complete_up_to(['sales', 'refunds']) }} as has_refunds,
        months.last_day <= {{ counted_up_to(['sales', 'cost']) }} as has_costs,
        months.last_day <= {{ counted_up_to(['sales', 'parcels', 'payments']) }} as has_parcels_and_fees,
        months.last_day <= {{ counted_up_to(['returns']) }} as has_returns,
        coalesce(sales.unit_count, 0) as unit_count,
        coalesce(returns.returned_unit_count, 0) as returned_unit_count,
        {%- for measure in ['gross_sales_amount', 'sales_amount', 'cost_amount', 'shipping_and_fee_amount'] %}
            case when sales.product_key is null then 0 else sales.{{ measure }} end as {{ measure }},
        {%- endfor %}
        case when refunds.product_key is null then 0 else refunds.refund_amount end as refund_amount
    from
        months
    {%- for process in ['sales', 'refunds', 'returns'] %}
        left join {{ process }}_by_month as {{ process }}
            on
                months.month_start = {{ process }}.month_start
                and months.product_key = {{ process }}.product_key
    {%- endfor %}

),

known_measures as (

    select
        month_start,
        product_key,
        case when has_sales then unit_count end as unit_count,
        case when has_sales then gross_sales_amount end as gross_sales_amount,
        case when has_sales and has_refunds then sales_amount - refund_amount end as net_revenue_amount,
        case when has_costs then cost_amount end as cost_amount,
        case when has_parcels_and_fees then shipping_and_fee_amount end as shipping_and_fee_amount,
        case when has_returns then returned_unit_count end as returned_unit_count
    from measures

)

select
    ---------- keys
    month_start,
    product_key,

    ---------- additive measures
    cast(unit_count as bigint) as unit_count,
    cast(returned_unit_count as bigint) as returned_unit_count,
    cast(gross_sales_amount as decimal(18, 3)) as gross_sales_amount,
    cast(net_revenue_amount as decimal(18, 3)) as net_revenue_amount,
    cast(net_revenue_amount - cost_amount as decimal(18, 3)) as gross_margin_amount,
    cast(net_revenue_amount - cost_amount + shipping_and_fee_amount as decimal(18, 3)) as contribution_margin_amount,

    ---------- ratio, not additive
    {{ safe_decimal(
        'round(cast(returned_unit_count as double) / nullif(greatest(coalesce(unit_count, 0), 0), 0), 4)', scale=4
    ) }} as return_rate,

    '{{ var("reporting_currency") }}' as currency_code
from known_measures
