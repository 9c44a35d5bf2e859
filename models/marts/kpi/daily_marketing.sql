select
    ---------- keys
    date_day,
    campaign_key,

    ---------- what the platforms say
    cast(spend_amount as decimal(18, 3)) as spend_amount,
    cast(impression_count as bigint) as impression_count,
    cast(click_count as bigint) as click_count,

    ---------- what the shop saw
    cast(visit_count as bigint) as visit_count,
    cast(purchase_visit_count as bigint) as purchase_visit_count,

    '{{ var("reporting_currency") }}' as currency_code
from {{ ref('agg_campaign__days') }}
where
    has_figures
    and traffic_kind <> 'no_campaign'
