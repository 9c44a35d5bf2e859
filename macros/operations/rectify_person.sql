{#- `dbt --no-write-json run-operation rectify_person --args '{customer_id: "C-1", table: shop.customers, column: phone, value: "+49 30 1234567"}'`: put a value
    right in the latest row that a source told of a person; with {value: null} take it away. The next build carries it on. It does not reach
    the source, whose next delivery, or a full refresh, tells what stands there: have it put right there, too. -#}
{% macro rectify_person(customer_id=none, table=none, column=none, value=none, dry_run=false) %}
    {%- set found, places = [], [] -%}
    {%- for known in contract_tables() if person_column(known) -%}
        {%- do places.append(known.source ~ '.' ~ known.table) -%}
        {%- if places[-1] == table -%}{%- do found.append(known) -%}{%- endif -%}
    {%- endfor -%}
    {%- if not found -%}
        {%- do exceptions.raise_compiler_error('rectify_person: table must be one that names its person: ' ~ places | join(', ') ~ '.') -%}
    {%- endif -%}
    {%- set rectifiable = found[0].columns | rejectattr('classification', 'equalto', 'person_id') | map(attribute='name') | reject('in', found[0].key) | reject('in', var('feeds')[found[0].feed].columns) | list -%}
    {%- if column not in rectifiable -%}
        {%- do exceptions.raise_compiler_error('rectify_person: column must be one of ' ~ rectifiable | join(', ') ~ '.') -%}
    {%- endif -%}
    {%- if find_persons(asked_persons(customer_id, none), dry_run) == 0 -%}
        {%- do log('This person was erased: there is nothing to rectify.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- set data_type = (found[0].columns | selectattr('name', 'equalto', column) | first).data_type -%}
    {%- set base, keys = base_relation(found[0]), found[0].key | join(', ') -%}
    {%- set person, version = person_column(found[0]), row_version(found[0].feed) -%}
    {%- set new = 'null' if value is none else 'cast(' ~ text_literal(value) ~ ' as ' ~ data_type ~ ')' -%}
    {%- set latest -%}
        _issues is null
        and {{ person }} in (select person_id from {{ scratch('persons') }})
        and ({{ keys }}, {{ version }}) in (select {{ keys }}, max({{ version }}) from {{ base }} where _issues is null group by {{ keys }})
        and {{ column }} is distinct from {{ new }}
    {%- endset -%}
    {%- do begin_transaction() -%}
    {%- do run_query(
        'insert into ' ~ scratch('touched') ~ " select '" ~ found[0].source ~ "', '" ~ found[0].table ~ "', persons.person_key, count(*) from " ~ base
        ~ ' as known inner join ' ~ scratch('persons') ~ ' as persons on known.' ~ person ~ ' = persons.person_id where ' ~ latest ~ ' group by persons.person_key'
    ) -%}
    {%- if run_query('select count(*) from ' ~ scratch('touched')).columns[0].values()[0] == 0 -%}
        {%- do rollback_transaction() -%}
        {%- do log(table ~ '.' ~ column ~ ' says so already, or ' ~ table ~ ' has no row of this person: nothing was changed.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- do run_query(next_batch()) -%}
    {%- do run_query('update ' ~ base ~ ' set ' ~ column ~ ' = ' ~ new ~ ', _batch = ' ~ current_batch() ~ ' where ' ~ latest) -%}
    {%- do run_query('insert into ' ~ ledger('changed_tables') ~ ' select distinct source_name, table_name, ' ~ current_batch() ~ ' from ' ~ scratch('touched')) -%}
    {%- do write_actions('rectify', table ~ '.' ~ column) -%}
    {%- do end_operation('rectified ' ~ table ~ '.' ~ column ~ ' of', dry_run) -%}
{% endmacro %}
