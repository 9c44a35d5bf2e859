{#- What stands around an expression that lets no clear value through. Column lineage (pylib/techco/privacy/lineage.py) does not follow what is between
    the two, and refuses models and macros elsewhere that write them. -#}
{% macro masked(expression) -%}
    /*<masked*/{{ expression }}/*masked>*/
{%- endmacro %}

{#- A classified array of objects as JSON, with nothing but these members, which say nothing of a person: of files, how many and how large. -#}
{% macro without_contents(array, members) -%}
    {{ masked(array_of(array, members)) }}
{%- endmacro %}
