{#- SHA-256 of a text, 64 hexadecimal digits. -#}
{% macro sha256_hex(text) %}
    {{- return(adapter.dispatch('sha256_hex', 'techco')(text)) -}}
{% endmacro %}

{% macro duckdb__sha256_hex(text) -%}
    sha256({{ text }})
{%- endmacro %}

{% macro snowflake__sha256_hex(text) -%}
    sha2({{ text }}, 256)
{%- endmacro %}


{#- The pepper, as a subquery on a vault that only the build role reads. -#}
{% macro pepper() %}
    {{- return(adapter.dispatch('pepper', 'techco')()) -}}
{% endmacro %}

{% macro duckdb__pepper() -%}
    (select pepper from vault.main.pepper)
{%- endmacro %}

{% macro snowflake__pepper() -%}
    (select pepper from {{ target.database }}.vault.pepper)
{%- endmacro %}
