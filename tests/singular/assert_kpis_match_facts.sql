{#- KPIs of a period and country that are not what facts say, worked out here a second time: neither daily tables nor declared metrics are read. Each KPI:
    what is divided, what it is divided by (null where it is a sum), and which deliveries it needs to be known (vars: measure_groups). -#}
{%- set net_revenue = 'gross - discount - tax - refund + refund_tax' %}
{%- set margin = net_revenue ~ ' + shipping - shipping_tax - cost - parcel_cost - fee' %}
{%- set answers = 'promoter + passive + detractor' %}
{%- set kpis = {
    'gross_revenue': ['gross', none, ['sales']],
    'net_revenue': [net_revenue, none, ['sales', 'refunds']],
    'contribution_margin': [margin, none, ['sales', 'refunds', 'cost', 'parcels', 'payments']],
    'contribution_margin_rate': [margin, net_revenue, ['sales', 'refunds', 'cost', 'parcels', 'payments']],
    'orders': ['purchase', none, ['sales']],
    'units': ['unit', none, ['sales']],
    'average_order_value': ['purchase_amount', 'purchase', ['sales']],
    'units_per_order': ['unit', 'purchase', ['sales']],
    'discount_rate': ['discount', 'gross', ['sales']],
    'return_rate': ['returned_unit', 'unit', ['sales', 'returns']],
    'refund_rate': ['refund', 'gross - discount', ['sales', 'refunds']],
    'cancellation_rate': ['cancelled', 'placed', ['sales']],
    'new_customer_revenue_share': ['revenue_of_new', net_revenue, ['sales', 'refunds']],
    'new_customers': ['new_customer', none, ['sales']],
    'active_customers': ['active_customer', none, ['sales']],
    'repeat_rate': ['repeat_customer', 'active_customer', ['sales']],
    'visits': ['visit', none, ['sessions']],
    'conversion_rate': ['visit_with_purchase', 'visit', ['sessions']],
    'cart_abandonment_rate': ['visit_with_cart - visit_with_purchase', 'visit_with_cart', ['sessions']],
    'checkout_abandonment_rate': ['visit_with_checkout - visit_with_purchase', 'visit_with_checkout', ['sessions']],
    'on_time_delivery_rate': ['on_time_parcel', 'promised_parcel', ['parcels', 'tracking']],
    'delivery_days': ['delivery_day', 'delivered_parcel', ['parcels', 'tracking']],
    'stock_out_rate': ['stocked_out_product', 'product', ['stock']],
    'lost_sales': ['lost_sales_amount', none, ['stock', 'sales', 'cost']],
    'inventory_turnover': ['365 * goods_sold', 'stock_value', ['stock', 'cost']],
    'ad_spend': ['spend', none, ['ad_spend']],
    'customer_acquisition_cost': ['spend', 'new_customer', ['ad_spend', 'sales']],
    'return_on_ad_spend': [net_revenue, 'spend', ['ad_spend', 'sales', 'refunds']],
    'first_response_hours': ['first_response_second', '3600 * first_response', ['tickets', 'messages']],
    'resolution_hours': ['resolution_second', '3600 * solved_ticket', ['tickets']],
    'satisfaction': ['star', 'review', ['reviews']],
    'net_promoter_score': ['100 * (promoter - detractor)', answers, ['surveys']],
} %}
{#- From which fact, on which day and in which country (none where the table has no country) measures are booked. -#}
{%- set facts = [
    ['orders', 'order_date', 'country_code', {
        'gross': 'case when is_sale then gross_amount_reporting else 0 end',
        'discount': 'case when is_sale then discount_amount_reporting else 0 end',
        'tax': 'case when is_sale then tax_amount_reporting else 0 end',
        'shipping': 'case when is_sale then shipping_amount_reporting else 0 end',
        'shipping_tax': 'case when is_sale then shipping_tax_amount_reporting else 0 end',
        'cost': 'case when is_sale then cost_amount_reporting else 0 end',
        'parcel_cost': 'case when is_sale then shipping_cost_amount_reporting else 0 end',
        'fee': 'case when is_sale then payment_fee_amount_reporting else 0 end',
        'purchase': 'case when is_purchase then 1 else 0 end',
        'purchase_amount': 'case when is_purchase then net_amount_reporting else 0 end',
        'unit': 'case when is_sale then unit_count else 0 end',
        'placed': 'case when is_purchase or not is_sale then 1 else 0 end',
        'cancelled': "case when order_status = 'cancelled' then 1 else 0 end",
        'revenue_of_new': 'case when is_sale and is_of_new then gross_amount_reporting - discount_amount_reporting - tax_amount_reporting else 0 end',
        'new_customer': 'case when purchase_number = 1 then 1 else 0 end',
    }],
    ['refunds', 'refund_date', 'country_code', {
        'refund': 'amount_reporting', 'refund_tax': 'refund_tax',
        'revenue_of_new': 'case when is_of_new then refund_tax - amount_reporting else 0 end',
    }],
    ['returns', 'return_date', 'country_code', {'returned_unit': 'quantity'}],
    ['visits', 'session_date', 'country_code', {
        'visit': '1', 'visit_with_purchase': 'case when has_purchase then 1 else 0 end',
        'visit_with_cart': 'case when has_cart then 1 else 0 end', 'visit_with_checkout': 'case when has_checkout then 1 else 0 end',
    }],
    ['parcels', 'delivery_date', none, {
        'delivered_parcel': '1', 'delivery_day': 'delivery_days', 'promised_parcel': 'case when promised_on is null then 0 else 1 end',
        'on_time_parcel': 'case when delivery_date <= promised_on then 1 else 0 end',
    }],
    ['positions', 'date_day', none, {
        'product': 'case when is_discontinued then 0 else 1 end',
        'stocked_out_product': 'case when is_stocked_out and not is_discontinued then 1 else 0 end',
        'stock_value': 'stock_value_reporting', 'goods_sold': 'cost_of_goods_sold_reporting', 'lost_sales_amount': 'lost_sales_reporting',
    }],
    ['spend', 'spend_date', none, {'spend': 'spend_amount_reporting'}],
    ['tickets', 'first_response_date', none, {'first_response': '1', 'first_response_second': 'first_response_seconds'}],
    ['tickets', 'solved_date', none, {'solved_ticket': '1', 'resolution_second': 'resolution_seconds'}],
    ['reviews', 'review_date', none, {'review': '1', 'star': 'stars'}],
    ['answers', 'response_date', none, {
        'promoter': 'case when score >= 9 then 1 else 0 end', 'passive': 'case when score in (7, 8) then 1 else 0 end',
        'detractor': 'case when score <= 6 then 1 else 0 end',
    }],
] %}
{%- set measures = [] %}
{%- for fact in facts %}{% for measure in fact[3] if measure not in measures %}{% do measures.append(measure) %}{% endfor %}{% endfor %}
with

first_purchases as (

    select
        customer_key,
        min(order_date) as first_order_date
    from {{ ref('fct_order') }}
    where
        is_purchase
        and has_customer
        and order_date <= {{ complete_up_to(['sales']) }}
    group by customer_key

),

purchases as (

    select
        order_id,
        row_number() over (partition by customer_key order by ordered_at, order_id) as purchase_number
    from {{ ref('fct_order') }}
    where
        is_purchase
        and has_customer

),

orders as (

    select
        orders.*,
        purchases.purchase_number,
        coalesce(orders.shipping_country_code, 'unknown') as country_code,
        orders.has_customer
        and not orders.is_guest
        and orders.order_date <= coalesce(first_purchases.first_order_date, orders.order_date) as is_of_new
    from {{ ref('fct_order') }} as orders
    left join first_purchases
        on orders.customer_key = first_purchases.customer_key
    left join purchases
        on orders.order_id = purchases.order_id

),

refunds as (

    select
        refunds.refund_date,
        refunds.amount_reporting,
        coalesce(refunds.country_code, 'unknown') as country_code,
        coalesce(orders.is_of_new, false) as is_of_new,
        case
            when refunds.tax_amount is not null then refunds.tax_amount_reporting
            when coalesce(orders.net_amount, 0) = 0 then 0
            else
                cast(round(
                    refunds.amount_reporting * cast(orders.tax_amount as double) / nullif(orders.net_amount, 0),
                    {{ minor_unit(var('reporting_currency')) }}
                ) as decimal(18, 3))
        end as refund_tax
    from {{ ref('fct_refund') }} as refunds
    left join orders
        on refunds.order_id = orders.order_id
    where coalesce(orders.is_sale, true)

),

returns as (

    select
        returns.return_date,
        returns.quantity,
        coalesce(returns.country_code, 'unknown') as country_code
    from {{ ref('fct_return') }} as returns
    left join orders
        on returns.order_id = orders.order_id
    where coalesce(orders.is_sale, true)

),

visits as (

    select
        * exclude (country_code),
        coalesce(country_code, 'unknown') as country_code
    from {{ ref('fct_web_session') }}
    where not is_bot

),

parcels as (

    select *
    from {{ ref('fct_shipment') }}
    where delivery_date is not null

),

positions as (

    select *
    from {{ ref('daily_inventory_position') }}

),

spend as (

    select *
    from {{ ref('fct_ad_spend') }}

),

tickets as (

    select
        first_response_seconds,
        resolution_seconds,
        {{ business_date('first_response_at') }} as first_response_date,
        {{ business_date('solved_at') }} as solved_date
    from {{ ref('fct_ticket') }}

),

reviews as (

    select *
    from {{ ref('fct_review') }}
    where review_status <> 'rejected'

),

answers as (

    select *
    from {{ ref('fct_survey_response') }}

),

bookings as (
    {%- for fact, day, country, amounts in facts %}
        {%- set is_last = loop.last %}
        {%- for measure, amount in amounts.items() %}
            select
                {{ day }} as date_day,
                {{ country or 'cast(null as varchar)' }} as country_code,
                '{{ measure }}' as measure,
                sum(cast({{ amount }} as decimal(28, 3))) as amount,
                count(*) > count({{ amount }}) as is_unknown
            from {{ fact }}
            group by {{ day }}{{ ', ' ~ country if country }}
            {{ 'union all' if not (is_last and loop.last) }}
        {%- endfor %}
    {%- endfor %}
),

-- Periods, each with the days that have gone.
days as (

    select
        date_day,
        {{ as_of() }} as as_of_date,
        'week' as period_kind,
        {{ add_days('date_day', '1 - iso_day_of_week') }} as period_start
    from {{ ref('dim_date') }}
    {%- for kind in ['day', 'month', 'quarter'] %}

        union all

        select
            date_day,
            {{ as_of() }} as as_of_date,
            '{{ kind }}' as period_kind,
            cast(date_trunc('{{ kind }}', date_day) as date) as period_start
        from {{ ref('dim_date') }}
    {%- endfor %}

),

markets as (

    select distinct country_code
    from bookings
    where country_code is not null

    union all

    select 'all' as country_code

),

sums as (

    select
        days.period_kind,
        days.period_start,
        markets.country_code,
        bookings.measure,
        sum(bookings.amount) as amount,
        max(case when bookings.is_unknown then 1 else 0 end) as is_unknown
    from bookings
    inner join days
        on
            bookings.date_day = days.date_day
            and bookings.date_day <= days.as_of_date
    cross join markets
    where markets.country_code in ('all', bookings.country_code)
    group by days.period_kind, days.period_start, markets.country_code, bookings.measure

),

people as (

    select
        days.period_kind,
        days.period_start,
        markets.country_code,
        count(distinct orders.customer_key) as active_customer,
        count(distinct case when orders.purchase_number > 1 then orders.customer_key end) as repeat_customer
    from orders
    inner join days
        on
            orders.order_date = days.date_day
            and orders.order_date <= days.as_of_date
    cross join markets
    where
        orders.purchase_number is not null
        and markets.country_code in ('all', orders.country_code)
    group by days.period_kind, days.period_start, markets.country_code

),

wide as (

    select
        {%- for measure in measures %}
            case
                when count_if(measure = '{{ measure }}' and is_unknown = 1) = 0
                    then sum(case when measure = '{{ measure }}' then amount else 0 end)
            end as {{ measure }},
        {%- endfor %}
        period_kind,
        period_start,
        country_code
    from sums
    group by period_kind, period_start, country_code

),

-- Before its first booking nobody knows whether a measure was 0 or the company had no such system.
first_days as (

    select
        {%- for measure in measures %}
            min(case when measure = '{{ measure }}' then date_day end) as {{ measure }},
        {%- endfor %}
        min(case when measure = 'purchase' then date_day end) as active_customer
    from bookings

),

-- A measure without a booking is 0; which of them nobody knows, the deliveries say.
periods as (

    select
        {%- for measure in measures %}
            case when wide.period_kind is null then 0 else wide.{{ measure }} end as {{ measure }},
        {%- endfor %}
        coalesce(people.active_customer, 0) as active_customer,
        coalesce(people.repeat_customer, 0) as repeat_customer,
        kpis.kpi_name,
        kpis.period_kind,
        kpis.period_start,
        kpis.country_code,
        kpis.value as actual_value,
        case when kpis.period_end > {{ as_of() }} then {{ as_of() }} else kpis.period_end end as last_day
    from {{ ref('kpi_by_period') }} as kpis
    left join wide
        on
            kpis.period_kind = wide.period_kind
            and kpis.period_start = wide.period_start
            and kpis.country_code = wide.country_code
    left join people
        on
            kpis.period_kind = people.period_kind
            and kpis.period_start = people.period_start
            and kpis.country_code = people.country_code

),

compared as (
    {%- for kpi_name, (part, whole, groups) in kpis.items() %}
        {%- set begun = [] %}
        {%- for measure in measures + ['active_customer'] %}
            {%- if modules.re.search('\\b' ~ measure ~ '\\b', part ~ ' ' ~ whole) %}
                {%- do begun.append('last_day >= (select ' ~ measure ~ ' from first_days)') %}
            {%- endif %}
        {%- endfor %}
        select
            kpi_name,
            period_kind,
            period_start,
            country_code,
            actual_value,
            cast({{ part }} as double) {{ '/ nullif(' ~ whole ~ ', 0)' if whole }} as expected_value,
            coalesce(last_day <= {{ counted_up_to(groups) }} and {{ begun | join(' and ') }}, false) as is_delivered
        from periods
        where kpi_name = '{{ kpi_name }}'
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select *
from compared
where
    abs(actual_value - expected_value) > 0.0001
    or (actual_value is not null and expected_value is null)
    or (actual_value is null and expected_value is not null and is_delivered)

union all

-- A KPI that this test does not know.
select
    kpi_name,
    cast(null as varchar) as period_kind,
    cast(null as date) as period_start,
    cast(null as varchar) as country_code,
    cast(null as decimal(28, 4)) as actual_value,
    cast(null as double) as expected_value,
    cast(null as boolean) as is_delivered
from {{ ref('kpi_definitions') }}
where kpi_name not in ('{{ kpis | join("', '") }}')
