{#- `dbt --no-write-json run-operation object_person --args '{customer_id: "C-1"}'`: a person objects to marketing; with {do_not_sell: true} to being sold or shared.
    From then on the person is in no role's scope that needs consent, until a later consent says otherwise (objections() below). -#}
{% macro object_person(customer_id=none, customer_ids=none, do_not_sell=false, dry_run=false) %}
    {%- if do_not_sell is not boolean -%}{%- do exceptions.raise_compiler_error('do_not_sell is true or false, not ' ~ do_not_sell ~ '.') -%}{%- endif -%}
    {%- if find_persons(asked_persons(customer_id, customer_ids), dry_run) == 0 -%}
        {%- do log('All of them were erased: nothing of theirs is used.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- set details = 'do not sell' if do_not_sell else 'object' -%}
    {%- do begin_transaction() -%}
    {%- do run_query('delete from ' ~ scratch('persons') ~ ' where ' ~ objects_already(details)) -%}
    {%- if run_query('select count(*) from ' ~ scratch('persons')).columns[0].values()[0] == 0 -%}
        {%- do rollback_transaction() -%}
        {%- do log('They have objected before: nothing is left to do.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- do write_actions('object', details) -%}
    {%- do end_operation('noted the objection (' ~ details ~ ') of', dry_run) -%}
{% endmacro %}

{#- A condition on scratch('persons'): the same objection is noted, no consent has been given since, and no request of the CRM waits for it. -#}
{% macro objects_already(details) %}
    {%- set consents = base_relation({'source': 'crm', 'table': 'consents'}) -%}
    {%- set requests = base_relation({'source': 'crm', 'table': 'privacy_requests'}) -%}
    person_key in (
        select noted.person_key
        from (
            select person_key, max(done_at) as done_at
            from {{ ledger('privacy_actions') }}
            where action = 'object' and details = {{ text_literal(details) }}
            group by person_key
        ) as noted
        {%- if consents %}
        left join (
            select persons.person_key, max(consents.declared_at) as declared_at
            from {{ consents }} as consents
            inner join {{ scratch('persons') }} as persons on consents.customer_id = persons.person_id
            where consents.is_granted and consents._issues is null
            group by persons.person_key
        ) as given
            on noted.person_key = given.person_key
        where given.declared_at is null or given.declared_at <= noted.done_at
        {%- endif %}
    )
    {%- if requests %}
    and person_id not in (
        select customer_id
        from {{ requests }}
        where customer_id is not null and {{ is_open_request('object') }}
    )
    {%- endif %}
{% endmacro %}

{#- A query: customer_key and objected_at of objections that an operation has noted; those that came by the CRM are requests of kind object. -#}
{% macro objections() -%}
    select person_key as customer_key, max(done_at) as objected_at from {{ ledger('privacy_actions') }} where action = 'object' group by person_key
{%- endmacro %}
