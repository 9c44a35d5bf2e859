{#- The statements that bring what consumers read up to date, in an order in which nothing is readable before it is masked: what is granted too
    much is taken back; policies, the tag that carries them, views with both attached by the statement that makes them; grants last. -#}
{% macro privacy_statements() %}
    {{- return(adapter.dispatch('privacy_statements', 'techco')()) -}}
{% endmacro %}

{% macro duckdb__privacy_statements() %}{{ return([]) }}{% endmacro %}

{% macro snowflake__privacy_statements() %}
    {%- set declared = served_views() -%}
    {%- set views = views_that_can_be_made(declared) -%}
    {%- if not relation_if_exists('intermediate', 'int_email_domain__shared') -%}
        {#- A policy on texts reads it, so none can be made before it is. -#}
        {{- return(revoke_statements([], held_grants())) -}}
    {%- endif -%}
    {%- set wanted, held = wanted_grants(views), held_grants() -%}
    {%- set policies = privacy_policies(views, declared) -%}
    {%- set statements = revoke_statements(wanted, held) + policy_statements(policies) + tag_statements(policies, declared) -%}
    {%- for view in views -%}
        {%- do statements.append(view_statement(view)) -%}
    {%- endfor -%}
    {%- for name in views_of_no_table(declared) -%}
        {%- do statements.append('drop view if exists ' ~ name) -%}
    {%- endfor -%}
    {%- for grant in wanted if grant.kind == 'VIEW' and grant not in held -%}
        {%- do statements.append('grant select on view ' ~ grant.name ~ ' to role ' ~ grant.role) -%}
    {%- endfor -%}
    {{- return(statements) -}}
{% endmacro %}


{#- Every view of the serving database: what servable_tables() says of its table, and the roles that read it. -#}
{% macro served_views() %}
    {%- set roles = {} -%}
    {%- for shown in serving_tables() -%}
        {%- set name = shown.schema ~ '.' ~ shown.table -%}
        {%- do roles.update({name: roles.get(name, []) + [shown.role]}) -%}
    {%- endfor -%}
    {%- set views = [] -%}
    {%- for table in servable_tables() if table.schema ~ '.' ~ table.table in roles -%}
        {%- do views.append(dict(table, roles=roles[table.schema ~ '.' ~ table.table], name=(serving_schema(table.schema) ~ '.' ~ table.table) | upper)) -%}
    {%- endfor -%}
    {{- return(views) -}}
{% endmacro %}

{#- Schemas that consumers read, by the registry. -#}
{% macro consumer_schemas() %}
    {%- set schemas = [] -%}
    {%- for rules in var('privacy').roles.values() -%}
        {%- do schemas.extend(rules.schemas) -%}
    {%- endfor -%}
    {{- return(schemas | unique | sort) -}}
{% endmacro %}

{#- The views whose tables have been built, after a look at their columns. -#}
{% macro views_that_can_be_made(declared) %}
    {%- set types = {} -%}
    {%- set asked = 'select lower(table_schema) as table_schema, lower(table_name) as table_name, lower(column_name) as column_name, data_type from '
        ~ target.database ~ '.information_schema.columns' -%}
    {%- for row in run_query(asked).rows -%}
        {%- do types.setdefault(row[0] ~ '.' ~ row[1], {}).update({row[2]: row[3] | upper}) -%}
    {%- endfor -%}
    {%- set views = [] -%}
    {%- for view in declared if tables_behind(view, declared) | reject('in', types) | list == [] -%}
        {%- do check_columns(view, types[view.relation | lower]) -%}
        {%- do views.append(view) -%}
    {%- endfor -%}
    {{- return(views) -}}
{% endmacro %}

{#- The tables that a view and the policies on it read. -#}
{% macro tables_behind(view, declared) %}
    {%- set tables = [view.relation | lower] -%}
    {%- if view.columns | selectattr('classification') | list -%}
        {%- do tables.append(relation_of('int_email_domain__shared') | lower) -%}
    {%- endif -%}
    {%- if rows_policy(view) -%}
        {%- do tables.append(relation_of_scopes() | lower) -%}
        {%- if view.persons != 'customer_key' -%}
            {%- do tables.append((declared | selectattr('table', 'equalto', view.persons.split('.')[0]) | first).relation | lower) -%}
        {%- endif -%}
    {%- endif -%}
    {{- return(tables) -}}
{% endmacro %}

{#- Every column is there, and what a policy is to stand on is of the policy's type; an error that names the one that is not. -#}
{% macro check_columns(view, types) %}
    {%- set expected = {'varchar': ['TEXT', 'VARCHAR'], 'date': ['DATE'], 'number': ['NUMBER']} -%}
    {%- for column in view.columns -%}
        {%- set place = view.relation ~ ', column ' ~ column.name -%}
        {%- if column.name not in types -%}
            {%- do exceptions.raise_compiler_error(
                place ~ (': class ' ~ column.classification ~ ' is declared for it, but' if column.classification else ': it is described, but')
                ~ ' the table has no such column. Build the model (dbt build -s ' ~ view.relation.split('.')[1] ~ '), or take the column out of its YAML.'
            ) -%}
        {%- elif column.built_form and types[column.name] not in expected.values() | sum(start=[]) -%}
            {%- do exceptions.raise_compiler_error(
                place ~ ': derived from class ' ~ column.classification ~ ', and the column is ' ~ types[column.name]
                ~ '. No masking policy is of this type: cast the column, or add one to masking_policies().'
            ) -%}
        {%- elif column.classification and not column.built_form and types[column.name] not in expected[type_of_class(column.classification)] -%}
            {%- do exceptions.raise_compiler_error(
                place ~ ': class ' ~ column.classification ~ ' is masked as ' ~ type_of_class(column.classification) ~ ', and the column is ' ~ types[column.name]
                ~ '. A policy of another type would not reach it: cast the column, or correct its classification.'
            ) -%}
        {%- elif column.classification and rows_policy(view) and column.name == rows_column(view) -%}
            {%- do exceptions.raise_compiler_error(
                place ~ ': class ' ~ column.classification ~ ' is declared for it, and rows are limited by it. Snowflake puts one policy on a column: let config.meta.persons name another.'
            ) -%}
        {%- elif column.classification -%}
            {%- do form_for(view.roles[0], column.classification) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if rows_policy(view) and types[rows_column(view)] not in expected.varchar -%}
        {%- do exceptions.raise_compiler_error(view.relation ~ ', column ' ~ rows_column(view) ~ ': persons are found by it, so it has to be varchar, and is ' ~ types[rows_column(view)] ~ '.') -%}
    {%- endif -%}
{% endmacro %}

{#- The column that the row access policy is given. -#}
{% macro rows_column(view) -%}
    {{ view.persons.split('.')[-1] }}
{%- endmacro %}

{#- A view with all that protects it in one statement. It names its columns, so what a model gets again is seen by nobody before the next
    run of this. Secure where something is hidden: its query and its plan tell nothing then. -#}
{% macro view_statement(view) -%}
    {%- set columns, names = [], [] -%}
    {%- for column in view.columns -%}
        {%- do names.append(column.name) -%}
        {%- do columns.append(column.name ~ (" with tag (" ~ policy_object('pii_class') ~ " = '" ~ tag_value(column) ~ "')" if column.classification else '')) -%}
    {%- endfor -%}
    {%- set policy = rows_policy(view) -%}
    {%- set hides = policy or view.columns | selectattr('classification') | list -%}
    create or replace {{ 'secure ' if hides }}view {{ view.name }} ({{ columns | join(', ') }})
    {%- if policy %} with row access policy {{ policy_object(policy) }} on ({{ rows_column(view) }}){% endif %} copy grants
    as select {{ names | join(', ') }} from {{ target.database }}.{{ view.relation }}
{%- endmacro %}

{#- Views in schemas of consumers that no table is behind any more. -#}
{% macro views_of_no_table(declared) %}
    {%- set names = declared | map(attribute='name') | list -%}
    {%- set schemas, found = [], [] -%}
    {%- for schema in consumer_schemas() -%}
        {%- do schemas.append(serving_schema(schema)) -%}
    {%- endfor -%}
    {%- for row in run_query('select table_schema, table_name from ' ~ serving_database() ~ '.information_schema.views').rows -%}
        {%- set schema = serving_database() ~ '.' ~ row[0] -%}
        {%- if schema | upper in schemas and (schema ~ '.' ~ row[1]) | upper not in names -%}
            {%- do found.append((schema ~ '.' ~ row[1]) | upper) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}


{#- All that the roles of the registry may hold, as a list of {role, privilege, kind, name}. -#}
{% macro wanted_grants(views) %}
    {%- set wanted = [] -%}
    {%- for role, rules in var('privacy').roles.items() -%}
        {%- do wanted.append({'role': account_role(role), 'privilege': 'USAGE', 'kind': 'DATABASE', 'name': serving_database()}) -%}
        {%- for schema in rules.schemas -%}
            {%- do wanted.append({'role': account_role(role), 'privilege': 'USAGE', 'kind': 'SCHEMA', 'name': serving_schema(schema)}) -%}
        {%- endfor -%}
        {%- for view in views if role in view.roles -%}
            {%- do wanted.append({'role': account_role(role), 'privilege': 'SELECT', 'kind': 'VIEW', 'name': view.name}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(wanted) -}}
{% endmacro %}

{#- What the roles of the registry hold inside the two databases, in the same form, and which of the project's roles they inherit. A grant on what is yet to be made is of the kind
    `FUTURE …` and names its schema. -#}
{% macro held_grants() %}
    {%- set held = [] -%}
    {%- for name in var('privacy').roles -%}
        {%- set role = account_role(name) -%}
        {%- for row in run_query('show grants to role ' ~ role).rows -%}
            {%- do held.append({'role': role, 'privilege': row['privilege'], 'kind': row['granted_on'], 'name': row['name'] | upper}) -%}
        {%- endfor -%}
        {%- for row in run_query('show future grants to role ' ~ role).rows -%}
            {%- set place = (row['name'] | upper).split('.')[:-1] | join('.') -%}
            {%- do held.append({'role': role, 'privilege': row['privilege'], 'kind': 'FUTURE ' ~ row['grant_on'], 'name': place}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set inside = [] -%}
    {%- set ours = roles_of_the_project() -%}
    {%- for grant in held if grant.name.split('.')[0] in [target.database | upper, serving_database()] or (grant.kind == 'ROLE' and grant.name in ours) -%}
        {%- do inside.append(grant) -%}
    {%- endfor -%}
    {{- return(inside) -}}
{% endmacro %}

{#- What the roles hold and should not: granted by hand, or by a registry that said more. -#}
{% macro revoke_statements(wanted, held) %}
    {%- set statements = [] -%}
    {%- for grant in held if grant not in wanted -%}
        {%- set place = grant.kind ~ ' ' ~ grant.name -%}
        {%- if grant.kind.startswith('FUTURE ') -%}
            {%- set place = grant.kind ~ 's in ' ~ ('schema ' if '.' in grant.name else 'database ') ~ grant.name -%}
        {%- endif -%}
        {%- set held_by_it = 'role ' ~ grant.name if grant.kind == 'ROLE' else grant.privilege | lower ~ ' on ' ~ place -%}
        {%- do statements.append('revoke ' ~ held_by_it ~ ' from role ' ~ grant.role) -%}
    {%- endfor -%}
    {{- return(statements) -}}
{% endmacro %}
