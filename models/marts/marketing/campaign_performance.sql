{#- Models lie side by side and not one below the other, so that a sum over rows counts spend and visits once, whichever model is read. -#}
{% set attribution_models = ['first_touch', 'last_non_direct_touch', 'linear', 'time_decay'] %}
{% set figures_of_days = {
    'spend_amount': 'spend_up_to', 'impression_count': 'spend_up_to', 'click_count': 'spend_up_to',
    'visit_count': 'visits_up_to', 'purchase_visit_count': 'visits_up_to',
} %}
{# Each with the deliveries that it is known by. #}
{% set credited_measures = {
    'order_count': ['sales', 'sessions'], 'new_customer_count': ['sales', 'sessions'],
    'net_revenue_amount': ['sales', 'sessions', 'refunds'],
    'gross_margin_amount': ['sales', 'sessions', 'refunds', 'cost'],
} %}

with

-- A customer's first purchase is what won the customer.
orders as (

    select
        order_id,
        is_purchase,
        is_purchase
        and has_customer
        and row_number() over (
            partition by customer_key, is_purchase
            order by ordered_at, order_id
        ) = 1 as is_first_purchase
    from {{ ref('fct_order') }}
    where is_sale

),

credits as (

    select
        credits.order_date as date_day,
        coalesce(visits.traffic_kind, 'no_campaign') as traffic_kind,
        coalesce(visits.campaign_key, 'unknown') as campaign_key,
        credits.attribution_model,
        case when orders.is_purchase then credits.credit_share else 0 end as order_count,
        case when orders.is_first_purchase then credits.credit_share else 0 end as new_customer_count,
        credits.net_revenue_amount,
        credits.gross_margin_amount
    from {{ ref('order_attribution') }} as credits
    inner join orders
        on credits.order_id = orders.order_id
    left join {{ ref('agg_visit__campaigns') }} as visits
        on credits.session_id = visits.session_id

),

credits_by_day as (

    select
        {%- for model in attribution_models %}
            {%- for measure in credited_measures %}
                {{ null_propagating_sum(
                    "case when attribution_model = '" ~ model ~ "' then " ~ measure ~ " else 0 end"
                ) }} as {{ model }}_{{ measure }},
            {%- endfor %}
        {%- endfor %}
        date_day,
        traffic_kind,
        campaign_key
    from credits
    group by date_day, traffic_kind, campaign_key

),

known_days as (

    select
        {%- for measure, groups in credited_measures.items() %}
            case when {{ counted_up_to(['sales']) }} is not null then {{ complete_up_to(groups) }} end
                as {{ measure }}_up_to,
        {%- endfor %}
        {{ counted_up_to(['ad_spend']) }} as spend_up_to,
        {{ counted_up_to(['sessions']) }} as visits_up_to

),

-- Of a company without visits all credits are of no campaign: that is known, and nothing of campaigns.
days as (

    select
        coalesce(figures.date_day, credits.date_day) as date_day,
        coalesce(figures.traffic_kind, credits.traffic_kind) as traffic_kind,
        coalesce(figures.campaign_key, credits.campaign_key) as campaign_key,
        {%- for measure, up_to in figures_of_days.items() %}
            case
                when figures.date_day is not null then figures.{{ measure }}
                when credits.date_day <= known_days.{{ up_to }} then 0
            end as {{ measure }},
        {%- endfor %}
        {%- for model in attribution_models %}
            {%- for measure in credited_measures %}
                case
                    when coalesce(figures.date_day, credits.date_day) > known_days.{{ measure }}_up_to then null
                    when known_days.visits_up_to is null and figures.traffic_kind <> 'no_campaign' then null
                    when credits.date_day is not null then credits.{{ model }}_{{ measure }}
                    when known_days.{{ measure }}_up_to is not null then 0
                end as {{ model }}_{{ measure }},
            {%- endfor %}
        {%- endfor %}
        '{{ var("reporting_currency") }}' as currency_code
    from {{ ref('agg_campaign__days') }} as figures
    full join credits_by_day as credits
        on
            figures.date_day = credits.date_day
            and figures.traffic_kind = credits.traffic_kind
            and figures.campaign_key = credits.campaign_key
    cross join known_days

)

select
    ---------- keys
    days.date_day,
    days.traffic_kind,
    days.campaign_key,

    ---------- attributes
    campaigns.campaign_name,
    campaigns.platform,
    campaigns.country_code,

    ---------- what the platforms say
    cast(days.spend_amount as decimal(18, 3)) as spend_amount,
    cast(days.impression_count as bigint) as impression_count,
    cast(days.click_count as bigint) as click_count,

    ---------- what the shop saw
    cast(days.visit_count as bigint) as visit_count,
    cast(days.purchase_visit_count as bigint) as purchase_visit_count,

    ---------- what it is credited with
    {%- for model in attribution_models %}
        cast(days.{{ model }}_order_count as decimal(18, 6)) as {{ model }}_order_count,
        cast(days.{{ model }}_new_customer_count as decimal(18, 6)) as {{ model }}_new_customer_count,
        cast(days.{{ model }}_net_revenue_amount as decimal(18, 3)) as {{ model }}_net_revenue_amount,
        cast(days.{{ model }}_gross_margin_amount as decimal(18, 3)) as {{ model }}_gross_margin_amount,
        case
            when days.traffic_kind = 'campaign'
                then {{ safe_decimal(
                    'round(cast(days.spend_amount as double) / nullif(cast(days.' ~ model
                    ~ '_new_customer_count as double), 0), 2)'
                ) }}
        end as {{ model }}_cost_per_new_customer,
        {{ safe_decimal(
            'round(cast(days.' ~ model
            ~ '_net_revenue_amount as double) / nullif(cast(days.spend_amount as double), 0), 4)', scale=4
        ) }} as {{ model }}_return_on_ad_spend,
    {%- endfor %}
    days.currency_code
from days
inner join {{ ref('dim_campaign') }} as campaigns
    on days.campaign_key = campaigns.campaign_key
