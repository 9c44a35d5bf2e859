{#- `dbt --no-write-json run-operation object_person --args '{customer_id: "C-1"}'`: a person objects to marketing; with {do_not_sell: true} to being sold or shared.
    From then on the person is in no role's scope that needs consent, until a later consent says otherwise (objections() below). -#}
{% macro object_person(customer_id=none, customer_ids=none, do_not_sell=false, dry_run=false) %}
    {%- if find_persons(asked_persons(customer_id, customer_ids), dry_run) == 0 -%}
        {%- do log('All of them were erased: nothing of theirs is used.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- set details = 'do not sell' if do_not_sell else 'object' -%}
    {%- set known = 'select person_key from ' ~ ledger('privacy_actions') ~ " where action = 'object' and details = '" ~ details ~ "'" -%}
    {%- do begin_operation() -%}
    {%- do run_query('delete from ' ~ scratch('persons') ~ ' where person_key in (' ~ known ~ ')') -%}
    {%- if run_query('select count(*) from ' ~ scratch('persons')).columns[0].values()[0] == 0 -%}
        {%- do run_query('rollback') -%}
        {%- do log('They have objected before: nothing is left to do.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- do write_actions('object', details) -%}
    {%- do end_operation('noted the objection (' ~ details ~ ') of', dry_run) -%}
{% endmacro %}

{#- A query: customer_key and objected_at of objections that an operation has noted; those that came by the CRM are requests of kind object. -#}
{% macro objections() -%}
    select person_key as customer_key, max(done_at) as objected_at from {{ ledger('privacy_actions') }} where action = 'object' group by person_key
{%- endmacro %}
