{#- What each role sees. Worked out of the models' schemas and columns, the contract and vars: privacy; nothing else says so. The publisher copies
    by it (governance.access_matrix), and Snowflake's views, policies and grants are made from it.

    A table is shown to a role that reads its schema. A role with limited persons (`consented`, `of_country`) is shown a table only where it is known
    whose rows these are: by its column customer_key, or as `config.meta.persons` of the model says: `none` (about no person), or `model.column`
    (the person of that model's row, found by the column that both have). Whatever says nothing is not shown to it.
    Columns are those that the model's YAML describes; those that begin with an underscore are bookkeeping and are shown to nobody. -#}

{#- The tables that roles may be shown, as a list of {schema, table, relation, persons, columns}: marts, and in schema `personal` the models of
    schema pii. `relation`: where the build has it, without the database. `persons`: none, customer_key, `model.column`, or `unsaid`.
    `columns`: a list of {name, classification, built_form}; classification is none for what is not personal. `built_form` is the form that the
    build has given to all values already, none for clear ones: a mart's column says so as `config.meta.derived_from: {class}`, with `form` where it
    is not the one of vars: privacy: mart_forms. Lineage fails the build where that is not so. -#}
{% macro servable_tables() %}
    {%- set tables = [] -%}
    {%- for node in graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | sort(attribute='name') -%}
        {%- set place = {'table': node.alias, 'relation': node.schema ~ '.' ~ node.alias} -%}
        {%- if node.path.startswith('marts/') -%}
            {%- set columns = [] -%}
            {%- for column in node.columns.values() if not column.name.startswith('_') -%}
                {%- set derived = column.config.meta.get('derived_from', {}) -%}
                {%- do columns.append({
                    'name': column.name, 'classification': derived.get('class', column.config.meta.get('classification')),
                    'built_form': derived.get('form') or mart_form(derived.get('class')),
                }) -%}
            {%- endfor -%}
            {%- do tables.append(dict(place, schema=node.config.schema, persons=persons_of_mart(node), columns=columns)) -%}
        {%- elif node.name.startswith('pii_') -%}
            {%- set source_name, table_name = node.name[4:].split('__', 1) -%}
            {%- set columns = clear_columns(contract(source_name, table_name)) -%}
            {%- set persons = 'customer_key' if columns | selectattr('name', 'equalto', 'customer_key') | list else 'unsaid' -%}
            {%- do tables.append(dict(place, schema='personal', table=node.name[4:], persons=persons, columns=columns)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(tables) -}}
{% endmacro %}

{#- What clear_values() writes of a table of the contract, without bookkeeping: its key, the keys of persons, what is classified. -#}
{% macro clear_columns(table) %}
    {%- set columns = [] -%}
    {%- for column in table.columns if column.name in table.key -%}
        {%- do columns.append({'name': column.name, 'classification': column.classification}) -%}
    {%- endfor -%}
    {%- for column in table.columns if column.classification == 'person_id' -%}
        {%- do columns.append({'name': key_column(column), 'classification': none}) -%}
    {%- endfor -%}
    {%- for column in table.columns if column.classification and column.name not in table.key -%}
        {%- do columns.append({'name': column.name, 'classification': column.classification}) -%}
    {%- endfor -%}
    {%- if table.feed == 'cdc' -%}
        {%- do columns.append({'name': 'is_deleted', 'classification': none}) -%}
    {%- endif -%}
    {{- return(columns) -}}
{% endmacro %}

{#- Whose rows a mart holds, checked. -#}
{% macro persons_of_mart(node) %}
    {%- set declared = node.config.meta.get('persons') -%}
    {%- if declared is none or declared == 'none' -%}
        {{- return(declared or ('customer_key' if 'customer_key' in node.columns else 'unsaid')) -}}
    {%- endif -%}
    {%- set parent, column = (declared ~ '.').split('.')[:2] -%}
    {%- set found = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | selectattr('name', 'equalto', parent) | first -%}
    {%- if not found or column not in found.columns or column not in node.columns or 'customer_key' not in found.columns -%}
        {%- do exceptions.raise_compiler_error(
            node.original_file_path ~ ', model ' ~ node.name ~ ": config.meta.persons is '" ~ declared
            ~ "'. Write none for a table about no person, or model.column: a model with customer_key, and a column that both have."
        ) -%}
    {%- endif -%}
    {{- return(declared) -}}
{% endmacro %}

{#- Every table that a role sees, as a list of {role, schema, table, relation, persons, columns, row_rule, row_condition}. `row_rule` says in words whose
    rows they are, `row_condition` says it in SQL, none where all rows are shown. -#}
{% macro serving_tables() %}
    {%- set shown = [] -%}
    {%- set tables = servable_tables() -%}
    {%- for role_name, role in var('privacy').roles.items() -%}
        {%- for table in tables if table.schema in role.schemas and (role.persons == 'all' or table.persons != 'unsaid') -%}
            {%- set limited = role.persons != 'all' and table.persons != 'none' -%}
            {%- do shown.append(dict(
                table, role=role_name,
                row_rule=row_rule(role) if limited else 'all rows',
                row_condition=row_condition(role_name, table, tables) if limited else none,
            )) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(shown) -}}
{% endmacro %}

{#- Every column that a role sees, as a list of {role, schema, table, column, position, classification, form, expression}. `form` is none for what is not
    personal; `expression` is what stands in the role's table, over the columns of the relation. `tables`: those of serving_tables(), where they
    have been worked out. -#}
{% macro serving_columns(tables=none) %}
    {%- set shown = [] -%}
    {%- for table in tables or serving_tables() -%}
        {%- for column in table.columns -%}
            {%- set form = shown_form(table.role, column) if column.classification -%}
            {%- do shown.append({
                'role': table.role, 'schema': table.schema, 'table': table.table, 'column': column.name, 'position': loop.index,
                'classification': column.classification, 'form': form or none,
                'expression': shown_value(column, form) | trim if form else column.name,
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(shown) -}}
{% endmacro %}

{#- The form in which a role sees a personal column: what the build has made is not undone, and a role that is shown nothing of the class is
    shown nothing that was made of it. -#}
{% macro shown_form(role_name, column) %}
    {%- set form = form_for(role_name, column.classification) -%}
    {{- return(column.built_form if column.built_form and form != 'redacted' else form) -}}
{% endmacro %}

{#- A column in a form; null of its own type where what the build has made is not shown. -#}
{% macro shown_value(column, form) -%}
    {%- if not column.built_form -%}
        {{ mask(column.name, column.classification, form) }}
    {%- else -%}
        {{ 'nullif(' ~ column.name ~ ', ' ~ column.name ~ ')' if form == 'redacted' else column.name }}
    {%- endif -%}
{%- endmacro %}

{#- The form in which vars: privacy shows a class to a role. -#}
{% macro form_for(role_name, classification) %}
    {%- set form = var('privacy').classes.get(classification, {}).get(role_name) -%}
    {%- if form is none -%}
        {%- do exceptions.raise_compiler_error(
            "vars: privacy in dbt_project.yml does not say in which form role '" ~ role_name ~ "' sees class '" ~ classification ~ "': add it to classes."
        ) -%}
    {%- endif -%}
    {{- return(form) -}}
{% endmacro %}

{#- Whose rows a role with limited persons sees, in words. -#}
{% macro row_rule(role) -%}
    {%- if role.persons == 'consented' -%}
        persons with consent to {{ role.consent }}
    {%- else -%}
        persons of {{ role.country }}
    {%- endif -%}
{%- endmacro %}

{#- The same in SQL, over the columns of the table. Rows of nobody known (guests, anonymous visits) are nobody's who consents, or is of the
    country. -#}
{% macro row_condition(role_name, table, tables) -%}
    {%- if table.persons == 'customer_key' -%}
        customer_key in (select customer_key from {{ relation_of_scopes() }} where role_name = '{{ role_name }}')
    {%- else -%}
        {%- set name, column = table.persons.split('.') -%}
        {%- set parent = tables | selectattr('table', 'equalto', name) | first -%}
        {{ column }} in (select {{ column }} from {{ parent.relation }} where {{ row_condition(role_name, parent, tables) }})
    {%- endif -%}
{%- endmacro %}

{#- The table that says which persons a limited role sees. -#}
{% macro relation_of_scopes() -%}
    {{ relation_of('int_person__scopes') }}
{%- endmacro %}

{#- A model that what roles see is looked up in, as schema.name. -#}
{% macro relation_of(model_name) -%}
    {%- set node = graph.nodes['model.techco.' ~ model_name] -%}
    {{ node.schema }}.{{ node.alias }}
{%- endmacro %}

{#- What the roles and classes of vars: privacy are known by; the publisher (techco.serving.publish) works out the same of dbt_project.yml. -#}
{% macro registry_fingerprint() %}
    {{- return(local_md5(tojson({'roles': var('privacy').roles, 'classes': var('privacy').classes}, sort_keys=true))) -}}
{% endmacro %}
