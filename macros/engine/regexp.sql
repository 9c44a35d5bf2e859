{#- A text in which everything that is of a regular expression is replaced, without regard to case. `pattern` is SQL: a literal made by text_literal() or an
    expression; `replacement` is plain text and may name groups as \1. `exact`: with regard to case. Both engines have RE2: no looking around, and
    \b knows ASCII only. -#}
{% macro replace_matches(text, pattern, replacement, exact=false) -%}
    {%- set options = by_engine(duckdb="'g'" if exact else "'gi'", snowflake='1, 0, ' ~ ("'c'" if exact else "'i'")) -%}
    regexp_replace({{ text }}, {{ pattern }}, {{ text_literal(replacement) }}, {{ options }})
{%- endmacro %}

{#- Whether something in a text is of a regular expression, without regard to case. -#}
{% macro contains_match(text, pattern) -%}
    {%- set given = text ~ ', ' ~ text_literal(pattern) -%}
    {{ by_engine(duckdb='regexp_matches(' ~ given ~ ", 'i')", snowflake='regexp_instr(' ~ given ~ ", 1, 1, 0, 'i') > 0") }}
{%- endmacro %}

{#- What a text has of a regular expression at the n-th place; null where there are fewer. -#}
{% macro nth_match(text, pattern, place) -%}
    {%- set given = text ~ ', ' ~ text_literal(pattern) -%}
    {{ by_engine(
        duckdb='regexp_extract_all(' ~ given ~ ')[' ~ place ~ ']',
        snowflake='regexp_substr(' ~ given ~ ', 1, ' ~ place ~ ", 'c')",
    ) }}
{%- endmacro %}


{#- A text in small letters without accents. -#}
{% macro plain_letters(text) %}
    {{- return(adapter.dispatch('plain_letters', 'techco')(text)) -}}
{% endmacro %}

{% macro duckdb__plain_letters(text) -%}
    {#- It leaves letters that a stroke goes through. -#}
    replace(replace(replace(replace(strip_accents(lower({{ text }})), 'ø', 'o'), 'ł', 'l'), 'đ', 'd'), 'ı', 'i')
{%- endmacro %}

{#- Marks that stand alone behind a letter have no letter to become, and go. -#}
{% macro snowflake__plain_letters(text) -%}
    {%- set ns = namespace(accented='', plain='') -%}
    {%- for plain, accented in accented_letters().items() -%}
        {%- set ns.accented = ns.accented ~ accented -%}
        {%- set ns.plain = ns.plain ~ plain * accented | length -%}
    {%- endfor -%}
    translate(lower({{ text }}), '{{ ns.accented ~ "\u0300\u0301\u0302\u0303\u0308\u030a\u030c\u0327" }}', '{{ ns.plain }}')
{%- endmacro %}
