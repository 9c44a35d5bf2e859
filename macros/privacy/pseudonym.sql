{#- The pseudonymous key of a person: 128 bits of a keyed hash of the source's id, as 32 hexadecimal digits; null stays null.
    The pepper comes from the vault by a subquery, so it stands in no SQL text. -#}
{% macro pseudonym(person_id) -%}
    {{ masked('left(' ~ sha256_hex(pepper() ~ " || ':' || cast(" ~ person_id ~ " as varchar)") ~ ', 32)') }}
{%- endmacro %}

{#- A classified value that stays equal where it was equal, and tells nothing else: 128 bits of a keyed hash. Equal texts of two classes
    differ, so that none is found by another. -#}
{% macro keyed_hash(classification, value) -%}
    {{ masked('left(' ~ sha256_hex(pepper() ~ " || ':" ~ classification ~ ":' || cast(" ~ value ~ " as varchar)") ~ ', 32)') }}
{%- endmacro %}
