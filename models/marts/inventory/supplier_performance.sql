{#- The last day on which both what was ordered and what came are known. -#}
{% set last_day = complete_up_to(['stock', 'purchases']) %}

with

-- Orders of a year, which is long enough to count and short enough to speak of now.
lines as (

    select
        *,
        purchase_order_status = 'cancelled' as is_cancelled,
        -- By now all of it should have come, or has.
        purchase_order_status <> 'cancelled'
        and expected_on is not null
        and (expected_on < {{ last_day }} or purchase_order_status = 'received') as is_due
    from {{ ref('agg_purchase_order__receipts') }}
    where order_date between {{ add_days(last_day, -364) }} and {{ last_day }}

),

lines_with_list_amounts as (

    select
        *,
        cast(ordered_amount_reporting * list_unit_cost as double) / nullif(unit_cost, 0) as list_amount_reporting
    from lines

),

figures as (

    select
        supplier_key,
        count(distinct purchase_order_id) as purchase_order_count,
        count(*) as line_count,
        count_if(is_cancelled) as cancelled_line_count,
        {{ null_propagating_sum('case when is_cancelled then 0 else ordered_amount_reporting end') }} as ordered_amount,

        count_if(receipt_count > 0) as received_line_count,
        count_if(receipt_count > 1) as partial_line_count,
        count_if(is_due) as due_line_count,
        count_if(is_due and first_receipt_date <= expected_on) as on_time_line_count,
        count_if(is_due and received_quantity >= ordered_quantity) as in_full_line_count,
        count_if(is_due and quantity_on_time >= ordered_quantity) as on_time_in_full_line_count,

        count_if(list_amount_reporting is not null and not is_cancelled) as priced_line_count,
        sum(case when list_amount_reporting is not null and not is_cancelled then ordered_amount_reporting end)
            as priced_amount,
        sum(case when not is_cancelled then list_amount_reporting end) as list_amount
    from lines_with_list_amounts
    group by supplier_key

),

-- Of any age: what is overdue for a year is overdue.
open_lines as (

    select
        supplier_key,
        sum(open_quantity) as open_quantity,
        sum(case when expected_on < {{ last_day }} then open_quantity else 0 end) as overdue_quantity,
        count_if(expected_on < {{ last_day }}) as overdue_line_count,
        min(case when expected_on < {{ last_day }} then expected_on end) as overdue_since
    from {{ ref('agg_purchase_order__receipts') }}
    where
        open_quantity > 0
        and order_date <= {{ last_day }}
    group by supplier_key

),

suppliers as (

    select
        *,
        {{ counted_up_to(['stock']) }} is not null as has_receipts
    from {{ ref('dim_supplier') }}
    where supplier_id is not null

)

select
    ---------- key
    suppliers.supplier_key,
    {{ last_day }} as as_of_date,

    ---------- attributes
    suppliers.supplier_id,
    suppliers.supplier_name,
    suppliers.country_code,
    suppliers.payment_terms_days,
    suppliers.lead_time_days as promised_lead_time_days,

    ---------- orders of the last 365 days
    {%- for count in ['purchase_order', 'line', 'cancelled_line'] %}
        cast(coalesce(figures.{{ count }}_count, 0) as bigint) as {{ count }}_count,
    {%- endfor %}
    cast(case when figures.supplier_key is null then 0 else figures.ordered_amount end as decimal(18, 3))
        as ordered_amount,

    ---------- days from order to the last piece
    cast(coalesce(lead_times.lead_time_count, 0) as bigint) as lead_time_count,
    {%- for figure in ['mean', 'p50', 'p90', 'standard_deviation'] %}
        cast(round(lead_times.lead_time_{{ figure }}, 2) as decimal(18, 2)) as lead_time_{{ figure }},
    {%- endfor %}

    ---------- deliveries: when pieces came is known to the warehouse system alone
    cast(coalesce(figures.due_line_count, 0) as bigint) as due_line_count,
    {%- for rate, part, whole, is_known in [
        ('partial_delivery', 'partial', 'received', 'has_receipts'), ('on_time', 'on_time', 'due', 'has_receipts'),
        ('in_full', 'in_full', 'due', 'true'), ('on_time_in_full', 'on_time_in_full', 'due', 'has_receipts'),
    ] %}
        cast(
            case
                when {{ is_known }} and figures.{{ whole }}_line_count > 0
                    then round(
                        cast(figures.{{ part }}_line_count as double) / nullif(figures.{{ whole }}_line_count, 0), 4
                    )
            end as decimal(18, 4)
        ) as {{ rate }}_rate,
    {%- endfor %}

    ---------- prices
    cast(coalesce(figures.priced_line_count, 0) as bigint) as priced_line_count,
    cast(
        round(cast(figures.priced_amount as double) / nullif(cast(figures.list_amount as double), 0) - 1, 4)
        as decimal(18, 4)
    ) as price_above_list_rate,

    ---------- still to come
    cast(coalesce(open_lines.open_quantity, 0) as bigint) as open_quantity,
    cast(coalesce(open_lines.overdue_quantity, 0) as bigint) as overdue_quantity,
    cast(coalesce(open_lines.overdue_line_count, 0) as bigint) as overdue_line_count,
    open_lines.overdue_since
from suppliers
left join figures
    on suppliers.supplier_key = figures.supplier_key
left join {{ ref('agg_supplier__lead_times') }} as lead_times
    on suppliers.supplier_key = lead_times.supplier_key
left join open_lines
    on suppliers.supplier_key = open_lines.supplier_key
