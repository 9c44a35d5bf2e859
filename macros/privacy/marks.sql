{#- Marks an expression that lets no clear value through: what it makes of `value`, which class that is of, and the form that comes out. Column
    lineage (pylib/techco/privacy/lineage.py) reads the marks: it follows `value` instead of the expression, holds its class against the contract, and
    holds what marts declare as `derived_from` against both. It refuses models and macros elsewhere that write such marks. -#}
{% macro masked(expression, value, classification, form) -%}
    /*<masked {{ classification }} {{ form }} {{ value }}*/{{ expression }}/*masked>*/
{%- endmacro %}

{#- A classified array of objects as JSON, with nothing but these members, which say nothing of a person: of files, how many and how large. -#}
{% macro without_contents(array, members) -%}
    {{ masked(array_of(array, members), array, 'free_text', 'redacted') }}
{%- endmacro %}
