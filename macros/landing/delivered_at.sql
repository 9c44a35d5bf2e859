{#- A query for `loaded_at_query` of a source: so long ago as its deliveries are late by landing days, and a day more. `dbt source freshness`, which asks
    the clock, then says what governance.table_freshness says: up to 24 hours for a table that is on time, 48 for one that is a day late.
    Usage: loaded_at_query: "{{ delivered_at(this) }}" -#}
{% macro delivered_at(source) %}
    {%- set tables = relation_if_exists('intermediate', 'int_delivery__tables') -%}
    {%- if not tables -%}
        {%- do exceptions.raise_compiler_error('Nothing has been built yet, so nobody knows what has been delivered: run dbt build first.') -%}
    {%- endif -%}
    select {{ hours_ago('24 * (coalesce(max(days_late), 0) + 1)') }}
    from {{ tables }}
    where source_name || '__' || table_name = '{{ source.identifier | lower }}'
{% endmacro %}
