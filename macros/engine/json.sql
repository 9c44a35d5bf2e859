{#- One relation more: every column of `columns` taken as text from the JSON document in column `payload`.
    One call with a list of paths parses a document once: 4.1 s instead of 12.9 s for 15 fields of 5 M events. -#}
{% macro json_columns(relation, columns) -%}
    {%- set duckdb -%}
        select
            * exclude (_fields),
            {%- for column in columns %}
            _fields[{{ loop.index }}] as {{ column.name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from (
            select
                *,
                json_extract_string(payload, [
                    {%- for column in columns %}'$.{{ column.path }}'{{ ', ' if not loop.last }}{% endfor -%}
                ]) as _fields
            from {{ relation }}
        )
    {%- endset -%}
    {%- set snowflake -%}
        select
            *,
            {%- for column in columns %}
            payload:{{ column.path }}::varchar as {{ column.name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ relation }}
    {%- endset -%}
    {{ by_engine(duckdb, snowflake) }}
{%- endmacro %}


{#- A JSON object of the named columns, as text. `of`: what their relation is called, and a point. -#}
{% macro json_object_text(columns, of='') -%}
    {%- set pairs -%}
        {% for column in columns %}'{{ column }}', {{ of }}{{ column }}{{ ', ' if not loop.last }}{% endfor %}
    {%- endset -%}
    {{ by_engine(duckdb='cast(json_object(' ~ pairs ~ ') as varchar)', snowflake='to_json(object_construct_keep_null(' ~ pairs ~ '))') }}
{%- endmacro %}

{#- Whether a landed line is one JSON object. `payload`: the line as JSON, null where it is none. On DuckDB what is JSON and begins like an object is
    one; only other lines are parsed once more. -#}
{% macro is_json_object(line, payload) -%}
    {{ by_engine(
        duckdb='(' ~ payload ~ ' is not null and (starts_with(' ~ line ~ ", '{') or json_type(" ~ payload ~ ") = 'OBJECT'))",
        snowflake='coalesce(is_object(' ~ payload ~ '), false)',
    ) }}
{%- endmacro %}

{#- Whether a column of text is an object or an array in the document. Only text that begins like one is looked up. -#}
{% macro holds_container(payload, column) -%}
    {%- set type = by_engine(duckdb='json_type(' ~ payload ~ ", '$." ~ column.path ~ "')", snowflake='typeof(' ~ payload ~ ':' ~ column.path ~ ')') -%}
    ({{ column.name }} between '{' and '}' or {{ column.name }} between '[' and ']') and coalesce({{ type }} in ('OBJECT', 'ARRAY'), false)
{%- endmacro %}
