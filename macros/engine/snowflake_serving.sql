{#- The statements that bring what consumers read up to date, in an order in which nothing is readable before it is masked: what is granted too
    much is taken back; policies, the tag that carries them, views with both attached by the statement that makes them; grants last. -#}
{% macro privacy_statements() %}
    {%- if not target_is_loaded() -%}{{ return([]) }}{%- endif -%}
    {%- set declared = served_views() -%}
    {%- set views = views_that_can_be_made(declared) -%}
    {%- set tags = tag_values(declared) -%}
    {%- set policies = privacy_policies(views, tags) -%}
    {%- set wanted, held = wanted_grants(views), held_grants() -%}
    {%- set statements %}
    {% for grant in held | reject('in', wanted) %}
    revoke {{ grant | replace(' to role ', ' from role ') }};
    {% endfor %}
    {{ policy_statements(policies) }}
    {{ tag_statements(policies, tags) if policies }}
    {% for view in views %}
    {{ view_statement(view) }};
    {% endfor %}
    {% for name in views_of_no_table(declared) %}
    drop view if exists {{ name }};
    {% endfor %}
    {% for grant in wanted | reject('in', held) if ' on VIEW ' in grant %}
    grant {{ grant }};
    {% endfor %}
    {%- endset -%}
    {{- return(statements_in(statements)) -}}
{% endmacro %}


{#- Every view of the serving database: what serving_tables() says of its table, its name, and the roles that read it. -#}
{% macro served_views() %}
    {%- set views = [] -%}
    {%- for _, shown in serving_tables() | groupby('relation') -%}
        {%- set name = (serving_schema(shown[0].schema) ~ '.' ~ shown[0].table) | upper -%}
        {%- do views.append(dict(shown[0], name=name, roles=shown | map(attribute='role') | list)) -%}
    {%- endfor -%}
    {{- return(views) -}}
{% endmacro %}

{#- Schemas that consumers read, by the registry. -#}
{% macro consumer_schemas() %}
    {{- return(var('privacy').roles.values() | map(attribute='schemas') | sum(start=[]) | unique | sort) -}}
{% endmacro %}

{#- The views whose tables have been built, and those that the policies on them read, after a look at their columns. -#}
{% macro views_that_can_be_made(declared) %}
    {%- set types, views = {}, [] -%}
    {%- for table, column, data_type in run_query(
        "select lower(table_schema || '.' || table_name), lower(column_name), replace(lower(data_type), 'text', 'varchar') from "
        ~ target.database ~ '.information_schema.columns'
    ).rows -%}
        {%- do types.setdefault(table, {}).update({column: data_type}) -%}
    {%- endfor -%}
    {%- for view in declared -%}
        {%- set read = [view.relation, relation_of('int_email_domain__shared'), relation_of_scopes()] -%}
        {%- do read.append(relation_of(view.persons.split('.')[0])) if '.' in view.persons -%}
        {%- if read | map('lower') | reject('in', types) | list == [] -%}
            {%- do check_columns(view, types[view.relation | lower]) -%}
            {%- do views.append(view) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(views) -}}
{% endmacro %}

{#- Every column is there, and what a policy is to stand on is of the policy's type; an error that names the one that is not. -#}
{% macro check_columns(view, types) %}
    {%- set rows_column = rows_column(view) if rows_policy(view) -%}
    {%- for column in view.columns -%}
        {%- set class, data_type, masked_as = column.classification, types.get(column.name), type_of_class(column.classification) -%}
        {%- set problem -%}
            {%- if not data_type -%}
                {{ 'class ' ~ class ~ ' is declared for it' if class else 'it is described' }}, but the table has no such column. Build the model
                (dbt build -s {{ view.relation.split('.')[1] }}), or take the column out of its YAML.
            {%- elif column.name == rows_column and data_type != 'varchar' -%}
                persons are found by it, so it has to be varchar, and is {{ data_type }}.
            {%- elif column.name == rows_column and class -%}
                class {{ class }} is declared for it, and rows are limited by it. Snowflake puts one policy on a column: let config.meta.persons name
                another.
            {%- elif column.built_form and data_type not in ['varchar', 'date', 'number'] -%}
                derived from class {{ class }}, and the column is {{ data_type }}. No masking policy is of this type: cast the column, or add one to
                privacy_policies().
            {%- elif class and not column.built_form and data_type != masked_as -%}
                class {{ class }} is masked as {{ masked_as }}, and the column is {{ data_type }}. A policy of another type would not reach it: cast
                the column, or correct its classification.
            {%- endif -%}
        {%- endset -%}
        {%- if problem -%}
            {%- do exceptions.raise_compiler_error(view.relation ~ ', column ' ~ column.name ~ ': ' ~ problem.split() | join(' ')) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}

{#- The column that the row access policy is given. -#}
{% macro rows_column(view) -%}
    {{ view.persons.split('.')[-1] }}
{%- endmacro %}

{#- A view with all that protects it in one statement. It names its columns, so what a model gets again is seen by nobody before the next
    run of this. Secure where something is hidden: its query and its plan tell nothing then. -#}
{% macro view_statement(view) -%}
    {%- set policy = rows_policy(view) -%}
    {%- set hides = policy or view.columns | selectattr('classification') | list -%}
    create or replace {{ 'secure ' if hides }}view {{ view.name }} (
        {%- for column in view.columns -%}
            {{ column.name }}
            {%- if column.classification %} with tag ({{ policy_object('pii_class') }} = '{{ tag_value(column) }}'){% endif %}
            {{- ', ' if not loop.last }}
        {%- endfor -%}
    )
    {%- if policy %} with row access policy {{ policy_object(policy) }} on ({{ rows_column(view) }}){% endif %} copy grants
    as select {{ view.columns | join(', ', attribute='name') }} from {{ target.database }}.{{ view.relation }}
{%- endmacro %}

{#- Views in schemas of consumers that no table is behind any more. -#}
{% macro views_of_no_table(declared) %}
    {%- set schemas = [] -%}
    {%- for schema in consumer_schemas() -%}
        {%- do schemas.append(generate_schema_name(schema, none) | lower) -%}
    {%- endfor -%}
    {%- set query -%}
        select upper('{{ serving_database() }}.' || table_schema || '.' || table_name) as view_name
        from {{ serving_database() }}.information_schema.views
        where
            lower(table_schema) in ('{{ schemas | join("', '") }}')
            and view_name not in ('{{ declared | join("', '", attribute='name') }}')
    {%- endset -%}
    {{- return(run_query(query).columns[0].values()) -}}
{% endmacro %}


{#- All that the roles of the registry may hold, as a list of `PRIVILEGE on KIND name to role NAME`. -#}
{% macro wanted_grants(views) %}
    {%- set wanted = [] -%}
    {%- for name, rules in var('privacy').roles.items() -%}
        {%- set to_role = ' to role ' ~ account_role(name) -%}
        {%- do wanted.append('USAGE on DATABASE ' ~ serving_database() ~ to_role) -%}
        {%- for schema in rules.schemas -%}
            {%- do wanted.append('USAGE on SCHEMA ' ~ serving_schema(schema) ~ to_role) -%}
        {%- endfor -%}
        {%- for view in views if name in view.roles -%}
            {%- do wanted.append('SELECT on VIEW ' ~ view.name ~ to_role) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(wanted) -}}
{% endmacro %}

{#- What the roles of the registry hold inside the two databases, in the same form, and which of the project's roles they inherit: `ROLE name to role
    NAME`. A grant on what is yet to be made is on `FUTURE KINDs in` a schema or a database. -#}
{% macro held_grants() %}
    {%- set held, databases = [], [target.database | upper, serving_database()] -%}
    {%- for role in var('privacy').roles -%}
        {%- set to_role = ' to role ' ~ account_role(role) -%}
        {%- for grant in run_query('show grants to role ' ~ account_role(role)).rows -%}
            {%- set name = grant['name'] | upper -%}
            {%- if grant['granted_on'] == 'ROLE' and name in roles_of_the_project() -%}
                {%- do held.append('ROLE ' ~ name ~ to_role) -%}
            {%- elif name.split('.')[0] in databases -%}
                {%- do held.append(grant['privilege'] ~ ' on ' ~ grant['granted_on'] ~ ' ' ~ name ~ to_role) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for grant in run_query('show future grants to role ' ~ account_role(role)).rows -%}
            {%- set place = (grant['name'] | upper).split('.')[:-1] -%}
            {%- if place[0] in databases -%}
                {%- set within = ('SCHEMA ' if place | length > 1 else 'DATABASE ') ~ place | join('.') -%}
                {%- do held.append(grant['privilege'] ~ ' on FUTURE ' ~ grant['grant_on'] ~ 'S in ' ~ within ~ to_role) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(held) -}}
{% endmacro %}
