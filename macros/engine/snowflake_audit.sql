{#- What is declared on who sees what, and what is in force, as two lists of facts in words; none on an engine without roles. -#}
{% macro privacy_facts() %}
    {{- return(adapter.dispatch('privacy_facts', 'techco')()) -}}
{% endmacro %}

{% macro duckdb__privacy_facts() %}{{ return(none) }}{% endmacro %}

{% macro snowflake__privacy_facts() %}
    {%- set declared = served_views() -%}
    {%- set views = views_that_can_be_made(declared) -%}
    {%- set policies = privacy_policies(views, declared) -%}
    {{- return({'declared': declared_facts(policies, views), 'attached': attached_facts(policies, views)}) -}}
{% endmacro %}

{% macro declared_facts(policies, views) %}
    {%- set facts = [] -%}
    {%- for grant in wanted_grants(views) -%}
        {%- do facts.append(grant_in_words(grant)) -%}
    {%- endfor -%}
    {%- for name, policy in policies.items() -%}
        {%- do facts.append(body_in_words(name, policy.body)) -%}
        {%- if policy.kind == 'masking' -%}
            {%- do facts.append('policy ' ~ name ~ ' on tag pii_class') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for view in views -%}
        {%- for column in view.columns if column.classification -%}
            {%- do facts.append('tag pii_class = ' ~ tag_value(column) ~ ' on ' ~ view.name ~ '.' ~ column.name | upper) -%}
        {%- endfor -%}
        {%- if rows_policy(view) -%}
            {%- do facts.append('policy ' ~ rows_policy(view) ~ ' on ' ~ view.name ~ ' (' ~ rows_column(view) | upper ~ ')') -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(facts) -}}
{% endmacro %}

{% macro attached_facts(policies, views) %}
    {%- set facts = grants_of_others() -%}
    {%- for grant in held_grants() -%}
        {%- do facts.append(grant_in_words(grant)) -%}
    {%- endfor -%}
    {%- for name, policy in policies.items() -%}
        {%- for row in run_query('describe ' ~ policy.kind ~ ' policy ' ~ policy_object(name)).rows -%}
            {%- do facts.append(body_in_words(name, row['body'])) -%}
        {%- endfor -%}
    {%- endfor -%}
    {#- By position: names of columns come back in capitals. -#}
    {%- for row in run_query(references_to_policies(policies)).rows -%}
        {%- set policy, schema, entity, domain, arguments = row.values() -%}
        {%- if domain == 'TAG' -%}
            {%- do facts.append('policy ' ~ policy ~ ' on tag ' ~ entity | lower) -%}
        {%- elif policies[policy].kind == 'row access' -%}
            {%- set column = modules.re.sub('[^A-Z0-9_]', '', arguments) -%}
            {%- do facts.append('policy ' ~ policy ~ ' on ' ~ serving_database() ~ '.' ~ schema ~ '.' ~ entity ~ ' (' ~ column ~ ')') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for row in run_query(references_to_tags(views)).rows -%}
        {%- set view, column, tag, classification = row.values() -%}
        {%- do facts.append('tag ' ~ tag | lower ~ ' = ' ~ classification ~ ' on ' ~ view ~ '.' ~ column) -%}
    {%- endfor -%}
    {{- return(facts) -}}
{% endmacro %}

{% macro grant_in_words(grant) -%}
    grant of {{ grant.privilege }} on {{ grant.kind }} {{ grant.name }} to {{ grant.role }}
{%- endmacro %}

{#- A body by its hash: it is long, and kept with blanks and with dbt's comment on who issued it. -#}
{% macro body_in_words(name, body) -%}
    body of policy {{ name }}, {{ local_md5(modules.re.sub('/[*].*?[*]/', '', body).split() | join(' ')) }}
{%- endmacro %}

{#- Who but loader and build may enter a schema of the build's database. -#}
{% macro grants_of_others() %}
    {%- set facts = [] -%}
    {#- What the registry's roles hold is told by held_grants(). -#}
    {%- set own = roles_of_the_project() -%}
    {%- for schema in schemas_of_the_project() -%}
        {%- set name = (target.database ~ '.' ~ generate_schema_name(schema, none)) | upper -%}
        {%- for row in run_query('show grants on schema ' ~ name).rows if row['privilege'] != 'OWNERSHIP' and row['grantee_name'] not in own -%}
            {%- do facts.append('grant of ' ~ row['privilege'] ~ ' on SCHEMA ' ~ name ~ ' to ' ~ row['grantee_name']) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(facts) -}}
{% endmacro %}

{% macro references_to_policies(policies) -%}
    {%- for name in policies -%}
        {{ 'union all' if not loop.first }}
        select '{{ name }}' as policy_name, ref_schema_name, ref_entity_name, ref_entity_domain, ref_arg_column_names
        from table({{ serving_database() }}.information_schema.policy_references(policy_name => '{{ policy_object(name) }}'))
    {% endfor -%}
{%- endmacro %}

{% macro references_to_tags(views) -%}
    {%- for view in views if view.columns | selectattr('classification') | list -%}
        {{ 'union all' if not loop.first }}
        select '{{ view.name }}' as view_name, column_name, tag_name, tag_value
        from table({{ serving_database() }}.information_schema.tag_references_all_columns('{{ view.name }}', 'table'))
        where tag_name = 'PII_CLASS'
    {% else -%}
        select null as view_name, null as column_name, null as tag_name, null as tag_value where 1 = 0
    {%- endfor -%}
{%- endmacro %}
