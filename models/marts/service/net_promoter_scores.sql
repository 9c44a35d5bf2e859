{#- The 97.5 % quantile of the standard normal distribution: intervals of 95 %. Fewer answers than `small` tell little. -#}
{% set quantile, small = 1.959964, 30 %}

with

orders as (

    select
        order_id,
        shipping_country_code
    from {{ ref('fct_order') }}

),

-- An order was late if any of its parcels was.
deliveries as (

    select
        order_id,
        case
            when count_if(is_late) > 0 then 'late'
            when count_if(not is_late) > 0 then 'on_time'
            else 'unknown'
        end as delivery
    from {{ ref('fct_shipment') }}
    group by order_id

),

answers as (

    select
        days.month_start,
        responses.nps_group,
        coalesce(orders.shipping_country_code, customers.country_code, 'unknown') as country,
        coalesce(deliveries.delivery, 'unknown') as delivery,
        'all' as total
    from {{ ref('fct_survey_response') }} as responses
    inner join {{ ref('dim_date') }} as days
        on responses.response_date = days.date_day
    left join orders
        on responses.order_id = orders.order_id
    left join deliveries
        on responses.order_id = deliveries.order_id
    left join {{ ref('dim_customer') }} as customers
        on responses.customer_key = customers.customer_key
    where responses.response_date <= {{ complete_up_to(['surveys']) }}

),

groups_of_answers as (
    {% for dimension in ['total', 'country', 'delivery'] %}
        {{ 'union all' if not loop.first }}
        select
            month_start,
            '{{ dimension }}' as group_kind,
            {{ dimension }} as group_name,
            count(*) as answer_count,
            count_if(nps_group = 'promoter') as promoter_count,
            count_if(nps_group = 'passive') as passive_count,
            count_if(nps_group = 'detractor') as detractor_count
        from answers
        group by month_start, {{ dimension }}
    {% endfor %}
),

-- The score is a difference of two shares of one sample, as of paired answers. Its interval is Wald's with one answer more on
-- each side: Bonett and Price, "Adjusted Wald Confidence Interval for a Difference of Binomial Proportions Based on Paired
-- Data", Journal of Educational and Behavioral Statistics 37, 2012. It holds what it promises in small groups, too.
adjusted_shares as (

    select
        *,
        cast(promoter_count + 1 as double) / nullif(answer_count + 2, 0) as promoter_share,
        cast(detractor_count + 1 as double) / nullif(answer_count + 2, 0) as detractor_share
    from groups_of_answers

),

intervals as (

    select
        *,
        promoter_share - detractor_share as centre,
        {{ quantile }} * sqrt(
            (promoter_share + detractor_share - power(promoter_share - detractor_share, 2))
            / nullif(cast(answer_count + 2 as double), 0)
        ) as half_width
    from adjusted_shares

)

select
    ---------- keys
    month_start,
    group_kind,
    group_name,

    ---------- attributes
    answer_count < {{ small }} as is_small_group,

    ---------- measures
    cast(answer_count as bigint) as answer_count,
    cast(promoter_count as bigint) as promoter_count,
    cast(passive_count as bigint) as passive_count,
    cast(detractor_count as bigint) as detractor_count,
    round(100 * cast(promoter_count - detractor_count as double) / nullif(answer_count, 0), 4) as net_promoter_score,
    -round(100 * least(coalesce(half_width - centre, 1), 1), 4) as lower_bound,
    round(100 * least(coalesce(centre + half_width, 1), 1), 4) as upper_bound
from intervals
