{#- More pieces than these are enough for any line that is not that of a reseller. -#}
{% set most_pieces = 20 %}

with

sizes as (

    select
        case when quantity > {{ most_pieces }} then {{ most_pieces }} else quantity end as pieces,
        count(*) as line_count
    from {{ ref('fct_order_line') }}
    where
        quantity > 0
        and order_date <= {{ as_of() }}
    group by pieces

),

stocks as (
    {% for pieces in range(most_pieces) %}
        {{ 'union all' if not loop.first }}
        select {{ pieces }} as available_quantity
    {% endfor %}
)

select
    cast(stocks.available_quantity as bigint) as available_quantity,
    case
        when stocks.available_quantity = 0 then 1
        else
            coalesce(
                cast(
                    sum(greatest(coalesce(sizes.pieces - stocks.available_quantity, 0), 0) * sizes.line_count) as double
                )
                / nullif(sum(sizes.pieces * sizes.line_count), 0),
                0
            )
    end as unmet_share
from stocks
left join sizes
    on sizes.pieces > 0
group by stocks.available_quantity
