{#- `dbt --no-write-json run-operation rectify_person --args '{customer_id: "C-1", table: shop.customers, column: phone, value: "+49 30 1234567"}'`: put a value
    right in the latest row that a source told of a person; with {value: null} take it away. The next build carries it on. It does not reach
    the source, whose next delivery, or a full refresh, tells what stands there: have it put right there, too. -#}
{% macro rectify_person(customer_id=none, table=none, column=none, value=none, dry_run=false) %}
    {%- set tables = {} -%}
    {%- for known in built_tables() if person_column(known) -%}{%- do tables.update({qualified_name(known): known}) -%}{%- endfor -%}
    {%- if table not in tables -%}
        {%- do exceptions.raise_compiler_error('rectify_person: table must be one that names its person: ' ~ tables | join(', ') ~ '.') -%}
    {%- endif -%}
    {%- set found = tables[table] -%}
    {%- set rectifiable = found.columns | rejectattr('classification', 'equalto', 'person_id') | map(attribute='name') | reject('in', found.key) | reject('in', var('feeds')[found.feed].columns) | list -%}
    {%- if column not in rectifiable -%}
        {%- do exceptions.raise_compiler_error('rectify_person: column must be one of ' ~ rectifiable | join(', ') ~ '.') -%}
    {%- endif -%}
    {%- if find_persons(asked_persons(customer_id, none), dry_run) == 0 -%}
        {%- do log('This person was erased: there is nothing to rectify.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- set data_type = (found.columns | selectattr('name', 'equalto', column) | first).data_type -%}
    {%- set new = 'null' if value is none or not value | string | trim else 'cast(' ~ text_literal(value) ~ ' as ' ~ data_type ~ ')' -%}
    {%- do select_latest_rows(found, column, new) -%}
    {%- if count_scratch('person_rows') == 0 -%}
        {%- do log(table ~ '.' ~ column ~ ' says so already, or ' ~ table ~ ' has no row of this person: nothing was changed.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- call carry_out('rectified ' ~ table ~ '.' ~ column ~ ' of', dry_run) -%}
        {%- do write_actions('rectify', table ~ '.' ~ column) -%}
        {%- call run_statement() %}
            update {{ base_relation(found) }} as known
            set
                {{ column }} = {{ new }},
                {%- for keyed in keyed_columns(found) if keyed.name == column %}
                {{ key_column(keyed) }} = {{ pseudonym(new, keyed.classification) }},
                {%- endfor %}
                _load_id = {{ current_load_id() }}
            from {{ scratch('person_rows') }} as person_rows
            where {{ is_person_row(found) }}
        {%- endcall -%}
    {%- endcall -%}
{% endmacro %}

{#- Select the latest row of each key of a table that names the person, where its `column` does not say `new` already. -#}
{% macro select_latest_rows(table, column, new) %}
    {%- set keys, version = table.key | join(', '), row_version(table.feed) -%}
    {%- set condition %}
        known._issues is null
        and ({{ keys }}, {{ version }}) in (
            select {{ keys }}, max({{ version }})
            from {{ base_relation(table) }}
            where _issues is null
            group by {{ keys }}
        )
        and {{ column }} is distinct from {{ new }}
    {%- endset -%}
    {%- call add_person_rows(table, condition) %}
        inner join {{ scratch('persons') }} as found on known.{{ person_column(table) }} = found.person_id
    {%- endcall -%}
{% endmacro %}
