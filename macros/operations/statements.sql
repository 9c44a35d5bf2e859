{#- Run the SQL of a call block: `{% call run_statement() %} update ... {% endcall %}`. -#}
{% macro run_statement() %}
    {%- do run_query(caller()) -%}
{% endmacro %}

{#- The one value that a query gives. -#}
{% macro single_value(query) %}
    {{- return(run_query(query).columns[0].values()[0]) -}}
{% endmacro %}
