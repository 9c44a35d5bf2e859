{#- Built after all base models, which note what has landed. -#}
{{ config(materialized='table') }}
{% set table_rows = [] %}
{% for source_name, names in var('raw_tables').items() %}
    {% for table_name in names %}
        -- depends_on: {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
        {%- if execute %}
            {%- set cadence = contract(source_name, table_name).cadence %}
            {%- set holds = 'true' if cadence.holds_until_next else 'false' %}
            {%- do table_rows.append([source_name, table_name, cadence.every, holds]) %}
        {%- endif %}
    {% endfor %}
{% endfor %}

with

declared_tables as (

    {{ declared_rows(['source_name', 'table_name', 'every_days', 'holds_until_next'], table_rows) }}

),

newest as (

    select
        source_name,
        table_name,
        max(ingested_on) as newest_landing_day,
        count(distinct ingested_on) as landing_days
    from {{ deliveries() }} as deliveries
    group by source_name, table_name

),

tables_with_deliveries as (

    select
        declared_tables.source_name,
        declared_tables.table_name,
        cast(declared_tables.every_days as bigint) as every_days,
        declared_tables.holds_until_next = 'true' as holds_until_next,
        newest.newest_landing_day,
        coalesce(newest.landing_days, 0) as landing_days,
        {{ as_of() }} as as_of_date
    from declared_tables
    left join newest
        on
            declared_tables.source_name = newest.source_name
            and declared_tables.table_name = newest.table_name

),

-- A delivery holds all rows up to its day. A table that comes when something changes is complete on any day.
tables_with_due_days as (

    select
        *,
        {{ add_days('newest_landing_day', 'every_days') }} as due_on,
        case
            when every_days is null and newest_landing_day is not null then as_of_date
            when holds_until_next then {{ add_days('newest_landing_day', 'every_days - 1') }}
            else newest_landing_day
        end as known_up_to
    from tables_with_deliveries

)

select
    ---------- keys
    source_name,
    table_name,

    ---------- attributes
    every_days,
    holds_until_next,
    as_of_date,
    newest_landing_day,
    due_on,
    cast(
        case
            when known_up_to < as_of_date then known_up_to
            when known_up_to is not null then as_of_date
        end as date
    ) as complete_up_to,

    ---------- measures
    cast(landing_days as bigint) as landing_days,
    cast(
        case
            when due_on <= as_of_date then {{ days_between('due_on', 'as_of_date') }} + 1
            else 0
        end as bigint
    ) as days_late
from tables_with_due_days
