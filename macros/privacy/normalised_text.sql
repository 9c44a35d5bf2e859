{#- A text as patterns read it: digits of all scripts and full-width characters as ASCII has them, nothing of no width behind an ASCII
    character. It stands in for NFKC, which Snowflake has not; but m² stays. Marts show texts so. -#}
{% macro normalised_text(text) -%}
    {%- set characters = replaced_characters() -%}
    case
        when {{ contains_match(text, unusual_characters()) }}
            then {{ replace_matches(
                "translate(" ~ text ~ ", '" ~ characters.odd ~ "', '" ~ characters.plain ~ "')",
                text_literal('([0-9a-z@.])[' ~ widthless_characters() ~ ']+'), '\\1'
            ) }}
        else {{ text }}
    end
{%- endmacro %}

{#- What has no width: joiners, marks of direction, soft hyphens, and what makes a digit a key. -#}
{% macro widthless_characters() %}{{ return('\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0e\ufe0f\u20e3\ufeff') }}{% endmacro %}

{#- All that normalised_text() replaces, as the ranges of an expression; whatever else is in them stays as it is. -#}
{% macro unusual_characters() %}
    {{- return('[\u00ad\u034f\u061c\u0660-\u1819\u1a80-\u1a99\u200b-\u200f\u2000-\u200a\u202a-\u202f\u205f\u2060-\u2064\u2080-\u2089\u20e3\u2460-\u2468\u3000\ua620-\uabf9\ufe0e\ufe0f\ufeff\uff01-\uff5e\U0001d7ce-\U0001d7ff]') -}}
{% endmacro %}

{#- Characters, and at the same places in `plain` what is read for each. -#}
{% macro replaced_characters() %}
    {%- set ns = namespace(odd='\u3000\u205f\u202f\u2024\u3002', plain='   ..') -%}
    {#- Characters that follow each other, by the first: blanks of all widths, digits in circles, and full width, but for what a literal would need
        doubled on an engine. -#}
    {%- set runs = {
        0x2000: ' ' * 11, 0x2460: '123456789', 0xff01: '!"#$%&', 0xff08: '()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[',
        0xff3d: ']^_`abcdefghijklmnopqrstuvwxyz{|}~',
    } -%}
    {#- Each script's zero. -#}
    {%- for zero in [
        0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040,
        0x17e0, 0x1810, 0x2080, 0xa620, 0xabf0, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6,
    ] -%}
        {%- do runs.update({zero: '0123456789'}) -%}
    {%- endfor -%}
    {%- for first, plain in runs.items() -%}
        {%- for _ in plain -%}
            {%- set ns.odd = ns.odd ~ '%c' | format(first + loop.index0) -%}
        {%- endfor -%}
        {%- set ns.plain = ns.plain ~ plain -%}
    {%- endfor -%}
    {{- return({'odd': ns.odd, 'plain': ns.plain}) -}}
{% endmacro %}
