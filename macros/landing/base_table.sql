{#- A base model: every landed row of one raw table, typed after the contract. A column that cannot be read as its type is null, and
    _issues says why the row is not good; _raw then keeps the row as it came. Files that are loaded already are not read again.
    Rows of erased persons come anonymised or suppressed (macros/privacy/suppression.sql); _erased_key says whose they were. -#}
{% macro base_table(source_name, table_name) %}
    {{- config(
        schema='base', materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns',
        post_hook=['{{ remember_loaded_files() }}', '{{ remember_empty_files() }}'], docs={'node_color': '#b3261e'},
        persist_docs={'relation': true, 'columns': true}
    ) -}}
    {%- set raw = source(source_name, table_name) -%}
    {%- set parent = base_of_link(source_name ~ '.' ~ table_name) -%}
    {%- if not execute -%}{{ return('select * from ' ~ raw) }}{%- endif -%}
    {%- set table = contract(source_name, table_name) -%}
    {%- set landed = rows_by_format(table) -%}
    {#- dbt cuts off what is read by ref() only; a file that is noted as loaded has to reach whatever reads its rows. -#}
    {%- if invocation_args_dict.get('empty') or not landed -%}{{ return(no_rows(table)) }}{%- endif -%}
    {%- set suppressing = suppressions_exist() -%}
with

{% for format, rows in landed -%}
{{ checked_rows(dict(table, format=format), rows) }},

{% endfor -%}
checked as (
    {% for format, _ in landed %}
    {{ 'union all' if not loop.first }}
    select *
    from {{ format }}_rows
    {% endfor %}
)
{%- if suppressing %},
{{ rows_of_erased_persons(table, parent) }}
{%- endif %}

select
    {% for column in table.columns -%}
    {{ anonymised(column, table, column.name) ~ ' as ' if suppressing }}{{ column.name }},
    {% endfor -%}
    _file,
    _row,
    _ingested_on,
    {{ "case when _is_suppressed then 'suppressed' else _issues end as _issues" if suppressing else '_issues' }},
    {{ anonymised_raw('_raw') ~ ' as _raw' if suppressing else '_raw' }},
    {{ '_erased_key' if suppressing else 'cast(null as varchar) as _erased_key' }},
    {{ current_batch() }} as _batch
from {{ 'judged' if suppressing else 'checked' }}
{% endmacro %}

{#- The rows to be loaded, as [format, query], for each format in which there are any. -#}
{% macro rows_by_format(table) %}
    {%- set formats, found = landed_formats(table), [] -%}
    {%- for format in formats -%}
        {%- set landed, alone = dict(table, format=format), formats | length == 1 -%}
        {%- set rows = new_rows(landed, alone) if is_incremental() else all_rows(landed, alone) -%}
        {%- if rows is not none -%}{%- do found.append([format, rows]) -%}{%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}

{#- CTEs: the landed rows of one format, typed and checked; the last, `<format>_rows`, has the same columns whatever the format. -#}
{% macro checked_rows(table, landed) -%}
{%- set format = table.format -%}
{{ format }}_landed as (

    {{ landed }}

),

{{ format }}_fields as (
    {% if format == 'jsonl' %}
    {{ json_columns('jsonl_landed', table.columns) }}
    where _line is not null
    {% else %}
    select * from {{ format }}_landed
    {% endif %}
),

-- Each value is typed once, beside what it was.
{{ format }}_typed as (

    select
        {% for column in table.columns -%}
        {{ typed(column, table) }} as {{ typed_name(column) }},
        {% endfor -%}
        *
    from {{ format }}_fields

),

{{ format }}_checked as (

    select
        *,
        {{ issues(table) }} as _issues
    from {{ format }}_typed

),

{{ format }}_rows as (

    select
        {% for column in table.columns -%}
        {{ held_back(typed_name(column)) if could_look_personal(column, table) else typed_name(column) }} as {{ column.name }},
        {% endfor -%}
        _file,
        _row,
        _ingested_on,
        _issues,
        case when _issues is not null then {{ raw_row(table, format ~ '_checked.') }} end as _raw
    from {{ format }}_checked

)
{%- endmacro %}

{#- The columns of a base model without a row: nothing to type, and nothing that DuckDB would have to plan. -#}
{% macro no_rows(table) %}
select
    {% for column in table.columns -%}
    cast(null as {{ column.data_type }}) as {{ column.name }},
    {% endfor -%}
    cast(null as varchar) as _file,
    cast(null as bigint) as _row,
    cast(null as date) as _ingested_on,
    cast(null as varchar) as _issues,
    cast(null as varchar) as _raw,
    cast(null as varchar) as _erased_key,
    cast(null as bigint) as _batch
limit 0
{% endmacro %}

{#- A landed value as its column's type; null where it is none, and for a blank text. -#}
{% macro typed(column, table) -%}
    {%- if column.data_type == 'varchar' -%}
        {{ filled(column.name) }}
    {%- elif column.format and table.format == 'csv' -%}
        {{ parse_instant(column.name, column.data_type, column.format) }}
    {%- elif table.format == 'csv' and table.csv.get('decimal_comma') and column.data_type not in ('varchar', 'boolean', 'date', 'timestamp') -%}
        {{ try_type(number_with_comma(column.name), column.data_type, table.format) }}
    {%- else -%}
        {{ try_type(column.name, column.data_type, table.format) }}
    {%- endif -%}
{%- endmacro %}

{% macro typed_name(column) -%}
    _typed_{{ column.name }}
{%- endmacro %}

{#- Conditions: a column has a value that cannot be read as its type, and it has none. A blank text is no value where text, a day or an
    instant is wanted; only instants that could not be read are looked at once more. -#}
{% macro is_of_wrong_type(column, table) -%}
    {%- if column.data_type in ('date', 'timestamp') and table.format != 'parquet' -%}
        {{ unread_text(column) }} is not null
    {%- else -%}
        {{ column.name }} is not null and {{ typed_name(column) }} is null
    {%- endif -%}
{%- endmacro %}

{% macro is_missing(column, table) -%}
    {%- if column.data_type == 'varchar' -%}
        {{ typed_name(column) }} is null
    {%- elif column.data_type in ('date', 'timestamp') and table.format != 'parquet' -%}
        {{ typed_name(column) }} is null and {{ unread_text(column) }} is null
    {%- else -%}
        {{ column.name }} is null
    {%- endif -%}
{%- endmacro %}

{% macro unread_text(column) -%}
    case when {{ typed_name(column) }} is null then {{ filled(column.name) }} end
{%- endmacro %}

{#- The row as it came. `of`: what it is called, and a point, where columns of the same names are made beside it. -#}
{% macro raw_row(table, of='') -%}
    {%- set as_object = json_object_text(table.columns | map(attribute='name') | list, of) -%}
    {%- if table.format == 'jsonl' -%}
        _line
    {%- elif table.format == 'csv' -%}
        coalesce(_line, {{ as_object }})
    {%- else -%}
        {{ as_object }}
    {%- endif -%}
{%- endmacro %}

{#- Why a row cannot be used: reason codes `reason:column`, separated by spaces; null for a good row. -#}
{% macro issues(table) %}
    {#- What every row is looked at for, and what of a change log only rows that are no delete are; what it is, told of the few that have any.
        The last decides: where it tells nothing, the row is good. -#}
    {%- set looked_for, of_living, found = [], [], [] -%}
    {%- for column in table.columns -%}
        {%- set in_column = [] -%}
        {%- if column.data_type != 'varchar' -%}
            {%- do in_column.append([is_of_wrong_type(column, table), 'type:' ~ column.name]) -%}
        {%- elif table.format == 'jsonl' and not column.elements -%}
            {%- do in_column.append([holds_container('payload', column), 'type:' ~ column.name]) -%}
        {%- endif -%}
        {%- if column.data_type in ('date', 'timestamp') and (column.required or column.name.startswith('_')) -%}
            {%- do in_column.append([outside_calendar(column), 'range:' ~ column.name]) -%}
        {%- endif -%}
        {%- if column.maximum -%}
            {%- do in_column.append([typed_name(column) ~ ' not between ' ~ (column.minimum or -column.maximum) ~ ' and ' ~ column.maximum, 'range:' ~ column.name]) -%}
        {%- endif -%}
        {%- if column.data_type == 'decimal(18,3)' and 'currency_code' in table.columns | map(attribute='name') -%}
            {%- do in_column.append([in_minor_unit(typed_name(column), 'currency_code') ~ ' <> ' ~ typed_name(column), 'digits:' ~ column.name]) -%}
        {%- endif -%}
        {%- if column.required -%}
            {%- do in_column.append([is_missing(column, table), 'missing:' ~ column.name]) -%}
        {%- endif -%}
        {%- if column.accepted -%}
            {%- do in_column.append([typed_name(column) ~ " not in ('" ~ column.accepted | join("', '") ~ "')", 'domain:' ~ column.name]) -%}
        {%- endif -%}
        {%- if column.elements -%}
            {%- do in_column.append([typed_name(column) ~ ' is not null and not ' ~ is_json_array(typed_name(column)), 'type:' ~ column.name]) -%}
        {%- endif -%}
        {#- A delete needs its key and its place in the log only; whatever else it carries is read by nobody. -#}
        {%- set of_all = table.feed != 'cdc' or column.name in table.key + var('feeds').cdc.required -%}
        {%- do (looked_for if of_all else of_living).extend(in_column | map('first')) -%}
        {%- for condition, reason in in_column -%}
            {%- do found.append([condition if of_all else is_living() ~ ' and (' ~ condition ~ ')', reason]) -%}
        {%- endfor -%}
        {%- set judged = [] -%}
        {%- for element in column.elements -%}
            {%- if element.required or element.data_type != 'varchar' -%}
                {%- do judged.append(element) -%}
            {%- endif -%}
            {%- if element.data_type != 'varchar' -%}
                {%- do found.append([has_element_of_other_type(column.name, element), 'type:' ~ column.name ~ '.' ~ element.name]) -%}
            {%- endif -%}
            {%- if element.required -%}
                {%- do found.append([has_element_without(column.name, element), 'missing:' ~ column.name ~ '.' ~ element.name]) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if judged -%}
            {%- do looked_for.append(has_bad_element(column.name, judged)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if of_living -%}
        {%- do looked_for.append(is_living() ~ ' and ((' ~ of_living | join(') or (') ~ '))') -%}
    {%- endif -%}
        case
            {%- if table.format == 'jsonl' %}
            when not {{ is_json_object('_line', 'payload') }} then 'unreadable'
            {%- elif table.format == 'csv' %}
            when _line is not null then 'unreadable'
            {%- endif %}
            when
                {%- for condition in looked_for %}
                {{ 'or ' if not loop.first }}({{ condition }})
                {%- endfor %}
                then nullif(rtrim(
                    {%- for condition, reason in found %}
                    {{ '|| ' if not loop.first }}case when {{ condition }} then '{{ reason }} ' else '' end
                    {%- endfor %}
                ), '')
        end
{% endmacro %}

{#- A condition on a change log's row: it is no delete. -#}
{% macro is_living() -%}
    coalesce(_op, '') <> 'd'
{%- endmacro %}

{#- When a row happened, or was written, on no day that the business knows: the year 1 and the year 9999 are what systems write for none.
    It would be counted in facts and on no day, and as a version it would stand above or below all others for ever. Other columns may
    hold such days, as an end that is open. -#}
{% macro outside_calendar(column) -%}
    {{ typed_name(column) }} < cast('{{ var("calendar_start") }}' as date) or {{ typed_name(column) }} >= cast('{{ var("calendar_end") }}' as date)
{%- endmacro %}

{#- Post-hook of base models: the files are loaded whose rows they hold. On DuckDB it is in the transaction of their insert. On Snowflake it is
    not, so it notes what a run that was killed before it has left: whatever came behind the last batch that is noted. -#}
{% macro remember_loaded_files() %}
    {%- set source_name, table_name = model.name.removeprefix('base_').split('__') -%}
    {#- Rows that a person's rights have changed since have a greater batch, and came in files that are noted. -#}
    {%- set not_noted -%}
        _batch > {{ last_noted_batch(source_name, table_name) }}
        and _file not in (
            select file_path from {{ ledger('loaded_files') }} where source_name = '{{ source_name }}' and table_name = '{{ table_name }}'
        )
    {%- endset %}
    delete from {{ ledger('loaded_files') }}
    where
        source_name = '{{ source_name }}'
        and table_name = '{{ table_name }}'
        {%- if execute and is_incremental() %}
        and file_path in (select _file from {{ this }} where {{ not_noted }})
        {%- endif %};
    insert into {{ ledger('loaded_files') }}
    select '{{ source_name }}', '{{ table_name }}', _file, min(_ingested_on), max(_batch), count(*)
    from {{ this }}
    where {{ not_noted }}
    group by _file
{% endmacro %}

{#- The last batch of a base model of which files are noted. -#}
{% macro last_noted_batch(source_name, table_name) -%}
    (
        select coalesce(max(batch), 0) from {{ ledger('loaded_files') }}
        where source_name = '{{ source_name }}' and table_name = '{{ table_name }}'
    )
{%- endmacro %}
