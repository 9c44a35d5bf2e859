{#- Last of every run: where the memory limit was too small for a model, say which setting that is, as DuckDB's own message names
    a statement that nobody can give it here. Snowflake has no such limit. -#}
{% macro explain_out_of_memory() %}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set short = [] -%}
    {%- for result in results if result.message and 'Out of Memory Error' in result.message -%}
        {%- do short.append(result.node.name) -%}
    {%- endfor -%}
    {%- if short -%}
        {%- do log(
            "TECHCO_MEMORY_LIMIT (" ~ env_var('TECHCO_MEMORY_LIMIT', '6GB') ~ ") is too small for " ~ short | join(', ')
            ~ ". Set it to more, up to three quarters of the machine's memory, and build again: nothing is lost, the build goes on from here.",
            info=true
        ) -%}
    {%- endif -%}
{% endmacro %}
