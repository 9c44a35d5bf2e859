{#- The business date that rebuilt tables are as of: var as_of, else the newest day that has landed. Never the clock, never a time in the data.
    A model that reads it is built after all base models, which note what they have loaded. -#}
{% macro as_of() -%}
    {%- if var('as_of') -%}
        cast('{{ var("as_of") }}' as date)
    {%- else -%}
        {%- if model and model.resource_type == 'model' and model.name != 'int_delivery__tables' -%}{%- do ref('int_delivery__tables') -%}{%- endif -%}
        (select max(ingested_on) from {{ deliveries() }} as deliveries)
    {%- endif -%}
{%- endmacro %}
