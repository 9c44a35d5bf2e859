{% set hours = [] %}
{% for hour in range(24) %}
    {%- do hours.append([hour | string]) %}
{% endfor %}

with

-- Every post names the company; those that name a product are of its brand, too.
mentions as (

    select
        'all' as brand,
        cast(date_trunc('hour', {{ business_time('posted_at') }}) as timestamp) as hour_start
    from {{ ref('fct_mention') }}

    union all

    select
        products.brand,
        cast(date_trunc('hour', {{ business_time('mentions.posted_at') }}) as timestamp) as hour_start
    from {{ ref('fct_mention') }} as mentions
    inner join {{ ref('dim_product') }} as products
        on mentions.product_key = products.product_key
    where products.brand is not null

),

mentions_by_hour as (

    select
        brand,
        hour_start,
        count(*) as mention_count
    from mentions
    group by brand, hour_start

),

brands as (

    select
        brand,
        min(cast(hour_start as date)) as first_day
    from mentions_by_hour
    group by brand

),

hours as (

    {{ declared_rows(['hour_of_day'], hours) }}

),

days as (

    select
        date_day,
        {{ counted_up_to(['mentions']) }} as counted_up_to
    from {{ ref('dim_date') }}
    where
        date_day <= {{ as_of() }}
        and date_day > {{ add_days(as_of(), -var('alerts').history_days) }}

),

hours_of_brands as (

    select
        brands.brand,
        cast(
            {{ dbt.dateadd('hour', 'cast(hours.hour_of_day as integer)', 'cast(days.date_day as timestamp)') }}
            as timestamp
        ) as hour_start,
        coalesce(days.date_day <= days.counted_up_to, false) as is_delivered
    from brands
    inner join days
        on brands.first_day <= days.date_day
    cross join hours

)

-- An hour without a post counts none; a day that was not delivered is not known.
select
    ---------- keys
    hours_of_brands.brand,
    hours_of_brands.hour_start,

    ---------- measures
    case when hours_of_brands.is_delivered then coalesce(mentions_by_hour.mention_count, 0) end as mention_count
from hours_of_brands
left join mentions_by_hour
    on
        hours_of_brands.brand = mentions_by_hour.brand
        and hours_of_brands.hour_start = mentions_by_hour.hour_start
