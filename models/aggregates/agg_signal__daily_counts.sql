{% set alerts = var('alerts') %}

with

-- Products that come back most.
followed_products as (

    select product_key
    from {{ ref('fct_return') }}
    where
        product_key <> 'unknown'
        and return_date <= {{ as_of() }}
        and return_date > {{ add_days(as_of(), -alerts.history_days) }}
    group by product_key
    qualify row_number() over (order by count(*) desc, product_key) <= {{ alerts.most_products }}

),

events as (

    select
        'returns' as signal_kind,
        returns.product_key as subject_key,
        returns.return_date as date_day
    from {{ ref('fct_return') }} as returns
    inner join followed_products
        on returns.product_key = followed_products.product_key

    union all

    select
        'damaged_returns' as signal_kind,
        returns.product_key as subject_key,
        returns.return_date as date_day
    from {{ ref('fct_return') }} as returns
    inner join followed_products
        on returns.product_key = followed_products.product_key
    where returns.item_condition = 'damaged'

    union all

    select
        'tickets' as signal_kind,
        coalesce(topic, 'unknown') as subject_key,
        opened_date as date_day
    from {{ ref('fct_ticket') }}

),

events_by_day as (

    select
        signal_kind,
        subject_key,
        date_day,
        count(*) as event_count
    from events
    group by signal_kind, subject_key, date_day

),

-- Before the first event of its kind nothing was counted; after it a product without one was not sent back.
subjects as (

    select distinct
        signal_kind,
        subject_key,
        min(date_day) over (partition by signal_kind) as first_day
    from events_by_day

),

days as (

    select
        date_day,
        {{ counted_up_to(['returns']) }} as returns_up_to,
        {{ counted_up_to(['tickets']) }} as tickets_up_to
    from {{ ref('dim_date') }}
    where
        date_day <= {{ as_of() }}
        and date_day > {{ add_days(as_of(), -alerts.history_days) }}

)

select
    ---------- keys
    subjects.signal_kind,
    subjects.subject_key,
    days.date_day,

    ---------- measures
    case
        when
            days.date_day
            <= case subjects.signal_kind when 'tickets' then days.tickets_up_to else days.returns_up_to end
            then coalesce(events_by_day.event_count, 0)
    end as event_count
from subjects
inner join days
    on subjects.first_day <= days.date_day
left join events_by_day
    on
        subjects.signal_kind = events_by_day.signal_kind
        and subjects.subject_key = events_by_day.subject_key
        and days.date_day = events_by_day.date_day
