{#- Arrays of objects inside a landed document, kept as JSON text in one column. `element`: name, data_type and required of one of the
    values that each object holds. -#}

{#- A text as an array whose objects can be looked at, null where it is no JSON; and whether that is an array. -#}
{% macro parsed_array(text, elements) -%}
    {%- set shape = '[{"' ~ elements | join('": "VARCHAR", "', attribute='name') ~ '": "VARCHAR"}]' -%}
    {{ by_engine(duckdb='from_json(try_cast(' ~ text ~ " as json), '" ~ shape ~ "')", snowflake='try_parse_json(' ~ text ~ ')') }}
{%- endmacro %}

{#- Whether parsed_array() has found an array. -#}
{% macro is_json_array(parsed) -%}
    {{ by_engine(duckdb=parsed ~ ' is not null', snowflake='coalesce(is_array(' ~ parsed ~ '), false)') }}
{%- endmacro %}

{#- Whether any element of a parsed array is bad for one of `reasons`: a value is none of its type or too large (type), or there is none of one that
    is required, as in an element that is no object (missing). `elements`: those of the array that are required or are no text. -#}
{% macro has_bad_element(parsed, elements, reasons=['type', 'missing']) -%}
    {{ by_engine(
        duckdb='len(list_filter(' ~ parsed ~ ', lambda x: ' ~ is_bad('x.', '', elements, reasons) ~ '))',
        snowflake='array_size(filter(' ~ parsed ~ ', x -> ' ~ is_bad('x:', '::varchar', elements, reasons) ~ '))',
    ) }} > 0
{%- endmacro %}

{#- Whether an element of an array lacks what is required, or has something of a wrong type; `before` and `behind` stand around its field's name. -#}
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
