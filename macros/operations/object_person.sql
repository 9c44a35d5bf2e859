{#- `dbt --no-write-json run-operation object_person --args '{customer_id: "C-1"}'`: a person objects to marketing; with {do_not_sell: true} to being sold or shared.
    From then on the person is in no role's scope that needs consent, until a later consent says otherwise (int_person__scopes). -#}
{% macro object_person(customer_id=none, customer_ids=none, do_not_sell=false, dry_run=false) %}
    {%- if do_not_sell is not boolean -%}{%- do exceptions.raise_compiler_error('do_not_sell is true or false, not ' ~ do_not_sell ~ '.') -%}{%- endif -%}
    {%- if find_persons(asked_persons(customer_id, customer_ids), dry_run) == 0 -%}
        {%- do log('All of them were erased: nothing of theirs is used.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- set details = 'do not sell' if do_not_sell else 'object' -%}
    {%- call run_statement() %}
        delete from {{ scratch('persons') }}
        where {{ objects_already(details) }}
    {%- endcall -%}
    {%- if count_scratch('persons') == 0 -%}
        {%- do log('They have objected before: nothing is left to do.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- call carry_out('noted the objection (' ~ details ~ ') of', dry_run, changes_rows=false) -%}
        {%- do write_actions('object', details) -%}
    {%- endcall -%}
{% endmacro %}

{#- A condition on scratch('persons'): the same objection is noted, no consent has been given since, and no request of the CRM waits for it. -#}
{% macro objects_already(details) %}
    person_key in (
        select noted.person_key
        from {{ ledger('privacy_actions') }} as noted
        inner join {{ scratch('persons') }} as persons on noted.person_key = persons.person_key
        left join {{ base_relation({'source': 'crm', 'table': 'consents'}) }} as consents
            on persons.person_id = consents.customer_id and consents.is_granted and consents._issues is null
        where noted.action = 'object' and noted.details = {{ text_literal(details) }}
        group by noted.person_key
        having max(consents.declared_at) is null or max(consents.declared_at) <= max(noted.done_at)
    )
    and person_id not in (
        select customer_id
        from {{ open_requests() }}
        where request_type = 'object' and customer_id is not null
    )
{% endmacro %}
