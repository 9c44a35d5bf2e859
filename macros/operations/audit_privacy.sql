{#- `dbt run-operation audit_privacy`: hold what is in force on Snowflake against what is declared, and fail on any difference: grants of
    consumers' roles, policies, what they are attached to, and tags. Every build ends with it. -#}
{% macro audit_privacy() %}
    {%- set facts = privacy_facts() -%}
    {%- if not facts -%}
        {%- do log('There is nothing to audit: this engine has no roles.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- set found = differences_in_privacy(facts.declared, facts.attached) -%}
    {%- if found -%}
        {%- do exceptions.raise_compiler_error(
            found | length ~ ' differences between what dbt_project.yml and the contract declare and what is in force:\n' ~ found | join('\n')
            ~ '\n`dbt run-operation apply_privacy` puts policies, tags and views right, and takes back what a role of the registry should not hold; '
            ~ 'create_objects grants what is missing on databases and schemas. What another role holds, whoever granted it has to revoke.'
        ) -%}
    {%- endif -%}
    {%- do log('Privacy: all ' ~ facts.declared | length ~ ' grants, policies and tags are as declared.', info=true) -%}
{% endmacro %}

{#- Two lists of facts, each a text: what is only in one of them, as sentences. -#}
{% macro differences_in_privacy(declared, attached) %}
    {%- set found = [] -%}
    {%- for fact in declared if fact not in attached -%}
        {%- do found.append('missing: ' ~ fact) -%}
    {%- endfor -%}
    {%- for fact in attached if fact not in declared -%}
        {%- do found.append('not declared: ' ~ fact) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
