with

spend as (

    select
        spend.campaign_key,
        spend.spend_date as date_day,
        campaigns.utm_source,
        spend.spend_amount,
        spend.spend_amount_reporting,
        spend.click_count
    from {{ ref('fct_ad_spend') }} as spend
    left join {{ ref('dim_campaign') }} as campaigns
        on spend.campaign_key = campaigns.campaign_key

),

payments_of_orders as (

    select
        orders.order_id,
        orders.order_date as date_day,
        max(case when payments.payment_status = 'failed' then 1 else 0 end) as has_failed
    from {{ ref('fct_payment') }} as payments
    inner join {{ ref('fct_order') }} as orders
        on payments.order_id = orders.order_id
    group by orders.order_id, orders.order_date

),

-- A campaign's clicks cost what its platform asks in its own currency; all of a source are added up in the company's.
ratios as (

    select
        'campaign_click_price' as signal_kind,
        campaign_key as subject_key,
        date_day,
        cast(sum(spend_amount) as double) as amount,
        cast(sum(click_count) as double) as group_size
    from spend
    group by campaign_key, date_day

    union all

    select
        'source_click_price' as signal_kind,
        utm_source as subject_key,
        date_day,
        cast({{ null_propagating_sum('spend_amount_reporting') }} as double) as amount,
        cast(sum(click_count) as double) as group_size
    from spend
    where utm_source is not null
    group by utm_source, date_day

    union all

    select
        'payment_failure_rate' as signal_kind,
        'all' as subject_key,
        date_day,
        cast(sum(has_failed) as double) as amount,
        cast(count(*) as double) as group_size
    from payments_of_orders
    group by date_day

),

known_ratios as (

    select
        *,
        case signal_kind
            when 'payment_failure_rate' then {{ counted_up_to(['sales', 'payments']) }}
            else {{ counted_up_to(['ad_spend']) }}
        end as counted_up_to
    from ratios

),

subjects as (

    select
        signal_kind,
        subject_key,
        counted_up_to,
        min(date_day) as first_day,
        max(date_day) as last_day
    from known_ratios
    where date_day <= counted_up_to
    group by signal_kind, subject_key, counted_up_to

)

-- A campaign that has ended has no rows any more; of one that goes on the days that were not delivered are unknown.
select
    ---------- keys
    subjects.signal_kind,
    subjects.subject_key,
    dates.date_day,

    ---------- values
    case
        when ratios.group_size >= {{ var('alerts').least_group }}
            then cast(ratios.amount as double) / nullif(ratios.group_size, 0)
    end as value,
    ratios.group_size
from subjects
inner join {{ ref('dim_date') }} as dates
    on
        subjects.first_day <= dates.date_day
        and (subjects.last_day >= dates.date_day or subjects.last_day = subjects.counted_up_to)
left join ratios
    on
        subjects.signal_kind = ratios.signal_kind
        and subjects.subject_key = ratios.subject_key
        and dates.date_day = ratios.date_day
        and subjects.counted_up_to >= ratios.date_day
where
    dates.date_day <= {{ as_of() }}
    and dates.date_day > {{ add_days(as_of(), -var('alerts').history_days) }}
