{#- The business date that rebuilt tables are as of: var as_of, else the newest day that has landed. Never the clock, never a time in the data. -#}
{% macro as_of() -%}
    {%- if var('as_of') -%}
        cast('{{ var("as_of") }}' as date)
    {%- else -%}
        (select max(ingested_on) from {{ ledger('loaded_files') }})
    {%- endif -%}
{%- endmacro %}
