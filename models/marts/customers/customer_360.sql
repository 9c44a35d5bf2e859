{#- One column for each purpose that the contract lets persons consent to; the YAML declares the same columns. -#}
{% set purposes = [] %}
{% if execute %}
    {%- for column in contract('crm', 'consents').columns if column.name == 'purpose' %}
        {%- do purposes.extend(column.accepted) %}
    {%- endfor %}
{% endif %}

with

-- The customers, what they bought and their scores. All else is joined to them.
customers as (

    select *
    from {{ ref('customer_segments') }}

),

profiles as (

    select *
    from {{ ref('dim_customer') }}

),

sales as (

    select *
    from {{ ref('agg_customer__sales') }}

),

behaviour as (

    select *
    from {{ ref('agg_customer__behaviour') }}

),

discounts as (

    select *
    from {{ ref('agg_customer__discounts') }}

),

favourite_categories as (

    select *
    from {{ ref('agg_customer__categories') }}
    where is_favourite

),

clusters as (

    select *
    from {{ ref('customer_clusters') }}

),

consents as (

    select
        customer_key,
        {%- for purpose in purposes %}
            max(case when purpose = '{{ purpose }}' then case when is_granted then 1 else 0 end end) = 1
                as consents_to_{{ purpose }},
        {%- endfor %}
        count(*) as purpose_count
    from {{ ref('int_person__consents') }}
    group by customer_key

),

-- What the company has a table of. It counts nothing that it has none of.
sources as (

    select
        {{ counted_up_to(['sales']) }} is not null as has_sales,
        {{ counted_up_to(['returns']) }} is not null as has_returns,
        {{ counted_up_to(['sessions']) }} is not null as has_sessions,
        {{ counted_up_to(['carts']) }} is not null as has_carts,
        {{ counted_up_to(['tickets']) }} is not null as has_tickets,
        {{ counted_up_to(['reviews']) }} is not null as has_reviews

)

select
    ---------- key
    customers.customer_key,

    ---------- profile
    customers.country_code,
    profiles.language_code,
    profiles.birth_year,
    customers.acquisition_channel,
    customers.loyalty_tier,
    customers.registered_on,

    ---------- what the customer bought
    case when sources.has_sales then customers.order_count end as order_count,
    case when sources.has_sales then customers.unit_count end as unit_count,
    customers.first_order_date,
    customers.last_order_date,
    customers.recency_days,
    cast(round(
        cast({{ days_between('customers.first_order_date', 'customers.last_order_date') }} as double)
        / nullif(customers.order_count - 1, 0), 1
    ) as decimal(18, 1)) as average_days_between_orders,
    favourite_categories.category_code as favourite_category,
    case when sources.has_returns then behaviour.returned_order_count end as returned_order_count,

    ---------- what it is worth
    cast(
        case
            when not sources.has_sales then null
            when sales.customer_key is null then 0
            else sales.net_revenue_reporting
        end as decimal(18, 3)
    ) as net_revenue_amount,
    cast(
        case
            when not sources.has_sales then null
            when sales.customer_key is null then 0
            else sales.contribution_margin_reporting
        end as decimal(18, 3)
    ) as contribution_margin_amount,
    {{ safe_decimal('round(cast(sales.purchase_amount_reporting as double) / nullif(sales.order_count, 0), 2)') }}
        as average_order_value,
    '{{ var("reporting_currency") }}' as currency_code,

    ---------- what else the customer did
    case when sources.has_sessions then behaviour.session_count end as session_count,
    behaviour.last_session_date,
    case when sources.has_carts then behaviour.cart_count end as cart_count,
    case when sources.has_tickets then behaviour.ticket_count end as ticket_count,
    case when sources.has_reviews then behaviour.review_count end as review_count,
    behaviour.average_stars,
    behaviour.nps_score,

    ---------- consents
    {%- for purpose in purposes %}
        consents.consents_to_{{ purpose }},
    {%- endfor %}

    ---------- scores
    customers.recency_score,
    customers.frequency_score,
    customers.monetary_score,
    customers.segment_name,
    clusters.cluster_number,
    discounts.discount_affinity,
    next_purchases.purchase_probability_30_days,
    next_purchases.expected_order_count_90_days,
    next_purchases.left_probability,
    lifetime_values.expected_revenue_365_days_reporting
from customers
cross join sources
left join profiles
    on customers.customer_key = profiles.customer_key
left join sales
    on customers.customer_key = sales.customer_key
left join behaviour
    on customers.customer_key = behaviour.customer_key
left join discounts
    on customers.customer_key = discounts.customer_key
left join favourite_categories
    on customers.customer_key = favourite_categories.customer_key
left join clusters
    on customers.customer_key = clusters.customer_key
left join consents
    on customers.customer_key = consents.customer_key
left join {{ ref('next_purchase') }} as next_purchases
    on customers.customer_key = next_purchases.customer_key
left join {{ ref('lifetime_value') }} as lifetime_values
    on customers.customer_key = lifetime_values.customer_key
