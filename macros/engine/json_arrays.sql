{#- Arrays of objects inside a landed document, kept as JSON text in one column. `element`: name, data_type and required of one of the
    values that each object holds. -#}

{#- Whether a text is a JSON array. -#}
{% macro is_json_array(text) -%}
    {%- set is_array = by_engine(duckdb='json_type(try_cast(' ~ text ~ " as json)) = 'ARRAY'", snowflake='is_array(try_parse_json(' ~ text ~ '))') -%}
    coalesce({{ is_array }}, false)
{%- endmacro %}


{#- Whether any element is bad for one of `reasons`: a value is none of its type or too large (type), or there is none of one that is required, as in an
    element that is no object (missing). `elements`: those of the array that are required or are no text. -#}
{% macro has_bad_element(array, elements, reasons=['type', 'missing']) -%}
    {%- set shape = '[{"' ~ elements | join('": "VARCHAR", "', attribute='name') ~ '": "VARCHAR"}]' -%}
    {%- set duckdb -%}
        len(list_filter(from_json(try_cast({{ array }} as json), '{{ shape }}'), lambda x: {{ is_bad('x.', '', elements, reasons) }}))
    {%- endset -%}
    {%- set snowflake -%}
        array_size(filter(try_parse_json({{ array }}), x -> {{ is_bad('x:', '::varchar', elements, reasons) }}))
    {%- endset -%}
    {{ by_engine(duckdb, snowflake) }} > 0
{%- endmacro %}

{% macro is_bad(before, behind, elements, reasons) -%}
    {%- set conditions = [] -%}
    {%- for element in elements -%}
        {%- set text = element_value(before ~ element.name ~ behind, element) -%}
        {%- do conditions.append(text ~ ' is null') if element.required and 'missing' in reasons -%}
        {%- if element.data_type != 'varchar' and 'type' in reasons -%}
            {%- set value, largest = try_type(before ~ element.name ~ behind, element.data_type, 'jsonl'), var('largest').get(element.data_type) -%}
            {%- set is_good = value ~ (' between ' ~ -largest ~ ' and ' ~ largest if largest else ' is not null') -%}
            {%- do conditions.append('(' ~ text ~ ' is not null and not coalesce(' ~ is_good ~ ', false))') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ conditions | join(' or ') }}
{%- endmacro %}

{#- What an object holds, as text. A blank one is no value where text, a day or an instant is wanted, as in a column. -#}
{% macro element_value(text, element) -%}
    {{ filled(text) if element.data_type in ('varchar', 'date', 'timestamp') else text }}
{%- endmacro %}


{#- One row for each object of an array, with `keys` of its row, its position from 1, and what it holds, typed. -#}
{% macro array_elements(relation, keys, array, elements) -%}
    {%- set flattened_by_duckdb -%}
        (
            select
                {{ keys | join(', ') }},
                unnest(json_extract({{ array }}, '$[*]')) as value,
                generate_subscripts(json_extract({{ array }}, '$[*]'), 1) as place
            from {{ relation }}
        ) as flattened
    {%- endset -%}
    {%- set flattened_by_snowflake -%}
        {{ relation }}, lateral flatten(input => try_parse_json({{ array }})) as flattened
    {%- endset -%}
    select
        {{ keys | join(', ') }},
        {{ by_engine(duckdb='flattened.place', snowflake='flattened.index + 1') }} as position,
        {%- for element in elements %}
        {%- set text = by_engine(
            duckdb="json_extract_string(flattened.value, '$." ~ element.name ~ "')", snowflake='flattened.value:' ~ element.name ~ '::varchar'
        ) %}
        {{ try_type(element_value(text, element), element.data_type, 'jsonl') }} as {{ element.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ by_engine(flattened_by_duckdb, flattened_by_snowflake) }}
{%- endmacro %}


{#- An array with only some of what each object holds, as text. -#}
{% macro array_of(array, names) -%}
    {%- set duckdb -%}
        cast(to_json(list_transform(
            json_extract({{ array }}, '$[*]'),
            lambda x: json_object({% for name in names %}'{{ name }}', json_extract(x, '$.{{ name }}'){{ ', ' if not loop.last }}{% endfor %})
        )) as varchar)
    {%- endset -%}
    {%- set snowflake -%}
        to_json(transform(
            try_parse_json({{ array }}),
            x -> object_construct_keep_null({% for name in names %}'{{ name }}', x:{{ name }}{{ ', ' if not loop.last }}{% endfor %})
        ))
    {%- endset -%}
    {{ by_engine(duckdb, snowflake) }}
{%- endmacro %}
