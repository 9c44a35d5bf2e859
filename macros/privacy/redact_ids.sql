{#- A text without the ids that are known of its person: [person_id]. Each is found in capitals and small letters, with a mark or blank between
    letters and digits, without the zeros that stand first, and its digits alone where they are six or more. An expression of its own costs time,
    so one is made only where an id is in the text. -#}
{% macro redact_ids(text, ids) -%}
    {%- set pattern -%}
        '(^|[^0-9a-z])(' || {{ any_form_of_id(telling_ids(ids)) }} || ')($|[^0-9a-z])'
    {%- endset -%}
    case
        when {{ ids_occur(text, ids) }}
            then {{ replace_matches(replace_matches(text, pattern, '\\1[person_id]\\3'), pattern, '\\1[person_id]\\3') }}
        else {{ text }}
    end
{%- endmacro %}

{#- Ids as words with one blank between two, in small letters and of ASCII without marks; none of fewer than four characters, which are in many
    texts. -#}
{% macro telling_ids(ids) -%}
    {%- set words = replace_matches("lower(" ~ ids ~ ")", text_literal('[!-/:-@\\[-`{-~]+'), '.') -%}
    {{ without_words(replace_matches(words, text_literal('(^|[ ])[.]+|[.]+($|[ ])'), ' '), '[^ ]{1,3}') }}
{%- endmacro %}

{#- Whether an id may be in a text: letters and digits alone are compared, without zeros. With more than four ids it is not asked. -#}
{% macro ids_occur(text, ids) -%}
    {%- set plain_text = replace_matches("lower(" ~ text ~ ")", text_literal('[ -0:-@\\[-`{-~]'), '') -%}
    {%- set words = replace_matches("lower(" ~ ids ~ ")", text_literal('[!-0:-@\\[-`{-~]'), '') -%}
    (
        {%- for place in range(1, 5) %}
        {{ 'or ' if not loop.first }}contains({{ plain_text }}, nullif({{ replace_matches("split_part(" ~ words ~ ", ' ', " ~ place ~ ")", text_literal('^[a-z]*'), '') }}, ''))
        or contains({{ plain_text }}, nullif(split_part({{ words }}, ' ', {{ place }}), ''))
        {%- endfor %}
        or split_part({{ words }}, ' ', 5) <> ''
    )
{%- endmacro %}

{#- An expression for any of some ids. -#}
{% macro any_form_of_id(ids) -%}
    {%- set digits = replace_matches("'  ' || replace(" ~ ids ~ ", ' ', '  ') || '  '", text_literal('[^0-9 ]'), '') -%}
    {%- set digits = with_single_blanks(replace_matches(digits, text_literal(' [0-9]{1,5} '), '')) -%}
    {%- set forms = "coalesce(nullif(" ~ ids ~ ", ''), '" ~ unused_character() ~ "') || coalesce(' ' || nullif(" ~ digits ~ ", ''), '')" -%}
    {%- set forms = "replace(" ~ forms ~ ", ' ', '|')" -%}
    {%- set forms = replace_matches(forms, text_literal('([a-z.])0*([0-9])'), '\\1[ ._/#-]?0*\\2') -%}
    {{- replace_matches(forms, text_literal('([0-9])([a-z.])'), '\\1[ ._/-]?\\2') -}}
{%- endmacro %}
