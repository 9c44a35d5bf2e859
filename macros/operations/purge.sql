{#- `dbt run-operation purge`: take out of base, pii and quarantine what rows tell of persons beyond their retention (macros/privacy/retention.sql).
    As with an erasure the rows stay, without classified values and with `erased:<key>` for ids, so that facts keep their numbers under the
    same keys. A full refresh brings back what the landing zone still holds: delete files of that age there, and purge again.
    With {dry_run: true} it says what it would do. -#}
{% macro purge(dry_run=false) %}
    {%- if dry_run is not boolean -%}{%- do exceptions.raise_compiler_error('dry_run is true or false, not ' ~ dry_run ~ '.') -%}{%- endif -%}
    {%- do check_readiness() -%}
    {%- if run_query('select ' ~ as_of() ~ ' > max(ingested_on) from ' ~ ledger('loaded_files')).columns[0].values()[0] -%}
        {#- What a purge has taken out, no later one gives back. -#}
        {%- do exceptions.raise_compiler_error(
            'Nothing was purged: var as_of is ' ~ var('as_of') ~ ', later than any day that has landed, so rows would go before their time. Leave it out.'
        ) -%}
    {%- endif -%}
    {%- do make_scratch('touched', 'source_name varchar, table_name varchar, person_key varchar, row_count bigint') -%}
    {%- do make_scratch('persons', 'place bigint, person_key varchar') -%}
    {%- do begin_transaction() -%}
    {%- do run_query(next_batch()) -%}
    {%- for table in contract_tables() if base_relation(table) -%}
        {%- set outlived = has_outlived(table, base_relation(table)) -%}
        {%- if outlived is not none -%}
            {%- set count = run_query('select count(*) from ' ~ base_relation(table) ~ ' where ' ~ outlived).columns[0].values()[0] | int -%}
            {%- if count -%}
                {%- do run_query('insert into ' ~ scratch('touched') ~ " select '" ~ table.source ~ "', '" ~ table.table ~ "', 'unknown', " ~ count) -%}
                {%- do purge_rows(table, outlived) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if run_query('select count(*) from ' ~ scratch('touched')).columns[0].values()[0] == 0 -%}
        {%- do rollback_transaction() -%}
        {%- do log('No row has outlived its retention: nothing is left to do.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- do forget_unnamed_persons() -%}
    {%- do forget_names() -%}
    {%- do run_query('insert into ' ~ ledger('changed_tables') ~ ' select source_name, table_name, ' ~ current_batch() ~ ' from ' ~ scratch('touched')) -%}
    {%- do run_query(
        'insert into ' ~ ledger('privacy_actions') ~ " select md5('" ~ invocation_id ~ "|purge|' || source_name || '.' || table_name), 'purge', 'unknown', null, null, "
        ~ utc_now() ~ ', ' ~ utc_now() ~ ", row_count, source_name || '.' || table_name from " ~ scratch('touched')
    ) -%}
    {%- do end_operation('purged', dry_run) -%}
{% endmacro %}

{% macro purge_rows(table, outlived) %}
    {%- set base = base_relation(table) -%}
    {%- set keys = table.key | join(', ') -%}
    {%- set pii = relation_if_exists('pii', 'pii_' ~ table.source ~ '__' ~ table.table) -%}
    {%- do anonymise_quarantine(table, "left(_raw, 7) not in ('erased:', 'purged:') and " ~ outlived, purged_raw()) -%}
    {%- if pii -%}
        {#- Where a younger row stands, it is the one that pii tells. -#}
        {%- do run_query(
            'delete from ' ~ pii ~ ' where (' ~ keys ~ ') in (select ' ~ keys ~ ' from ' ~ base ~ ' where ' ~ outlived ~ ') and (' ~ keys ~ ') not in (select ' ~ keys ~ ' from '
            ~ base ~ ' where _issues is null and not coalesce(' ~ outlived ~ ', false)'
            ~ (' and ' ~ keys | replace(', ', ' is not null and ') ~ ' is not null') ~ ')'
        ) -%}
    {%- endif -%}
    {%- set assignments = ['_raw = ' ~ purged_raw(), '_batch = ' ~ current_batch()] -%}
    {%- for column in table.columns if column.classification -%}
        {%- do assignments.append(column.name ~ ' = ' ~ (
            'case when ' ~ column.name ~ " is not null then 'erased:' || " ~ pseudonym(column.name) ~ ' end' if column.classification == 'person_id'
            else 'case when _issues is null and ' ~ column.name ~ ' is not null then ' ~ without_content(column, column.name) ~ ' end' if column.elements else 'null'
        )) -%}
    {%- endfor -%}
    {%- do run_query('update ' ~ base ~ ' set ' ~ assignments | join(', ') ~ ' where ' ~ outlived) -%}
{% endmacro %}

{% macro purged_raw() -%}
    case when left(_raw, 7) in ('erased:', 'purged:') then _raw else 'purged:' || left({{ suppression_hash('_raw') }}, 16) end
{%- endmacro %}

{#- Persons whom no landed row names any more have no row in person_keys. -#}
{% macro forget_unnamed_persons() %}
    {%- set person_keys = relation_if_exists('pii', 'person_keys') -%}
    {%- set named = [] -%}
    {%- for table in tables_of_persons() if person_column(table) and base_relation(table) -%}
        {%- do named.append('select ' ~ person_column(table) ~ ' from ' ~ base_relation(table) ~ ' where ' ~ person_column(table) ~ ' is not null') -%}
    {%- endfor -%}
    {%- if person_keys -%}
        {%- do run_query('delete from ' ~ person_keys ~ ' where person_id not in (' ~ named | join(' union ') ~ ')') -%}
    {%- endif -%}
{% endmacro %}
