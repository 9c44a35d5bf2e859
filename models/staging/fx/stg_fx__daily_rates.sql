{{ config(materialized='view', unique_key=['rate_date', 'base_currency_code', 'quote_currency_code']) }}

with

daily_rates as (

    {{ current_rows('fx', 'daily_rates') }}

)

select
    ---------- ids
    rate_date,
    base_currency_code,
    quote_currency_code,

    ---------- numerics
    rate,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from daily_rates
