{{ config(materialized='view', unique_key=['campaign_id', 'spend_date']) }}

with

daily_spend as (

    {{ current_rows('ads', 'daily_spend') }}

)

select
    ---------- ids
    campaign_id,
    spend_date,

    ---------- attributes
    currency_code,

    ---------- numerics
    spend_amount,
    impression_count,
    click_count,
    platform_conversion_count,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from daily_spend
