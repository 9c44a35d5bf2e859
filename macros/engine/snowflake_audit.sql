{#- What is declared on who sees what, and what is in force, as two lists of facts in words; none on an engine without roles. -#}
{% macro privacy_facts() %}
    {%- if not target_is_loaded() -%}{{ return(none) }}{%- endif -%}
    {%- set declared = served_views() -%}
    {%- set views = views_that_can_be_made(declared) -%}
    {%- set policies = privacy_policies(views, tag_values(declared)) -%}
    {{- return({'declared': facts_in(declared_facts(policies, views)), 'attached': facts_in(attached_facts(policies, views))}) -}}
{% endmacro %}

{#- The facts of a text, of which each is a line. -#}
{% macro facts_in(text) %}
    {{- return(text.splitlines() | map('trim') | select | list) -}}
{% endmacro %}

{#- What the registry declares: grants, bodies of policies, and which column has which, one fact a line. -#}
{% macro declared_facts(policies, views) %}
    {%- for grant in wanted_grants(views) %}
    grant {{ grant }}
    {% endfor -%}
    {%- for name, policy in policies.items() %}
    body of policy {{ name }}, {{ hash_of_body(policy.body) }}
    {{ 'policy ' ~ name ~ ' on tag pii_class' if policy.kind == 'masking' }}
    {% endfor -%}
    {%- for view in views %}
    {% for column in view.columns if column.classification %}
    tag pii_class = {{ tag_value(column) }} on {{ view.name }}.{{ column.name | upper }}
    {% endfor %}
    {{ 'policy ' ~ rows_policy(view) ~ ' on ' ~ view.name ~ ' (' ~ rows_column(view) | upper ~ ')' if rows_policy(view) }}
    {% endfor -%}
{% endmacro %}

{#- The same facts as the account has them. -#}
{% macro attached_facts(policies, views) %}
    {%- for grant in held_grants() + grants_of_others() %}
    grant {{ grant }}
    {% endfor -%}
    {%- for name, policy in policies.items() -%}
    {%- for row in run_query('describe ' ~ policy.kind ~ ' policy ' ~ policy_object(name)).rows %}
    body of policy {{ name }}, {{ hash_of_body(row['body']) }}
    {% endfor -%}
    {%- endfor -%}
    {%- for query in [references_to_policies(policies), references_to_tags(views)] if query | trim -%}
    {{ run_query(query).columns[0].values() | join('\n') }}
    {% endfor -%}
{% endmacro %}

{#- A body by its hash: it is long, and kept with blanks and with dbt's comment on who issued it. -#}
{% macro hash_of_body(body) -%}
    {{ local_md5(modules.re.sub('/[*].*?[*]/', '', body).split() | join(' ')) }}
{%- endmacro %}

{#- Who but loader, build and the registry's roles, whose grants held_grants() tells, may enter a schema of the build's database. -#}
{% macro grants_of_others() %}
    {%- set held = [] -%}
    {%- for schema in schemas_of_the_project() -%}
        {%- set name = build_schema(schema) | upper -%}
        {%- for grant in run_query('show grants on schema ' ~ name).rows
            if grant['privilege'] != 'OWNERSHIP' and grant['grantee_name'] not in roles_of_the_project() -%}
            {%- do held.append(grant['privilege'] ~ ' on SCHEMA ' ~ name ~ ' to role ' ~ grant['grantee_name']) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(held) -}}
{% endmacro %}

{#- A query: what each policy stands on. A masking policy stands on columns, too, by the tag. -#}
{% macro references_to_policies(policies) -%}
    {%- for name, policy in policies.items() %}
        {{ 'union all' if not loop.first }}
        select
            case
                when ref_entity_domain = 'TAG' then 'policy {{ name }} on tag ' || lower(ref_entity_name)
                else 'policy {{ name }} on {{ serving_database() }}.' || ref_schema_name || '.' || ref_entity_name
                    || ' (' || translate(ref_arg_column_names, '[]" ', '') || ')'
            end as fact
        from table({{ serving_database() }}.information_schema.policy_references(policy_name => '{{ policy_object(name) }}'))
        {{ "where ref_entity_domain = 'TAG'" if policy.kind == 'masking' }}
    {%- endfor -%}
{%- endmacro %}

{#- A query: the tags of the columns of views. -#}
{% macro references_to_tags(views) -%}
    {%- for view in views if view.columns | selectattr('classification') | list %}
        {{ 'union all' if not loop.first }}
        select 'tag ' || lower(tag_name) || ' = ' || tag_value || ' on {{ view.name }}.' || column_name as fact
        from table({{ serving_database() }}.information_schema.tag_references_all_columns('{{ view.name }}', 'table'))
        where tag_name = 'PII_CLASS'
    {%- endfor -%}
{%- endmacro %}
