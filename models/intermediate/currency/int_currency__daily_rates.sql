with

rates as (

    select
        rate_date,
        base_currency_code,
        quote_currency_code,
        rate,
        _load_id
    from {{ ref('stg_fx__daily_rates') }}

),

-- Every currency against the base that a day's rates are quoted in; the base itself costs 1.
rates_per_base as (

    select
        rate_date,
        base_currency_code,
        quote_currency_code as currency_code,
        rate,
        _load_id
    from rates

    union all

    select
        rate_date,
        base_currency_code,
        base_currency_code as currency_code,
        cast(1 as decimal(18, 8)) as rate,
        max(_load_id) as _load_id
    from rates
    group by rate_date, base_currency_code

),

cross_rates as (

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
        greatest(own._load_id, reporting._load_id) as _load_id
    from rates_per_base as own
    inner join rates_per_base as reporting
        on
            own.rate_date = reporting.rate_date
            and own.base_currency_code = reporting.base_currency_code
            and reporting.currency_code = '{{ var("reporting_currency") }}'

),

published as (

    select
        rate_date,
        currency_code,
        reporting_rate,
        _load_id
    from cross_rates
    -- Where several bases are quoted, the reporting currency as base needs no cross rate.
    qualify
        row_number() over (
            partition by rate_date, currency_code
            order by
                case when base_currency_code = '{{ var("reporting_currency") }}' then 0 else 1 end asc,
                base_currency_code asc
        ) = 1

),

-- What a rate may be used for: its own day, and days after it.
candidates as (
    {% for carried in range(carried_days() + 1) %}
        {{ 'union all' if not loop.first }}
        select
            {{ add_days('rate_date', carried) }} as rate_date,
            currency_code,
            reporting_rate,
            rate_date as rate_source_date,
            {{ carried }} as days_carried,
            _load_id
        from published
    {% endfor %}
)

select
    rate_date,
    currency_code,
    reporting_rate,
    days_carried > 0 as is_carried_forward,
    rate_source_date,
    -- Whichever of the days before changes, the rate that is carried here may be another.
    case
        when days_carried = 0 then _load_id
        else max(_load_id) over (partition by rate_date, currency_code)
    end as _load_id
from candidates
-- The day's own rate; else the last one that is known.
qualify
    (days_carried = 0 or reporting_rate is not null)
    and row_number() over (
        partition by rate_date, currency_code
        order by
            case when days_carried = 0 then 0 else 1 end asc,
            case when reporting_rate is null then 1 else 0 end asc,
            days_carried asc
    ) = 1
