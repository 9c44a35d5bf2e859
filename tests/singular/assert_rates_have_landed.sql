{{ config(severity='warn', store_failures=true) }}

-- Currencies of orders, other than the reporting currency, where no exchange rate has ever landed: their reporting amounts are null.
select
    currency_code,
    count(*) as order_count
from {{ ref('fct_order') }}
where
    currency_code <> '{{ var("reporting_currency") }}'
    and not exists (select 1 from {{ ref('stg_fx__daily_rates') }})
group by currency_code
