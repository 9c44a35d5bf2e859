{% set offers = offers() %}
{% set rules = [
    'has_consent', 'has_no_objection', 'accepts_contact', 'is_past_quiet_period', 'is_in_stock', 'has_positive_margin',
] %}

with

candidates as (

    select
        occasions.*,
        permissions.as_of_date,
        permissions.has_consent,
        permissions.has_no_objection,
        permissions.accepts_contact,
        permissions.is_past_quiet_period,
        permissions.last_contacted_on,
        products.product_name,
        bought_products.product_name as bought_product_name,
        case occasions.offer_kind
            {%- for kind, discount in offers.discounts.items() %}
                when '{{ kind }}' then cast({{ discount }} as decimal(9, 4))
            {%- endfor %}
        end as discount_rate
    from {{ ref('pred_customer__offer_occasions') }} as occasions
    inner join {{ ref('contact_permissions') }} as permissions
        on occasions.customer_key = permissions.customer_key
    left join {{ ref('dim_product') }} as products
        on
            occasions.product_key = products.product_key
            and products.product_key <> 'unknown'
    left join {{ ref('dim_product') }} as bought_products
        on occasions.bought_product_key = bought_products.product_key

),

candidates_with_margins as (

    select
        *,
        {{ safe_decimal(
            'round(cast(revenue_amount as decimal(28, 3)) * (1 - discount_rate) - cost_amount, ' ~ minor_unit(var('reporting_currency')) ~ ')'
        ) }} as margin_after_discount_amount
    from candidates

),

-- What is not known lets nobody through. An offer that names no product asks for no stock.
candidates_with_rules as (

    select
        *,
        product_key = 'unknown' or coalesce(available_quantity > 0, false) as is_in_stock,
        coalesce(margin_after_discount_amount > 0, false) as has_positive_margin
    from candidates_with_margins

),

judged_candidates as (

    select
        *,
        {{ rules | join(' and ') }} as is_allowed,
        {% for rule in rules -%}
            case when {{ rule }} then '' else '{{ rule }}, ' end{{ ' || ' if not loop.last }}
        {% endfor %} as broken_rules,
        {{ safe_decimal(
            'round(purchase_probability * margin_after_discount_amount, ' ~ minor_unit(var('reporting_currency')) ~ ')'
        ) }} as expected_value_amount
    from candidates_with_rules

)

select
    ---------- keys
    customer_key,
    offer_kind,
    product_key,
    as_of_date,

    ---------- what to offer
    product_name,
    cast(discount_rate as decimal(18, 4)) as discount_rate,
    case offer_kind
        when 'win_back' then 'Last bought on ' || cast(occurred_on as varchar) || '.'
        when 'next_tier'
            then
                'Purchases missing for the tier ' || tier_name || ': ' || cast(missing_order_count as varchar) || '.'
        when 'replenishment'
            then
                'Bought on ' || cast(occurred_on as varchar) || '; others buy it again after '
                || cast(cast(ceil(interval_days) as bigint) as varchar) || ' days.'
        when 'cross_sell'
            then
                'Bought with ' || coalesce(bought_product_name, 'another product') || ', which the customer bought on '
                || cast(occurred_on as varchar) || '.'
        when 'abandoned_cart' then 'Left in a cart on ' || cast(occurred_on as varchar) || '.'
        else 'Left in a cart on ' || cast(occurred_on as varchar) || ', ran out, and is back in stock.'
    end as reason,

    ---------- what is expected
    purchase_probability,
    margin_after_discount_amount,
    expected_value_amount,
    '{{ var("reporting_currency") }}' as currency_code,

    ---------- rules
    {%- for rule in rules %}
        {{ rule }},
    {%- endfor %}
    is_allowed,
    nullif(rtrim(broken_rules, ', '), '') as denied_by,
    cast(
        case
            when is_allowed
                then row_number() over (
                    partition by customer_key, is_allowed
                    order by expected_value_amount desc nulls last, offer_kind asc, product_key asc
                )
        end as bigint
    ) as offer_rank,

    ---------- what the rules looked at
    last_contacted_on,
    available_quantity,
    cast(revenue_amount as decimal(18, 3)) as revenue_amount,
    cast(cost_amount as decimal(18, 3)) as cost_amount
from judged_candidates
