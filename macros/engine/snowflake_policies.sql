{#- The database that consumers read: views of the same names as the tables of a release, and the policies on them. -#}
{% macro serving_database() -%}
    {{ target.database | upper }}_SERVING
{%- endmacro %}

{% macro serving_schema(schema) -%}
    {{ serving_database() }}.{{ generate_schema_name(schema, none) | upper }}
{%- endmacro %}

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

{#- The different personal columns that the build has made something of, by what their tag says. -#}
{% macro derived_columns(declared) %}
    {%- set derived = {} -%}
    {%- for view in declared -%}
        {%- for column in view.columns if column.built_form -%}
            {%- do derived.update({tag_value(column): column}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(derived) -}}
{% endmacro %}

{#- What a masking policy gives, by the class in the column's tag. Who holds several roles at once is given the least of what they are given:
    each column and row is then shown as one of them alone may see it. Who holds none is given nothing. -#}
{% macro mask_body(data_type, derived) -%}
    case system$get_tag_on_current_column('{{ policy_object('pii_class') }}')
    {%- for classification, forms in var('privacy').classes.items() if type_of_class(classification) == data_type %}
        when '{{ classification }}' then case
        {%- for form in ['redacted', 'keyed_hash', 'generalised', 'partial', 'full'] -%}
            {%- set roles = roles_with_form(classification, form) -%}
            {%- if roles %}
            when {{ any_role_in_session(roles) }} then {{ mask_in_policy(classification, form) | trim }}
            {%- endif -%}
        {%- endfor %}
        end
    {%- endfor %}
    {%- for value, column in derived.items() %}
        {%- set hidden_from = roles_with_form(column.classification, 'redacted') %}
        when '{{ value }}' then case
            {%- if hidden_from %}
            when {{ any_role_in_session(hidden_from) }} then null
            {%- endif %}
            when {{ any_role_in_session(var('privacy').roles | reject('in', hidden_from) | list) }} then clear
        end
    {%- endfor %}
    end
{%- endmacro %}

{% macro roles_with_form(classification, form) %}
    {%- set roles = [] -%}
    {%- for role in var('privacy').roles if form_for(role, classification) == form -%}
        {%- do roles.append(role) -%}
    {%- endfor -%}
    {{- return(roles) -}}
{% endmacro %}

{#- mask(), but a redacted free text is nothing: a policy sees one value, and not whose names it may hold. -#}
{% macro mask_in_policy(classification, form) -%}
    {%- if [classification, form] == ['free_text', 'redacted'] -%}
        cast(null as varchar)
    {%- else -%}
        {{ mask('clear', classification, form) }}
    {%- endif -%}
{%- endmacro %}


{#- The row access policy of a view that a limited role reads; none where no such role does, or its rows are about no person. One for each schema
    and way to a person, as other roles read other schemas. -#}
{% macro rows_policy(view) -%}
    {%- if view.persons not in ['none', 'unsaid'] and limited_roles(view.schema) -%}
        rows_of_{{ view.schema }}{{ '_by_' ~ view.persons.split('.')[0] if view.persons != 'customer_key' }}
    {%- endif -%}
{%- endmacro %}

{% macro limited_roles(schema) %}
    {%- set limited = [] -%}
    {%- for role, rules in var('privacy').roles.items() if schema in rules.schemas and rules.persons != 'all' -%}
        {%- do limited.append(role) -%}
    {%- endfor -%}
    {{- return(limited) -}}
{% endmacro %}

{#- Which rows a session sees: all, if it holds a role that reads the schema without limits; else those of the persons in the scope of one of
    its roles. `of_key` is the person's key, or that of the parent by which the person is found. -#}
{% macro rows_body(view, declared) -%}
    {%- set limited, unlimited, in_scope = limited_roles(view.schema), [], [] -%}
    {%- for role, rules in var('privacy').roles.items() if view.schema in rules.schemas and role not in limited -%}
        {%- do unlimited.append(role) -%}
    {%- endfor -%}
    {%- for role in limited -%}
        {%- do in_scope.append("(scopes.role_name = '" ~ role ~ "' and " ~ any_role_in_session([role]) ~ ')') -%}
    {%- endfor -%}
    {%- set scopes = target.database ~ '.' ~ relation_of_scopes() ~ ' as scopes' -%}
    {{ any_role_in_session(unlimited) }}
    {%- if view.persons == 'customer_key' %}
    or exists (
        select 1 from {{ scopes }}
        where scopes.customer_key = of_key and ({{ in_scope | join(' or ') }})
    )
    {%- else %}
    {%- set parent, column = view.persons.split('.') %}
    {%- set parents = target.database ~ '.' ~ (declared | selectattr('table', 'equalto', parent) | first).relation ~ ' as parents' %}
    or exists (
        select 1 from {{ parents }}
        inner join {{ scopes }} on parents.customer_key = scopes.customer_key
        where parents.{{ column }} = of_key and ({{ in_scope | join(' or ') }})
    )
    {%- endif %}
{%- endmacro %}


{#- A masking policy for each type that personal columns have; numbers are always made of something. -#}
{% macro masking_policies(derived) %}
    {{- return(dict({'mask_text': 'varchar', 'mask_date': 'date'}, **({'mask_number': 'bigint'} if derived else {}))) -}}
{% endmacro %}

{#- All policies that some of the declared views take: name to kind, signature and body. -#}
{% macro privacy_policies(views, declared) %}
    {%- set policies, derived = {}, derived_columns(declared) -%}
    {%- for name, data_type in masking_policies(derived).items() -%}
        {%- do policies.update({name: {'kind': 'masking', 'signature': '(clear ' ~ data_type ~ ') returns ' ~ data_type, 'body': mask_body(data_type, derived)}}) -%}
    {%- endfor -%}
    {%- for view in views if rows_policy(view) and rows_policy(view) not in policies -%}
        {%- do policies.update({rows_policy(view): {
            'kind': 'row access', 'signature': '(of_key varchar) returns boolean', 'body': rows_body(view, declared),
        }}) -%}
    {%- endfor -%}
    {{- return(policies) -}}
{% endmacro %}

{#- A policy that is attached cannot be replaced: it is made once, and then its body is set. -#}
{% macro policy_statements(policies) %}
    {%- set statements = [] -%}
    {%- for name, policy in policies.items() -%}
        {%- do statements.append('create ' ~ policy.kind ~ ' policy if not exists ' ~ policy_object(name) ~ ' as ' ~ policy.signature ~ ' -> ' ~ policy.body) -%}
        {%- do statements.append('alter ' ~ policy.kind ~ ' policy ' ~ policy_object(name) ~ ' set body -> ' ~ policy.body) -%}
    {%- endfor -%}
    {{- return(statements) -}}
{% endmacro %}

{#- The tag, the values that it lacks since the registry got them, and the policies that a column gets by it. -#}
{% macro tag_statements(policies, declared) %}
    {%- set tag = policy_object('pii_class') -%}
    {%- set classes = [] -%}
    {%- for value in var('privacy').classes | list + derived_columns(declared) | list -%}
        {%- do classes.append("'" ~ value ~ "'") -%}
    {%- endfor -%}
    {%- set attached = [] -%}
    {%- for name, policy in policies.items() if policy.kind == 'masking' -%}
        {%- do attached.append('masking policy ' ~ policy_object(name)) -%}
    {%- endfor -%}
    {%- set statements = [
        'create tag if not exists ' ~ tag ~ ' allowed_values ' ~ classes | join(', ') ~ " comment = 'Class of personal data; who sees what of it is said by vars: privacy'"
    ] -%}
    {%- for known in run_query("show tags like 'PII_CLASS' in schema " ~ serving_schema('policies')).rows -%}
        {%- set added = [] -%}
        {%- for classification in classes if classification | replace("'", '"') not in known['allowed_values'] -%}
            {%- do added.append(classification) -%}
        {%- endfor -%}
        {%- if added -%}{%- do statements.append('alter tag ' ~ tag ~ ' add allowed_values ' ~ added | join(', ')) -%}{%- endif -%}
    {%- endfor -%}
    {%- do statements.append('alter tag ' ~ tag ~ ' set ' ~ attached | join(', ') ~ ' force') -%}
    {{- return(statements) -}}
{% endmacro %}
