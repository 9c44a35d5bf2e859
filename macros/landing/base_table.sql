{#- A base model: every landed row of one raw table, typed after the contract. A column that cannot be read as its type is null, and
    _issues says why the row is not good; _raw then keeps the row as it came. Files that are loaded already are not read again.
    Rows of erased persons come anonymised or suppressed (macros/privacy/suppression.sql); _erased_key says whose they were. -#}
{% macro base_table(source_name, table_name) %}
    {{- config(
        schema='base', materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns',
        post_hook=['{{ supersede_rows() }}', '{{ remember_loaded_files() }}', '{{ remember_empty_files() }}'], docs={'node_color': '#b3261e'},
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
    {% for column in keyed_columns(table) -%}
    {% set identifier = '(' ~ anonymised(column, table, column.name) ~ ')' if suppressing else column.name -%}
    {{ pseudonym(identifier, column.classification) }} as {{ key_column(column) }},
    {% endfor -%}
    {{ 'cast(null as bigint) as _superseded_load_id,' if table.feed != 'cdc' }}
    {{ current_load_id() }} as _load_id
from {{ 'judged' if suppressing else 'checked' }}
{% endmacro %}

{#- The rows to be loaded, as [format, query], for each format in which there are any. -#}
{% macro rows_by_format(table) %}
    {%- set formats, found = landed_formats(table), [] -%}
    {%- for format in formats -%}
        {%- set rows = rows_of_format(dict(table, format=format), alone=formats | length == 1) -%}
        {%- do found.append([format, rows]) if rows is not none -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}

{#- CTEs: the landed rows of one format, typed and checked; the last, `<format>_rows`, has the same columns whatever the format. -#}
{% macro checked_rows(table, landed) -%}
{%- set format = table.format -%}
{{ format }}_landed as (
    {% if format == 'jsonl' %}
    {{ json_columns('(' ~ landed ~ ') as landed', table.columns) }}
    where _line is not null
    {% else %}
    {{ landed }}
    {% endif %}
),

-- Each value is typed once, beside what it was, and each array parsed once.
{{ format }}_typed as (

    select
        {% for column in table.columns -%}
        {{ typed(column, table) }} as {{ typed_name(column) }},
        {{ parsed_array(column.name, column.elements) ~ ' as _parsed_' ~ column.name ~ ',' if column.elements }}
        {% endfor -%}
        *
    from {{ format }}_landed

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
{%- set columns = {
    '_file': 'varchar', '_row': 'bigint', '_ingested_on': 'date', '_issues': 'varchar', '_raw': 'varchar', '_erased_key': 'varchar',
} -%}
{%- for column in keyed_columns(table) -%}{%- do columns.update({key_column(column): 'varchar'}) -%}{%- endfor -%}
{%- do columns.update({'_superseded_load_id': 'bigint'}) if table.feed != 'cdc' -%}
{%- do columns.update({'_load_id': 'bigint'}) -%}
select
    {% for column in table.columns -%}
    cast(null as {{ column.data_type }}) as {{ column.name }},
    {% endfor -%}
    {%- for name, data_type in columns.items() -%}
    cast(null as {{ data_type }}) as {{ name }}{{ ',' if not loop.last }}
    {% endfor -%}
limit 0
{% endmacro %}

{#- A landed value as its column's type; null where it is none, and for a blank text. -#}
{% macro typed(column, table) -%}
    {%- set has_comma = table.format == 'csv' and table.csv.get('decimal_comma') and column.data_type not in ('boolean', 'date', 'timestamp') -%}
    {%- if column.data_type == 'varchar' -%}
        {{ filled(column.name) }}
    {%- elif column.format and table.format == 'csv' -%}
        {{ parse_instant(column.name, column.data_type, column.format) }}
    {%- else -%}
        {{ try_type(number_with_comma(column.name) if has_comma else column.name, column.data_type, table.format) }}
    {%- endif -%}
{%- endmacro %}

{#- The name that a column has while its value is typed. -#}
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

{#- Whether a row has no value in a column, not even one that could not be read. -#}
{% macro is_missing(column, table) -%}
    {%- if column.data_type == 'varchar' -%}
        {{ typed_name(column) }} is null
    {%- elif column.data_type in ('date', 'timestamp') and table.format != 'parquet' -%}
        {{ typed_name(column) }} is null and {{ unread_text(column) }} is null
    {%- else -%}
        {{ column.name }} is null
    {%- endif -%}
{%- endmacro %}

{#- The text of a value that could not be read. -#}
{% macro unread_text(column) -%}
    case when {{ typed_name(column) }} is null then {{ filled(column.name) }} end
{%- endmacro %}

{#- The row as it came. `of`: what it is called, and a point, as columns of the same names are made beside it. -#}
{% macro raw_row(table, of) -%}
    {%- set as_object = json_object_text(table.columns | map(attribute='name') | list, of) -%}
    {{ {'jsonl': '_line', 'csv': 'coalesce(_line, ' ~ as_object ~ ')', 'parquet': as_object}[table.format] }}
{%- endmacro %}

{#- Why a row cannot be used: reason codes `reason:column`, separated by spaces; null for a good row. Every row is looked at by the short conditions
    of `looked_for`; only of those that fail, reasons are worked out. -#}
{% macro issues(table) %}
    {#- Of a change log's delete only its key and its place in the log are needed; whatever else it carries is read by nobody. -#}
    {%- set is_living = "coalesce(_op, '') <> 'd'" -%}
    {%- set needed = table.columns | map(attribute='name') | list if table.feed != 'cdc' else table.key + var('feeds').cdc.required -%}
    {%- set looked_for, looked_for_in_living, reasons = [], [], [] -%}
    {%- for column in table.columns -%}
        {%- for condition, reason in checks_of_column(column, table) -%}
            {%- do (looked_for if column.name in needed else looked_for_in_living).append(condition) -%}
            {%- do reasons.append([condition if column.name in needed else is_living ~ ' and (' ~ condition ~ ')', reason ~ ':' ~ column.name]) -%}
        {%- endfor -%}
        {%- set judged = [] -%}
        {%- for element in column.elements -%}
            {%- set possible = (['type'] if element.data_type != 'varchar' else []) + (['missing'] if element.required else []) -%}
            {%- do judged.append(element) if possible -%}
            {%- for reason in possible -%}
                {%- do reasons.append([has_bad_element('_parsed_' ~ column.name, [element], [reason]), reason ~ ':' ~ column.name ~ '.' ~ element.name]) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- do looked_for.append(has_bad_element('_parsed_' ~ column.name, judged)) if judged -%}
    {%- endfor -%}
    {%- if looked_for_in_living -%}
        {%- do looked_for.append(is_living ~ ' and ((' ~ looked_for_in_living | join(') or (') ~ '))') -%}
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
                    {%- for condition, reason in reasons %}
                    {{ '|| ' if not loop.first }}case when {{ condition }} then '{{ reason }} ' else '' end
                    {%- endfor %}
                ), '')
        end
{% endmacro %}

{#- What is checked of a column, as [condition on which the value is bad, reason]. -#}
{% macro checks_of_column(column, table) %}
    {%- set checks, value, is_instant = [], typed_name(column), column.data_type in ('date', 'timestamp') -%}
    {%- if column.data_type != 'varchar' -%}
        {%- do checks.append([is_of_wrong_type(column, table), 'type']) -%}
    {%- elif column.elements -%}
        {%- do checks.append([value ~ ' is not null and not ' ~ is_json_array('_parsed_' ~ column.name), 'type']) -%}
    {%- elif table.format == 'jsonl' -%}
        {%- do checks.append([holds_container('payload', column), 'type']) -%}
    {%- endif -%}
    {%- do checks.append([outside_calendar(value), 'range']) if is_instant and (column.required or column.name.startswith('_')) -%}
    {%- if column.maximum -%}
        {%- do checks.append([value ~ ' not between ' ~ (column.minimum or -column.maximum) ~ ' and ' ~ column.maximum, 'range']) -%}
    {%- endif -%}
    {%- if column.data_type == 'decimal(18,3)' and 'currency_code' in table.columns | map(attribute='name') -%}
        {%- do checks.append([in_minor_unit(value, 'currency_code') ~ ' <> ' ~ value, 'digits']) -%}
    {%- endif -%}
    {%- do checks.append([is_missing(column, table), 'missing']) if column.required -%}
    {%- do checks.append([value ~ " not in ('" ~ column.accepted | join("', '") ~ "')", 'domain']) if column.accepted -%}
    {{- return(checks) -}}
{% endmacro %}

{#- When a row happened, or was written, on no day that the business knows: the year 1 and the year 9999 are what systems write for none.
    It would be counted in facts and on no day, and as a version it would stand above or below all others for ever. Other columns may
    hold such days, as an end that is open. -#}
{% macro outside_calendar(value) -%}
    {{ value }} < cast('{{ var("calendar_start") }}' as date) or {{ value }} >= cast('{{ var("calendar_end") }}' as date)
{%- endmacro %}

{#- Post-hook of base models: the files are loaded whose rows they hold. On DuckDB it is in the transaction of their insert. On Snowflake it is
    not, so it notes what a run that was killed before it has left: whatever came behind the last load id that is noted. Rows that a person's rights
    have changed since have a greater load id, and came in files that are noted. -#}
{% macro remember_loaded_files() %}
    {%- set source_name, table_name = model.name.removeprefix('base_').split('__') -%}
    {%- if not is_incremental() %}
    delete from {{ ledger('loaded_files') }} where {{ of_table(source_name, table_name) }};
    {%- endif %}
    insert into {{ ledger('loaded_files') }}
    select '{{ source_name }}', '{{ table_name }}', _file, min(_ingested_on), max(_load_id), count(*)
    from {{ this }}
    where
        _load_id > {{ last_noted_load_id(source_name, table_name) }}
        and _file not in (select file_path from {{ ledger('loaded_files') }} where {{ of_table(source_name, table_name) }})
    group by _file
{% endmacro %}

{#- The last load id of a base model of which files are noted. -#}
{% macro last_noted_load_id(source_name, table_name) -%}
    (select coalesce(max(load_id), 0) from {{ ledger('loaded_files') }} where {{ of_table(source_name, table_name) }})
{%- endmacro %}

{#- A condition on control tables: rows of a raw table. -#}
{% macro of_table(source_name, table_name) -%}
    source_name = '{{ source_name }}' and table_name = '{{ table_name }}'
{%- endmacro %}
