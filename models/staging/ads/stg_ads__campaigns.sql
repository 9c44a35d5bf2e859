{{ config(materialized='view', unique_key='campaign_id') }}

with

campaigns as (

    {{ current_rows('ads', 'campaigns') }}

)

select
    ---------- ids
    campaign_id,

    ---------- attributes
    campaign_name,
    platform,
    utm_source,
    utm_campaign,
    country_code,
    currency_code,

    ---------- numerics
    daily_budget_amount,

    ---------- timestamps
    started_on,
    ended_on,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from campaigns
