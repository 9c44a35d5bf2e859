{%- set column_rows, role_rows = [], [] %}
{%- if execute %}
    {%- for table in contract_tables() %}
        {%- set node = graph.sources['source.techco.' ~ table.source ~ '.' ~ table.table] %}
        {%- set clear = 'pii_' ~ table.source ~ '__' ~ table.table %}
        {%- set clear_table = 'pii.' ~ clear if 'model.techco.' ~ clear in graph.nodes %}
        {%- for column in table.columns if column.classification %}
            {%- do column_rows.append([
                table.source, table.table, column.name, column.classification, node.source_meta.get('owner'),
                clear_table or none, table.retention_text,
            ]) %}
        {%- endfor %}
    {%- endfor %}
    {%- for table in serving_tables() if table.schema == 'personal' %}
        {%- set source_name, table_name = table.table.split('__', 1) %}
        {%- for column in table.columns if column.classification %}
            {%- set form = form_for(table.role, column.classification) %}
            {%- do role_rows.append([source_name, table_name, column.name, table.role ~ ': ' ~ form]) %}
        {%- endfor %}
    {%- endfor %}
{%- endif %}
with

classified_columns as (

    {{
        declared_rows(
            ['source_name', 'table_name', 'column_name', 'classification', 'owner', 'clear_table', 'retention'],
            column_rows,
        )
    }}

),

shown_columns as (

    {{ declared_rows(['source_name', 'table_name', 'column_name', 'role_and_form'], role_rows) }}

),

shown_to as (

    select
        source_name,
        table_name,
        column_name,
        nullif({{ dbt.listagg('role_and_form', "', '", 'order by role_and_form') }}, '') as roles_and_forms
    from shown_columns
    group by
        source_name,
        table_name,
        column_name

)

select
    ---------- keys
    classified_columns.source_name,
    classified_columns.table_name,
    classified_columns.column_name,

    ---------- attributes
    classified_columns.classification,
    classified_columns.owner,
    'raw.' || classified_columns.source_name || '__' || classified_columns.table_name as landed_table,
    'base.base_' || classified_columns.source_name || '__' || classified_columns.table_name as typed_table,
    classified_columns.clear_table,
    classified_columns.retention,
    coalesce(shown_to.roles_and_forms, 'no role') as shown_to
from classified_columns
left join shown_to
    on
        classified_columns.source_name = shown_to.source_name
        and classified_columns.table_name = shown_to.table_name
        and classified_columns.column_name = shown_to.column_name
