{# Nine reach back so far that those of 90 days ago still have a few behind them to learn from. #}
{% set cut_offs, days_apart, least_days_of_history = 9, 30, 60 %}

with

known_days as (

    select
        {{ complete_up_to(['sales']) }} as known_up_to,
        min(order_date) as first_order_date
    from {{ ref('fct_order') }}
    where is_purchase

),

numbers as (

    {% for number in range(cut_offs) -%}
        {{ 'union all' if not loop.first }}
        select {{ number }} as cut_off_number
    {% endfor %}

),

cut_offs as (

    select
        numbers.cut_off_number,
        {{ add_days('known_days.known_up_to', '-numbers.cut_off_number * ' ~ days_apart) }} as cut_off_date,
        known_days.known_up_to,
        known_days.first_order_date
    from numbers
    cross join known_days

)

select
    ---------- key
    cut_off_date,

    ---------- attributes
    cast(cut_off_number as bigint) as cut_off_number,
    {{ add_days('cut_off_date', 30) }} <= known_up_to as is_known_30_days,
    {{ add_days('cut_off_date', 90) }} <= known_up_to as is_known_90_days
from cut_offs
where
    cut_off_date is not null
    and (
        cut_off_number = 0
        or cut_off_date >= {{ add_days('first_order_date', least_days_of_history) }}
    )
