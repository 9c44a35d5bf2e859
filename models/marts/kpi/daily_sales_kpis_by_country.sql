{% set kept_as = full_refresh_materialization() %}
{{ config(materialized=kept_as, persist_docs={'relation': true, 'columns': kept_as == 'table'}) }}

{% set measures = additive_measures('daily_sales_measures') %}

with

totals as (

    select
        country_code,
        date_day,
    {% for measure in measures -%}
        {{ null_propagating_sum(measure) }} as {{ measure }}
        {{- ',' if not loop.last }}
    {% endfor %}
    from {{ ref('daily_sales_measures') }}
    group by country_code, date_day

),

-- A customer is new in the period of the first purchase ever, and returning in every later one; guests are neither.
-- Distinct people cannot be added up, so they are counted from the orders.
purchases_of_customers as (

    select
        coalesce(orders.shipping_country_code, 'unknown') as country_code,
        orders.order_date as date_day,
        orders.customer_key,
        customers.first_order_date
    from {{ ref('fct_order') }} as orders
    inner join {{ ref('agg_customer__sales') }} as customers
        on orders.customer_key = customers.customer_key
    where
        orders.is_purchase
        and orders.order_date <= {{ as_of() }}

),

customers_by_day as (

    select
        country_code,
        date_day,
        count(distinct case when first_order_date >= date_day then customer_key end) as new_customer_count,
        count(distinct case when first_order_date < date_day then customer_key end) as returning_customer_count
    from purchases_of_customers
    group by country_code, date_day

)

select
    ---------- keys
    totals.country_code,
    totals.date_day,

    ---------- additive measures
    {% for measure in measures -%}
        cast(totals.{{ measure }} as {{ 'decimal(18, 3)' if measure.endswith('_amount') else 'bigint' }})
            as {{ measure }},
    {% endfor %}

    ---------- distinct customers, not additive
    case when totals.order_count is not null then coalesce(customers.new_customer_count, 0) end as new_customer_count,
    case when totals.order_count is not null then coalesce(customers.returning_customer_count, 0) end
        as returning_customer_count,

    ---------- ratios, not additive
    cast(round(
        cast(totals.purchase_amount as double) / nullif(totals.order_count, 0),
        {{ minor_unit(var('reporting_currency')) }}
    ) as decimal(18, 3)) as average_order_value,
    {{ safe_decimal(
        'round(cast(totals.margin_amount as double) / nullif(cast(totals.net_revenue_amount as double), 0), 4)', scale=4
    ) }} as margin_rate,
    cast(round(
        cast(totals.converted_session_count as double) / nullif(totals.session_count, 0), 4
    ) as decimal(18, 4)) as conversion_rate,

    '{{ var("reporting_currency") }}' as currency_code
from totals
left join customers_by_day as customers
    on
        totals.country_code = customers.country_code
        and totals.date_day = customers.date_day
