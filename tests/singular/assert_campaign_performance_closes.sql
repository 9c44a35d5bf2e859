-- Days, and kinds of traffic, of which campaign_performance says another thing than the facts: spend of each campaign, visits, and what each
-- attribution model credits; then the same in total. Where either side is unknown, the other is, too.
{%- set attribution_models = ['first_touch', 'last_non_direct_touch', 'linear', 'time_decay'] %}
{%- set orders_up_to = complete_up_to(['sales', 'sessions']) %}
{%- set revenue_up_to = complete_up_to(['sales', 'sessions', 'refunds']) %}
{%- set margin_up_to = complete_up_to(['sales', 'sessions', 'refunds', 'cost']) %}
with

expected as (

    select
        spend_date as date_day,
        campaign_key as subject,
        'spend_amount' as measure,
        {{ null_propagating_sum('spend_amount_reporting') }} as amount
    from {{ ref('fct_ad_spend') }}
    where spend_date <= {{ complete_up_to(['ad_spend']) }}
    group by spend_date, campaign_key

    union all

    select
        session_date as date_day,
        'all' as subject,
        'visit_count' as measure,
        count(*) as amount
    from {{ ref('fct_web_session') }}
    where
        not is_bot
        and session_date <= {{ complete_up_to(['sessions']) }}
    group by session_date

    {%- for model in attribution_models %}
        {%- for measure, up_to, amount in [
            ('order_count', orders_up_to, 'case when is_purchase then 1 else 0 end'),
            ('net_revenue_amount', revenue_up_to, 'net_revenue_amount_reporting'),
            ('gross_margin_amount', margin_up_to, 'gross_margin_amount_reporting'),
        ] %}
            union all
            select
                order_date as date_day,
                'all' as subject,
                '{{ model }}_{{ measure }}' as measure,
                {{ null_propagating_sum(amount) }} as amount
            from {{ ref('fct_order') }}
            where
                is_sale
                and order_date <= {{ up_to }}
            group by order_date
        {%- endfor %}
    {%- endfor %}

),

-- Spend is also held against, campaign by campaign, where none is expected.
shown as (

    select
        date_day,
        campaign_key as subject,
        'spend_amount' as measure,
        spend_amount as amount
    from {{ ref('campaign_performance') }}
    where
        traffic_kind = 'campaign'
        and spend_amount is distinct from 0
        and date_day <= {{ counted_up_to(['ad_spend']) }}

    {%- for measure, up_to in [('visit_count', counted_up_to(['sessions']))] %}
        union all
        select
            date_day,
            'all' as subject,
            '{{ measure }}' as measure,
            {{ null_propagating_sum(measure) }} as amount
        from {{ ref('campaign_performance') }}
        where date_day <= {{ up_to }}
        group by date_day
    {%- endfor %}
    {%- for model in attribution_models %}
        {%- for measure, up_to in [
            ('order_count', orders_up_to), ('net_revenue_amount', revenue_up_to), ('gross_margin_amount', margin_up_to),
        ] %}
            union all
            select
                date_day,
                'all' as subject,
                '{{ model }}_{{ measure }}' as measure,
                {{ null_propagating_sum(model ~ '_' ~ measure) }} as amount
            from {{ ref('campaign_performance') }}
            where
                date_day <= {{ up_to }}
                -- Of a company that tells of no orders no credit is known, and of one without visits nothing of campaigns.
                and {{ counted_up_to(['sales']) }} is not null
                and (traffic_kind = 'no_campaign' or {{ counted_up_to(['sessions']) }} is not null)
            group by date_day
        {%- endfor %}
    {%- endfor %}

),

compared as (

    select
        coalesce(expected.measure, shown.measure) as measure,
        coalesce(expected.date_day, shown.date_day) as date_day,
        coalesce(expected.subject, shown.subject) as subject,
        case when expected.measure is null then 0 else expected.amount end as expected_amount,
        case when shown.measure is null then 0 else shown.amount end as shown_amount
    from expected
    full join shown
        on
            expected.measure = shown.measure
            and expected.date_day = shown.date_day
            and expected.subject = shown.subject

)

select
    measure,
    cast(date_day as varchar) as date_day,
    subject,
    expected_amount,
    shown_amount
from compared
where expected_amount is distinct from shown_amount

union all

select
    measure,
    'all days' as date_day,
    'all' as subject,
    sum(expected_amount) as expected_amount,
    sum(shown_amount) as shown_amount
from compared
group by measure
having sum(expected_amount) is distinct from sum(shown_amount)
