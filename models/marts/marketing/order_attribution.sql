with

sales as (

    select
        order_id,
        order_date,
        net_revenue_amount_reporting,
        gross_margin_amount_reporting
    from {{ ref('fct_order') }}
    where
        is_sale
        and order_date <= {{ complete_up_to(['sales', 'sessions']) }}

),

touches as (

    select
        *,
        count(*) over (partition by order_id) as touch_count,
        max(touched_at) over (partition by order_id) as last_touched_at,
        max(case when channel_group <> 'direct' then touch_number end) over (partition by order_id)
            as last_non_direct_number
    from {{ ref('agg_order__touches') }}

),

-- Exact numbers, as sums of others depend on the order in which an engine adds them up. The last touch weighs 1.
touches_with_weights as (

    select
        *,
        cast(round(power(
            cast(0.5 as double),
            cast({{ seconds_between('touched_at', 'last_touched_at') }} as double)
            / {{ 86400 * var('attribution_half_life_days') }}
        ), 9) as decimal(18, 9)) as decayed_weight
    from touches

),

touches_with_sums as (

    select
        *,
        sum(decayed_weight) over (partition by order_id) as decayed_weight_of_order,
        sum(decayed_weight) over (
            partition by order_id
            order by touch_number
            rows between unbounded preceding and current row
        ) as decayed_weight_so_far
    from touches_with_weights

),

attribution_models as (

    select 'first_touch' as attribution_model
    union all
    select 'last_non_direct_touch' as attribution_model
    union all
    select 'linear' as attribution_model
    union all
    select 'time_decay' as attribution_model

),

-- What the touches before a touch, and those up to it, have of the order. Of models that credit one touch only that one
-- is here; an order without touches is itself a row of each model.
credited_touches as (

    select
        sales.order_id,
        models.attribution_model,
        sales.order_date,
        sales.net_revenue_amount_reporting,
        sales.gross_margin_amount_reporting,
        touches.session_id,
        touches.touched_at,
        coalesce(touches.touch_number, 0) as touch_number,
        coalesce(touches.channel_group, 'unattributed') as channel_group,
        case
            when touches.touch_number is null then 0
            when models.attribution_model = 'linear'
                then cast(touches.touch_number - 1 as double) / nullif(touches.touch_count, 0)
            when models.attribution_model = 'time_decay'
                then
                    cast(touches.decayed_weight_so_far - touches.decayed_weight as double)
                    / nullif(cast(touches.decayed_weight_of_order as double), 0)
            else 0
        end as share_before,
        case
            when touches.touch_number is null then 1
            when models.attribution_model = 'linear'
                then cast(touches.touch_number as double) / nullif(touches.touch_count, 0)
            when models.attribution_model = 'time_decay'
                then
                    cast(touches.decayed_weight_so_far as double)
                    / nullif(cast(touches.decayed_weight_of_order as double), 0)
            else 1
        end as share_so_far
    from sales
    left join touches_with_sums as touches
        on sales.order_id = touches.order_id
    cross join attribution_models as models
    where
        touches.touch_number is null
        or models.attribution_model in ('linear', 'time_decay')
        or (models.attribution_model = 'first_touch' and touches.touch_number = 1)
        or (
            models.attribution_model = 'last_non_direct_touch'
            and touches.touch_number = coalesce(touches.last_non_direct_number, touches.touch_count)
        )

),

touches_with_shares as (

    select
        * exclude (share_before, share_so_far),
        cast(round(share_before, 6) as decimal(9, 6)) as share_before,
        cast(round(share_so_far, 6) as decimal(9, 6)) as share_so_far
    from credited_touches

),

-- Each touch gets what its rounded sum has more than that of the touches before it, so the last one ends at the amount.
touches_with_credits as (

    select
        {%- for amount in ['net_revenue_amount', 'gross_margin_amount'] %}
            {%- for share in ['share_before', 'share_so_far'] %}
                case
                    when {{ share }} = 1 then {{ amount }}_reporting
                    else cast(round(
                        cast({{ amount }}_reporting as decimal(28, 3)) * {{ share }},
                        {{ minor_unit(var('reporting_currency')) }}
                    ) as decimal(18, 3))
                end as {{ amount }}_{{ share.removeprefix('share_') }},
            {%- endfor %}
        {%- endfor %}
        *
    from touches_with_shares

)

select
    ---------- keys
    order_id,
    attribution_model,
    cast(touch_number as bigint) as touch_number,
    session_id,
    order_date,

    ---------- attribute
    channel_group,

    ---------- measures
    cast(share_so_far - share_before as decimal(9, 6)) as credit_share,
    cast(net_revenue_amount_so_far - net_revenue_amount_before as decimal(18, 3)) as net_revenue_amount,
    cast(gross_margin_amount_so_far - gross_margin_amount_before as decimal(18, 3)) as gross_margin_amount,
    '{{ var("reporting_currency") }}' as currency_code,

    ---------- timestamp
    touched_at
from touches_with_credits
