{#- Fields of CSV files as columns, from a raw table, where each line is an array; none without a file. Each file's first row says which is which, and
    files with the same are one group. -#}
{% macro loaded_fields(table, raw, condition) %}
    {%- set headers = run_query('select distinct ' ~ fields_as_json() ~ ' from ' ~ raw ~ ' where _row = 1 and ' ~ condition).columns[0] -%}
    {%- set selects = [] -%}
    {%- for header in headers.values() | sort -%}
        {%- do selects.append(fields_of_header(table, raw, condition, header)) -%}
    {%- endfor -%}
    {{- return(selects | join(' union all ') if selects else none) -}}
{% endmacro %}

{#- The fields that a line has, as a JSON array. -#}
{% macro fields_as_json() -%}
    replace(to_json(_fields), ',"' || {{ no_field() }} || '"', '')
{%- endmacro %}

{#- The rows of CSV files that have one header, each field under the name that it has there. -#}
{% macro fields_of_header(table, raw, condition, header) %}
    {%- set names = fromjson(header) | map('lower') | list -%}
    {%- if names | length == csv_fields(table) -%}
        {%- do exceptions.raise_compiler_error(
            table.source ~ '.' ~ table.table ~ ': a file has ' ~ names | length ~ ' columns or more, and no more than ' ~ (csv_fields(table) - 1)
            ~ ' are kept. Add the columns that it has to the contract, load into a new raw table, and build again.'
        ) -%}
    {%- endif -%}
    select
        {%- for column in table.columns %}
        {% if column.name | lower in names -%}
        nullif(nullif(_fields[{{ names.index(column.name | lower) }}]::varchar, ''), {{ no_field() }})
        {%- else -%}
        cast(null as varchar)
        {%- endif %} as {{ column.name }},
        {%- endfor %}
        case
            when _fields[{{ names | length }}]::varchar <> {{ no_field() }} or _fields[{{ names | length - 1 }}]::varchar = {{ no_field() }}
                then {{ fields_as_json() }}
        end as _line,
        _file,
        _row - 1 as _row,
        _ingested_on
    from {{ raw }}
    where
        _row > 1
        and {{ condition }}
        and _file in (select _file from {{ raw }} where _row = 1 and md5({{ fields_as_json() }}) = '{{ local_md5(header) }}')
{% endmacro %}

{#- What stands in an array for a field that its line does not have: a null in an array is no JSON on Snowflake. -#}
{% macro no_field() -%}
    chr(127)
{%- endmacro %}

{#- How many fields of a CSV line are kept: those of the contract, and some for columns that it does not know. -#}
{% macro csv_fields(table) %}
    {{- return(table.columns | length + 16) -}}
{% endmacro %}
