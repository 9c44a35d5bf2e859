{%- set sales = ['order_count', 'unit_count', 'guest_order_count', 'new_customer_count', 'returning_customer_count'] %}
{%- set quantities = [
    'opening_quantity', 'initial_quantity', 'received_quantity', 'sold_quantity', 'returned_quantity',
    'transferred_quantity', 'adjusted_quantity', 'closing_quantity', 'sold_per_day', 'is_stocked_out',
] %}
{#- Mart, last day of a row, group, and its measures that are known whatever the data say. -#}
{%- set known = [] %}
{%- for mart, last_day in [
    ('daily_sales_kpis', 'date_day'),
    ('daily_sales_kpis_by_country', 'date_day'),
    ('monthly_sales_kpis', 'case when last_day(month_start) > ' ~ as_of() ~ ' then ' ~ as_of() ~ ' else last_day(month_start) end'),
] %}
    {%- do known.append((mart, last_day, 'sales', sales)) %}
    {%- do known.append((mart, last_day, 'sessions', ['session_count', 'converted_session_count'])) %}
{%- endfor %}
{%- do known.append(('daily_inventory_position', 'date_day', 'stock', quantities)) %}

{%- for mart, last_day, measure_group, measures in known %}
    {{ 'union all' if not loop.first }}
    select
        '{{ mart }}' as mart,
        '{{ measure_group }}' as measure_group,
        {{ last_day }} as last_day
    from {{ ref(mart) }}
    where
        case
            when {{ last_day }} <= {{ complete_up_to([measure_group]) }}
                then {{ measures | join(' is null or ') }} is null
            else {{ measures | join(' is not null or ') }} is not null
        end
{%- endfor %}
