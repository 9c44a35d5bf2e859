with

rates as (

    select
        rate_date,
        base_currency_code,
        quote_currency_code,
        rate,
        _batch
    from {{ ref('stg_fx__daily_rates') }}

),

-- Every currency against the base that a day's rates are quoted in; the base itself costs 1.
per_base as (

    select
        rate_date,
        base_currency_code,
        quote_currency_code as currency_code,
        rate,
        _batch
    from rates

    union all

    select
        rate_date,
        base_currency_code,
        base_currency_code as currency_code,
        cast(1 as decimal(18, 8)) as rate,
        max(_batch) as _batch
    from rates
    group by rate_date, base_currency_code

),

crossed as (

    select
        own.rate_date,
        own.currency_code,
        own.base_currency_code,
        cast(
            round(
                cast(reporting.rate as double)
                / nullif(cast(own.rate as double), 0),
                12
            ) as decimal(28, 12)
        ) as reporting_rate,
        greatest(own._batch, reporting._batch) as _batch
    from per_base as own
    inner join per_base as reporting
        on
            own.rate_date = reporting.rate_date
            and own.base_currency_code = reporting.base_currency_code
            and reporting.currency_code = '{{ var("reporting_currency") }}'

)

select
    rate_date,
    currency_code,
    reporting_rate,
    _batch
from crossed
-- Where several bases are quoted, the reporting currency as base needs no cross rate.
qualify
    row_number() over (
        partition by rate_date, currency_code
        order by
            case
                when base_currency_code = '{{ var("reporting_currency") }}'
                    then 0
                else 1
            end asc,
            base_currency_code asc
    ) = 1
