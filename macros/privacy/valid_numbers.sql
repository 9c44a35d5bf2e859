{#- Numbers whose check digits tell what they are though nothing else does: a card's and a CPF's digits that a word such as order stands before.
    Expressions cannot count, so a number's digits are written out as as many strokes, and the strokes are counted. -#}

{#- A text with the valid cards and CPFs of `known` replaced; of each kind the first three numbers are looked at. -#}
{% macro without_valid_numbers(text, known) -%}
    {%- set ns = namespace(text=text) -%}
    {%- for place in range(1, 4) -%}
        {%- set card = nth_match(known, '\\b(4[0-9]{15}([0-9]{3})?|(5[1-5]|2[2-7]|35|6[0-9])[0-9]{14}|3[47][0-9]{13}|3[0689][0-9]{12})\\b', place) -%}
        {%- set cpf = nth_match(known, '\\b[0-9]{11}\\b', place) -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", case when " ~ passes_luhn(card) ~ " then " ~ card ~ " else '" ~ unused_character() ~ "' end, '[card]')" -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", case when " ~ is_cpf(cpf) ~ " then " ~ cpf ~ " else '" ~ unused_character() ~ "' end, '[national_id]')" -%}
    {%- endfor -%}
    {{- ns.text -}}
{%- endmacro %}

{#- A character of private use that no text has. -#}
{% macro unused_character() %}{{ return('\ue002') }}{% endmacro %}

{#- As many strokes as the sum of the digits of a text. -#}
{% macro strokes(digits) -%}
    {%- set ns = namespace(text="replace(" ~ digits ~ ", '0', '')") -%}
    {%- for digit in range(1, 10) -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", '" ~ digit ~ "', '" ~ '|' * digit ~ "')" -%}
    {%- endfor -%}
    {{- ns.text -}}
{%- endmacro %}

{#- Luhn: from the right every second digit is doubled, a sum of two digits added up; all together end in zero. -#}
{% macro passes_luhn(number) -%}
    {%- set plain = replace_matches("reverse(" ~ number ~ ")", text_literal('([0-9])[0-9]?'), '\\1') -%}
    {%- set doubled = replace_matches("reverse(" ~ number ~ ")", text_literal('[0-9]([0-9]?)'), '\\1') -%}
    mod(length({{ strokes(plain ~ " || translate(" ~ doubled ~ ", '0123456789', '0246813579')") }}), 10) = 0
{%- endmacro %}

{#- CPF: the tenth digit checks the nine before it, the eleventh the ten, by their sum with falling weights. -#}
{% macro is_cpf(number) -%}
    {%- set nine = '([0-9])' * 9 ~ '.*' -%}
    {%- set ns = namespace(tenth='', eleventh='') -%}
    {%- for place in range(1, 10) -%}
        {%- set ns.tenth = ns.tenth ~ ('\\' ~ place) * (11 - place) -%}
        {%- set ns.eleventh = ns.eleventh ~ ('\\' ~ place) * (12 - place) -%}
    {%- endfor -%}
    {%- set first = strokes(replace_matches(number, text_literal(nine), ns.tenth)) -%}
    {%- set second = strokes(replace_matches(number, text_literal(nine), ns.eleventh) ~ " || substr(" ~ number ~ ", 10, 1) || substr(" ~ number ~ ", 10, 1)") -%}
    (
        mod(mod(length({{ first }}) * 10, 11), 10) = cast(substr({{ number }}, 10, 1) as integer)
        and mod(mod(length({{ second }}) * 10, 11), 10) = cast(substr({{ number }}, 11, 1) as integer)
    )
{%- endmacro %}
