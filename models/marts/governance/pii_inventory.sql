{%- set held, shown = [], [] %}
{%- if execute %}
    {%- for table in contract_tables() %}
        {%- set node = graph.sources['source.techco.' ~ table.source ~ '.' ~ table.table] %}
        {%- set clear = 'pii_' ~ table.source ~ '__' ~ table.table %}
        {%- set clear_table = 'pii.' ~ clear if 'model.techco.' ~ clear in graph.nodes %}
        {%- for column in table.columns if column.classification %}
            {%- do held.append([
                table.source, table.table, column.name, column.classification, node.source_meta.get('owner'),
                clear_table or none, table.retention_text,
            ]) %}
        {%- endfor %}
    {%- endfor %}
    {%- for table in serving_tables() if table.schema == 'personal' %}
        {%- set source_name, table_name = table.table.split('__', 1) %}
        {%- for column in table.columns if column.classification %}
            {%- set form = form_for(table.role, column.classification) %}
            {%- do shown.append([source_name, table_name, column.name, table.role ~ ': ' ~ form]) %}
        {%- endfor %}
    {%- endfor %}
{%- endif %}
with

held as (

    {{
        declared_rows(
            ['source_name', 'table_name', 'column_name', 'classification', 'owner', 'clear_table', 'retention'],
            held,
        )
    }}

),

shown as (

    {{ declared_rows(['source_name', 'table_name', 'column_name', 'role_and_form'], shown) }}

),

shown_to as (

    select
        source_name,
        table_name,
        column_name,
        nullif({{ dbt.listagg('role_and_form', "', '", 'order by role_and_form') }}, '') as roles_and_forms
    from shown
    group by
        source_name,
        table_name,
        column_name

)

select
    ---------- keys
    held.source_name,
    held.table_name,
    held.column_name,

    ---------- attributes
    held.classification,
    held.owner,
    'raw.' || held.source_name || '__' || held.table_name as landed_table,
    'base.base_' || held.source_name || '__' || held.table_name as typed_table,
    held.clear_table,
    held.retention,
    coalesce(shown_to.roles_and_forms, 'no role') as shown_to
from held
left join shown_to
    on
        held.source_name = shown_to.source_name
        and held.table_name = shown_to.table_name
        and held.column_name = shown_to.column_name
