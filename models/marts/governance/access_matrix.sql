-- depends_on: {{ ref('int_person__scopes') }}
{%- set table_rows, column_rows, form_rows, listed = [], [], [], [] %}
{%- if execute %}
    {%- set served = serving_tables() %}
    {%- for table in served %}
        {%- do table_rows.append([
            table.role, table.schema, table.table, table.relation, table.row_rule, table.row_condition,
        ]) %}
        {%- if [table.schema, table.table] not in listed %}
            {%- do listed.append([table.schema, table.table]) %}
            {%- for column in table.columns %}
                {%- do column_rows.append([
                    table.schema, table.table, loop.index, column.name, column.classification,
                ]) %}
            {%- endfor %}
        {%- endif %}
    {%- endfor %}
    {%- for column in serving_columns(served) if column.form %}
        {%- do form_rows.append([
            column.role, column.schema, column.table, column.column, column.form, column.expression,
        ]) %}
    {%- endfor %}
{%- endif %}
with

tables as (

    {{
        declared_rows(
            ['role_name', 'schema_name', 'table_name', 'built_as', 'row_rule', 'row_condition'],
            table_rows,
        )
    }}

),

table_columns as (

    {{ declared_rows(['schema_name', 'table_name', 'column_position', 'column_name', 'classification'], column_rows) }}

),

-- Of personal columns only: all others are shown as they are.
forms as (

    {{ declared_rows(['role_name', 'schema_name', 'table_name', 'column_name', 'form', 'expression'], form_rows) }}

)

select
    ---------- keys
    tables.role_name,
    tables.schema_name,
    tables.table_name,
    table_columns.column_name,

    ---------- attributes
    cast(table_columns.column_position as bigint) as column_position,
    table_columns.classification,
    forms.form,
    tables.row_rule,
    tables.built_as,
    tables.row_condition,
    coalesce(forms.expression, table_columns.column_name) as expression,
    '{{ registry_fingerprint() }}' as registry_fingerprint
from tables
inner join table_columns
    on
        tables.schema_name = table_columns.schema_name
        and tables.table_name = table_columns.table_name
left join forms
    on
        tables.role_name = forms.role_name
        and tables.schema_name = forms.schema_name
        and tables.table_name = forms.table_name
        and table_columns.column_name = forms.column_name
