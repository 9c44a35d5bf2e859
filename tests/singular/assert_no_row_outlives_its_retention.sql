-- Source tables with rows that tell of persons beyond their retention: `dbt run-operation purge` takes that out of them.
{%- set found = [] %}
{%- for source_name, names in var('raw_tables').items() %}
    {%- for table_name in names %}
        {%- set base = ref('base_' ~ source_name ~ '__' ~ table_name) %}
        {%- set table = contract(source_name, table_name) if execute %}
        {%- set outlived = has_outlived(table, base) if execute %}
        {%- if outlived %}
            {%- do found.append([table, base, outlived]) %}
        {%- endif %}
    {%- endfor %}
{%- endfor %}
{% for table, base, outlived in found %}
    {{ 'union all' if not loop.first }}
    select
        '{{ table.source }}' as source_name,
        '{{ table.table }}' as table_name,
        count(*) as row_count
    from {{ base }}
    where {{ outlived }}
    having count(*) > 0
{% else %}
    select 1 as row_count
    where false
{% endfor %}
