{#- Sales KPIs for each period and, where named, country; every number in the reporting currency, built from the facts and not from a
    finer KPI table, because customers and sessions cannot be added up.
    `period`: the column of dim_date that a period begins with (date_day, month_start); `by_country`: whether to split. -#}
{% macro sales_kpis(period, by_country=false) %}
{#- dbt-snowflake finds no columns of a dynamic table to comment on, and issues a statement without any. -#}
{{- config(materialized=rebuilt(), persist_docs={'relation': true, 'columns': rebuilt() == 'table'}) -}}
{%- set country = 'country_code, ' if by_country else '' -%}
{#- What each measure is made of (vars: measure_groups): it is unknown for a period that has a day on which a table of these was not delivered. -#}
{%- set measure_groups = {
    'order_count': 'sales',
    'unit_count': 'sales',
    'gross_sales_amount': 'sales',
    'discount_amount': 'sales',
    'tax_amount': 'sales',
    'shipping_amount': 'sales',
    'purchase_amount': 'sales',
    'cost_amount': 'sales cost',
    'refund_amount': 'sales refunds',
    'unmatched_refund_amount': 'sales refunds',
    'refund_tax_amount': 'sales refunds',
    'guest_order_count': 'sales',
    'new_customer_count': 'sales',
    'returning_customer_count': 'sales',
    'session_count': 'sessions',
    'converted_session_count': 'sessions',
} -%}
with

-- Refunds of sales, and those whose order nobody knows: they name none, or one that has not come or was deleted. An order that is known and no
-- sale, such as a cancelled one, has no sale to reduce. The tax in a refund is what the refund says, else the order's in proportion to its
-- goods; where neither is reported, none is taken off.
counted_refunds as (

    select
        refunds.refund_date,
        coalesce(refunds.country_code, 'unknown') as country_code,
        refunds.amount_reporting,
        case when orders.order_id is null then refunds.amount_reporting else 0 end
            as unmatched_amount_reporting,
        case
            when refunds.tax_amount is not null then refunds.tax_amount_reporting
            when orders.order_id is null or orders.net_amount = 0 then 0
            else {{ fitting(
                'round(cast(refunds.amount_reporting as double) * cast(orders.tax_amount as double)'
                ~ ' / nullif(cast(orders.net_amount as double), 0), ' ~ minor_unit(var('reporting_currency')) ~ ')'
            ) }}
        end as tax_amount_reporting
    from {{ ref('fct_refund') }} as refunds
    left join {{ ref('fct_order') }} as orders
        on refunds.order_id = orders.order_id
    where
        orders.order_id is null
        or orders.is_sale

),

-- Every day from the first on which anything is counted.
calendar as (

    select
        date_day,
        {{ period }} as period_start
    from {{ ref('dim_date') }}
    where
        date_day <= {{ as_of() }}
        and date_day >= (
            select min(first_day)
            from (
                select min(order_date) as first_day from {{ ref('fct_order') }} where is_sale
                union all
                select min(refund_date) from counted_refunds
                union all
                select min(session_date) from {{ ref('fct_web_session') }}
            ) as first_days
        )

),

{%- if by_country %}

-- Countries that anything was sold to, given back in or visited from; not those that only the seed knows. What names none is `unknown`.
countries as (

    select coalesce(shipping_country_code, 'unknown') as country_code from {{ ref('fct_order') }} where is_sale
    union
    select country_code from counted_refunds
    union
    select coalesce(country_code, 'unknown') from {{ ref('fct_web_session') }}

),
{%- endif %}

periods as (

    select distinct
        {{ 'countries.country_code,' if by_country }}
        calendar.period_start
    from calendar
    {{ 'cross join countries' if by_country }}

),

sales as (

    select
        calendar.period_start,
        coalesce(orders.shipping_country_code, 'unknown') as country_code,
        orders.*,
        customers.first_order_date
    from {{ ref('fct_order') }} as orders
    inner join calendar
        on orders.order_date = calendar.date_day
    left join {{ ref('int_customer__sales') }} as customers
        on orders.customer_key = customers.customer_key
    where orders.is_sale

),

-- People are counted by purchases (fct_order.is_purchase); the money and the pieces are those of all sales, so that a reversal takes back what it
-- reverses. A customer is new in the period of the first purchase ever, and returning in every later one; guests are neither.
sales_by_period as (

    select
        {{ country }}period_start,
        coalesce(count_if(is_purchase), 0) as order_count,
        sum(unit_count) as unit_count,
        {{ complete_sum('gross_amount_reporting') }} as gross_sales_amount,
        {{ complete_sum('discount_amount_reporting') }} as discount_amount,
        {{ complete_sum('tax_amount_reporting') }} as tax_amount,
        {{ complete_sum('shipping_amount_reporting') }} as shipping_amount,
        {{ complete_sum('cost_amount_reporting') }} as cost_amount,
        {{
            complete_sum(
                'case when is_purchase then gross_amount_reporting - discount_amount_reporting else 0 end'
            )
        }} as purchase_amount,
        coalesce(count_if(is_purchase and is_guest), 0) as guest_order_count,
        count(distinct case
            when is_purchase and first_order_date >= period_start then customer_key
        end) as new_customer_count,
        count(distinct case
            when is_purchase and first_order_date < period_start then customer_key
        end) as returning_customer_count
    from sales
    group by {{ country }}period_start

),

-- Refunds count on the day they are paid.
refunds_by_period as (

    select
        {{ 'refunds.country_code,' if by_country }}
        calendar.period_start,
        {{ complete_sum('refunds.amount_reporting') }} as refund_amount,
        {{ complete_sum('refunds.unmatched_amount_reporting') }} as unmatched_refund_amount,
        {{ complete_sum('refunds.tax_amount_reporting') }} as refund_tax_amount
    from counted_refunds as refunds
    inner join calendar
        on refunds.refund_date = calendar.date_day
    group by {{ 'refunds.country_code, ' if by_country }}calendar.period_start

),

sessions_by_period as (

    select
        {{ "coalesce(sessions.country_code, 'unknown') as country_code," if by_country }}
        calendar.period_start,
        count(*) as session_count,
        count_if(sessions.has_purchase) as converted_session_count
    from {{ ref('fct_web_session') }} as sessions
    inner join calendar
        on sessions.session_date = calendar.date_day
    group by {{ "coalesce(sessions.country_code, 'unknown'), " if by_country }}calendar.period_start

),

filled as (

    select
        {{ 'periods.country_code,' if by_country }}
        periods.period_start,
        coalesce(sales.order_count, 0) as order_count,
        coalesce(sales.unit_count, 0) as unit_count,
        case when sales.order_count is null then 0 else sales.gross_sales_amount end
            as gross_sales_amount,
        case when sales.order_count is null then 0 else sales.discount_amount end
            as discount_amount,
        case when sales.order_count is null then 0 else sales.tax_amount end
            as tax_amount,
        case when sales.order_count is null then 0 else sales.shipping_amount end
            as shipping_amount,
        case when sales.order_count is null then 0 else sales.cost_amount end
            as cost_amount,
        case when sales.order_count is null then 0 else sales.purchase_amount end
            as purchase_amount,
        case when refunds.period_start is null then 0 else refunds.refund_amount end
            as refund_amount,
        case when refunds.period_start is null then 0 else refunds.unmatched_refund_amount end
            as unmatched_refund_amount,
        case when refunds.period_start is null then 0 else refunds.refund_tax_amount end
            as refund_tax_amount,
        coalesce(sales.guest_order_count, 0) as guest_order_count,
        coalesce(sales.new_customer_count, 0) as new_customer_count,
        coalesce(sales.returning_customer_count, 0) as returning_customer_count,
        coalesce(sessions.session_count, 0) as session_count,
        coalesce(sessions.converted_session_count, 0) as converted_session_count
    from periods
    {%- for part in ['sales', 'refunds', 'sessions'] %}
    left join {{ part }}_by_period as {{ part }}
        on
            periods.period_start = {{ part }}.period_start
            {{ 'and periods.country_code = ' ~ part ~ '.country_code' if by_country }}
    {%- endfor %}

),

last_days as (

    select
        period_start,
        max(date_day) as last_day
    from calendar
    group by period_start

),

complete_days as (

    select
        {%- for groups in measure_groups.values() | unique %}
        {{ complete_up_to(groups.split()) }} as {{ groups | replace(' ', '_') }}_up_to{{ ',' if not loop.last }}
        {%- endfor %}

),

-- A measure is unknown, and not zero, for a period that is not delivered whole.
delivered as (

    select
        {{ 'filled.country_code,' if by_country }}
        filled.period_start,
        {%- for measure, groups in measure_groups.items() %}
        case
            when last_days.last_day <= complete_days.{{ groups | replace(' ', '_') }}_up_to then filled.{{ measure }}
        end as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from filled
    inner join last_days
        on filled.period_start = last_days.period_start
    cross join complete_days

),

netted as (

    select
        *,
        gross_sales_amount - discount_amount - tax_amount
        - (refund_amount - refund_tax_amount) as net_revenue_amount
    from delivered

)

select
    ---------- keys
    {{ 'country_code,' if by_country }}
    period_start as {{ period }},

    ---------- additive measures
    cast(order_count as bigint) as order_count,
    cast(unit_count as bigint) as unit_count,
    cast(gross_sales_amount as decimal(18, 3)) as gross_sales_amount,
    cast(discount_amount as decimal(18, 3)) as discount_amount,
    cast(tax_amount as decimal(18, 3)) as tax_amount,
    cast(refund_amount as decimal(18, 3)) as refund_amount,
    cast(unmatched_refund_amount as decimal(18, 3)) as unmatched_refund_amount,
    cast(net_revenue_amount as decimal(18, 3)) as net_revenue_amount,
    cast(cost_amount as decimal(18, 3)) as cost_amount,
    cast(net_revenue_amount - cost_amount as decimal(18, 3)) as margin_amount,
    cast(shipping_amount as decimal(18, 3)) as shipping_amount,
    cast(purchase_amount as decimal(18, 3)) as purchase_amount,
    cast(guest_order_count as bigint) as guest_order_count,
    cast(session_count as bigint) as session_count,
    cast(converted_session_count as bigint) as converted_session_count,

    ---------- distinct customers, not additive
    cast(new_customer_count as bigint) as new_customer_count,
    cast(returning_customer_count as bigint) as returning_customer_count,

    ---------- ratios, not additive
    cast(round(
        cast(purchase_amount as double) / nullif(order_count, 0), {{ minor_unit(var('reporting_currency')) }}
    ) as decimal(18, 3)) as average_order_value,
    {{ fitting(
        'round(cast(net_revenue_amount - cost_amount as double) / nullif(cast(net_revenue_amount as double), 0), 4)', scale=4
    ) }} as margin_rate,
    cast(round(
        cast(converted_session_count as double) / nullif(session_count, 0), 4
    ) as decimal(18, 4)) as conversion_rate,

    '{{ var("reporting_currency") }}' as currency_code
from netted
{% endmacro %}
