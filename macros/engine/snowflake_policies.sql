{#- The database that consumers read: views of the same names as the tables of a release, and the policies on them. -#}
{% macro serving_database() -%}
    {{ target.database | upper }}_SERVING
{%- endmacro %}

{#- A schema of the database that roles read. -#}
{% macro serving_schema(schema) -%}
    {{ serving_database() }}.{{ generate_schema_name(schema, none) | upper }}
{%- endmacro %}

{#- A policy, with database and schema. -#}
{% macro policy_object(name) -%}
    {{ serving_schema('policies') }}.{{ name | upper }}
{%- endmacro %}

{#- A role of the registry in the account. Policies compare it as a text, so it is in capitals. -#}
{% macro account_role(role) -%}
    {{ target.database | upper }}_{{ role | upper }}
{%- endmacro %}

{#- All roles that the project makes. -#}
{% macro roles_of_the_project() %}
    {%- set roles = [] -%}
    {%- for role in ['loader', 'transformer'] + var('privacy').roles | list -%}
        {%- do roles.append(account_role(role)) -%}
    {%- endfor -%}
    {{- return(roles) -}}
{% endmacro %}

{#- Whether one of some roles is in the session; false for no role. -#}
{% macro any_role_in_session(roles) -%}
    {%- for role in roles -%}
        {{ ' or ' if not loop.first }}is_role_in_session('{{ account_role(role) }}')
    {%- else -%}
        false
    {%- endfor -%}
{%- endmacro %}


{#- The type that the values of a class have: a tag carries one policy for each type. -#}
{% macro type_of_class(classification) -%}
    {{ 'date' if classification == 'birth_date' else 'varchar' }}
{%- endmacro %}

{#- What the tag of a personal column says: its class, and the form that the build has given to its values already. -#}
{% macro tag_value(column) -%}
    {{ column.classification ~ (' ' ~ column.built_form if column.built_form) }}
{%- endmacro %}

{#- All that a tag may say, for some views: {value: {classification, built_form}}, each class of the registry first. -#}
{% macro tag_values(views) %}
    {%- set values = {} -%}
    {%- for classification in var('privacy').classes -%}
        {%- do values.update({classification: {'classification': classification, 'built_form': none}}) -%}
    {%- endfor -%}
    {%- for column in views | map(attribute='columns') | sum(start=[]) if column.classification -%}
        {%- do values.setdefault(tag_value(column), column) -%}
    {%- endfor -%}
    {{- return(values) -}}
{% endmacro %}

{#- What a masking policy gives, by the tag of the column. Who holds several roles at once is given the least of what they are given: each
    column and row is then shown as one of them alone may see it. Who holds none is given nothing. What the build has made of a class may be of
    any type. `tags`: from tag_values(). -#}
{% macro mask_body(data_type, tags) -%}
    case system$get_tag_on_current_column('{{ policy_object('pii_class') }}')
    {%- for value, column in tags.items() if column.built_form or type_of_class(column.classification) == data_type %}
        when '{{ value }}' then case
        {%- for form in ['redacted', 'keyed_hash', 'generalised', 'partial', 'full'] -%}
            {%- set roles = roles_with_form(column.classification, form) -%}
            {%- if roles %}
            when {{ any_role_in_session(roles) }} then {{ mask_in_policy(column, form) | trim }}
            {%- endif -%}
        {%- endfor %}
        end
    {%- endfor %}
    end
{%- endmacro %}

{#- The roles that are shown a class in this form. -#}
{% macro roles_with_form(classification, form) %}
    {%- set roles = [] -%}
    {%- for role in var('privacy').roles if form_for(role, classification) == form -%}
        {%- do roles.append(role) -%}
    {%- endfor -%}
    {{- return(roles) -}}
{% endmacro %}

{#- mask(), but what the build has made of a class is shown as it is, and a redacted free text is nothing: a policy sees one value, and not
    whose names it may hold. -#}
{% macro mask_in_policy(column, form) -%}
    {%- if form == 'redacted' and (column.built_form or column.classification == 'free_text') -%}
        null
    {%- else -%}
        {{ 'clear' if column.built_form else mask('clear', column.classification, form) }}
    {%- endif -%}
{%- endmacro %}


{#- The row access policy of a view that a limited role reads; empty where no such role does, or its rows are about no person. One for each schema
    and way to a person, as other roles read other schemas. -#}
{% macro rows_policy(view) -%}
    {%- if view.persons not in ['none', 'unsaid'] and readers_of(view.schema, limited=true) -%}
        rows_of_{{ view.schema }}{{ '_by_' ~ view.persons.split('.')[0] if view.persons != 'customer_key' }}
    {%- endif -%}
{%- endmacro %}

{#- The roles that read a schema: those with limited persons, or the others. -#}
{% macro readers_of(schema, limited) %}
    {%- set roles = [] -%}
    {%- for role, rules in var('privacy').roles.items() if schema in rules.schemas and (rules.persons != 'all') == limited -%}
        {%- do roles.append(role) -%}
    {%- endfor -%}
    {{- return(roles) -}}
{% endmacro %}

{#- Which rows a session sees: all, if it holds a role that reads the schema without limits; else those of the persons in the scope of one of
    its roles. `of_key` is the person's key, or that of the parent by which the person is found. -#}
{% macro rows_body(view) -%}
    {%- set persons -%}
        select customer_key from {{ target.database }}.{{ relation_of_scopes() }}
        where {% for role in readers_of(view.schema, limited=true) -%}
            {{ ' or ' if not loop.first }}(role_name = '{{ role }}' and {{ any_role_in_session([role]) }})
        {%- endfor %}
    {%- endset -%}
    {{ any_role_in_session(readers_of(view.schema, limited=false)) }}
    {%- if view.persons == 'customer_key' %}
    or of_key in ({{ persons }})
    {%- else %}
    {%- set parent, column = view.persons.split('.') %}
    or of_key in (select {{ column }} from {{ target.database }}.{{ relation_of(parent) }} where customer_key in ({{ persons }}))
    {%- endif %}
{%- endmacro %}


{#- All policies that some views take, none for no view: name to kind, signature and body. There is a masking policy for each type that personal
    columns have. `tags`: from tag_values(). -#}
{% macro privacy_policies(views, tags) %}
    {%- set policies = {} -%}
    {%- for name, data_type in {'mask_text': 'varchar', 'mask_date': 'date', 'mask_number': 'bigint'}.items() if views -%}
        {%- set body = mask_body(data_type, tags) -%}
        {%- if 'when' in body -%}
            {%- do policies.update({name: {'kind': 'masking', 'signature': '(clear ' ~ data_type ~ ') returns ' ~ data_type, 'body': body}}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for view in views if rows_policy(view) -%}
        {%- do policies.update({rows_policy(view): {
            'kind': 'row access', 'signature': '(of_key varchar) returns boolean', 'body': rows_body(view),
        }}) -%}
    {%- endfor -%}
    {{- return(policies) -}}
{% endmacro %}

{#- Statements, as a text: a policy that is attached cannot be replaced, so it is made once, and then its body is set. -#}
{% macro policy_statements(policies) %}
    {%- for name, policy in policies.items() %}
    create {{ policy.kind }} policy if not exists {{ policy_object(name) }} as {{ policy.signature }} -> {{ policy.body }};
    alter {{ policy.kind }} policy {{ policy_object(name) }} set body -> {{ policy.body }};
    {% endfor -%}
{% endmacro %}

{#- Statements, as a text: the tag, the values that it lacks since the registry got them, and the policies that a column gets by it. -#}
{% macro tag_statements(policies, tags) %}
    {%- set tag, masks = policy_object('pii_class'), [] -%}
    {%- for name, policy in policies.items() if policy.kind == 'masking' -%}
        {%- do masks.append('masking policy ' ~ policy_object(name)) -%}
    {%- endfor %}
    create tag if not exists {{ tag }} allowed_values '{{ tags | join("', '") }}'
        comment = 'Class of personal data; who sees what of it is said by vars: privacy';
    {%- for known in run_query("show tags like 'PII_CLASS' in schema " ~ serving_schema('policies')).rows %}
    {%- set lacking = tags | reject('in', fromjson(known['allowed_values'])) | list %}
    {{ 'alter tag ' ~ tag ~ " add allowed_values '" ~ lacking | join("', '") ~ "';" if lacking }}
    {%- endfor %}
    alter tag {{ tag }} set {{ masks | join(', ') }} force;
{% endmacro %}
