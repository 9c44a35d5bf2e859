{#- Arrays of objects inside a landed document, kept as JSON text in one column. `element`: name, data_type and required of one of the
    values that each object holds. -#}

{#- Whether a text is a JSON array. -#}
{% macro is_json_array(text) %}
    {{- return(adapter.dispatch('is_json_array', 'techco')(text)) -}}
{% endmacro %}

{% macro duckdb__is_json_array(text) -%}
    coalesce(json_type(try_cast({{ text }} as json)) = 'ARRAY', false)
{%- endmacro %}

{% macro snowflake__is_json_array(text) -%}
    coalesce(is_array(try_parse_json({{ text }})), false)
{%- endmacro %}


{#- Whether any element has what the two macros below look for, in one pass: nearly all arrays are good. `elements`: those of the array that
    are required or are no text. -#}
{% macro has_bad_element(array, elements) %}
    {{- return(adapter.dispatch('has_bad_element', 'techco')(array, elements)) -}}
{% endmacro %}

{% macro duckdb__has_bad_element(array, elements) -%}
    {%- set shape -%}
        [{ {%- for element in elements %}"{{ element.name }}": "VARCHAR"{{ ', ' if not loop.last }}{% endfor -%} }]
    {%- endset -%}
    len(list_filter(from_json(try_cast({{ array }} as json), '{{ shape }}'), lambda x: {{ is_bad('x.', '', elements) }})) > 0
{%- endmacro %}

{% macro snowflake__has_bad_element(array, elements) -%}
    array_size(filter(try_parse_json({{ array }}), x -> {{ is_bad('x:', '::varchar', elements) }})) > 0
{%- endmacro %}

{% macro is_bad(before, behind, elements) -%}
    {%- for element in elements -%}
        {%- set value = before ~ element.name ~ behind -%}
        {{ ' or ' if not loop.first }}
        {%- if element.required -%}{{ element_value(value, element) }} is null{{ ' or ' if element.data_type != 'varchar' }}{%- endif -%}
        {%- if element.data_type != 'varchar' -%}({{ is_of_other_type(value, element) }}){%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- What an object holds, as text. A blank one is no value where text, a day or an instant is wanted, as in a column. -#}
{% macro element_value(text, element) -%}
    {{ filled(text) if element.data_type in ('varchar', 'date', 'timestamp') else text }}
{%- endmacro %}

{#- A condition: text that is none of its type, or too large. -#}
{% macro is_of_other_type(text, element) -%}
    {%- set largest = var('largest').get(element.data_type) -%}
    {{ element_value(text, element) }} is not null and not coalesce({{ try_type(text, element.data_type, 'jsonl') }} {{ 'between ' ~ -largest ~ ' and ' ~ largest if largest else 'is not null' }}, false)
{%- endmacro %}


{#- Whether any object holds a value that is none of its type, or too large. -#}
{% macro has_element_of_other_type(array, element) %}
    {{- return(adapter.dispatch('has_element_of_other_type', 'techco')(array, element)) -}}
{% endmacro %}

{% macro duckdb__has_element_of_other_type(array, element) -%}
    len(list_filter({{ element_texts(array, element.name) }}, lambda x: {{ is_of_other_type('x', element) }})) > 0
{%- endmacro %}

{% macro snowflake__has_element_of_other_type(array, element) -%}
    array_size(filter(try_parse_json({{ array }}), x -> {{ is_of_other_type('x:' ~ element.name ~ '::varchar', element) }})) > 0
{%- endmacro %}


{#- Whether any element lacks the value, or is no object. -#}
{% macro has_element_without(array, element) %}
    {{- return(adapter.dispatch('has_element_without', 'techco')(array, element)) -}}
{% endmacro %}

{% macro duckdb__has_element_without(array, element) -%}
    len(list_filter({{ element_texts(array, element.name) }}, lambda x: {{ element_value('x', element) }} is not null)) < json_array_length(try_cast({{ array }} as json))
{%- endmacro %}

{% macro snowflake__has_element_without(array, element) -%}
    array_size(filter(try_parse_json({{ array }}), x -> {{ element_value('x:' ~ element.name ~ '::varchar', element) }} is null)) > 0
{%- endmacro %}

{% macro element_texts(array, name) -%}
    json_extract_string(try_cast({{ array }} as json), '$[*].{{ name }}')
{%- endmacro %}


{#- One row for each object of an array, with `keys` of its row, its position from 1, and what it holds, typed. -#}
{% macro array_elements(relation, keys, array, elements) %}
    {{- return(adapter.dispatch('array_elements', 'techco')(relation, keys, array, elements)) -}}
{% endmacro %}

{% macro duckdb__array_elements(relation, keys, array, elements) %}
    select
        {{ keys | join(', ') }},
        _position as position,
        {%- for element in elements %}
        {{ try_type(element_value("json_extract_string(_element, '$." ~ element.name ~ "')", element), element.data_type, 'jsonl') }} as {{ element.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            {{ keys | join(', ') }},
            unnest(json_extract({{ array }}, '$[*]')) as _element,
            generate_subscripts(json_extract({{ array }}, '$[*]'), 1) as _position
        from {{ relation }}
    ) as flattened
{% endmacro %}

{% macro snowflake__array_elements(relation, keys, array, elements) %}
    select
        {{ keys | join(', ') }},
        flattened.index + 1 as position,
        {%- for element in elements %}
        {{ try_type(element_value('flattened.value:' ~ element.name ~ '::varchar', element), element.data_type, 'jsonl') }} as {{ element.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}, lateral flatten(input => try_parse_json({{ array }})) as flattened
{% endmacro %}


{#- An array with only some of what each object holds, as text. -#}
{% macro array_of(array, names) %}
    {{- return(adapter.dispatch('array_of', 'techco')(array, names)) -}}
{% endmacro %}

{% macro duckdb__array_of(array, names) -%}
    cast(to_json(list_transform(
        json_extract({{ array }}, '$[*]'),
        lambda x: json_object({% for name in names %}'{{ name }}', json_extract(x, '$.{{ name }}'){{ ', ' if not loop.last }}{% endfor %})
    )) as varchar)
{%- endmacro %}

{% macro snowflake__array_of(array, names) -%}
    to_json(transform(
        try_parse_json({{ array }}),
        x -> object_construct_keep_null({% for name in names %}'{{ name }}', x:{{ name }}{{ ', ' if not loop.last }}{% endfor %})
    ))
{%- endmacro %}
