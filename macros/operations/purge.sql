{#- `dbt run-operation purge`: take out of base, pii and quarantine what rows tell of persons beyond their retention (macros/privacy/retention.sql).
    As with an erasure the rows stay, without classified values and with `erased:<key>` for ids, so that facts keep their numbers under the
    same keys. A full refresh brings back what the landing zone still holds: delete files of that age there, and purge again.
    With {dry_run: true} it says what it would do. -#}
{% macro purge(dry_run=false) %}
    {%- do prepare_operation(dry_run) -%}
    {%- if single_value('select ' ~ as_of() ~ ' > max(ingested_on) from ' ~ ledger('loaded_files')) -%}
        {#- What a purge has taken out, no later one gives back. -#}
        {%- do exceptions.raise_compiler_error(
            'Nothing was purged: var as_of is ' ~ var('as_of') ~ ', later than any day that has landed, so rows would go before their time. Leave it out.'
        ) -%}
    {%- endif -%}
    {%- for table in built_tables() -%}
        {%- set outlived = has_outlived(table, base_relation(table)) -%}
        {%- if outlived is not none -%}
            {%- do add_person_rows(table, outlived, person_key="'unknown'") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if count_scratch('person_rows') == 0 -%}
        {%- do log('No row has outlived its retention: nothing is left to do.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- call carry_out('purged', dry_run) -%}
        {%- for table in selected_tables() -%}
            {%- do purge_pii(table) -%}
            {%- do anonymise_rows(table, purged_raw('known._raw'), is_erased=false) -%}
        {%- endfor -%}
        {#- Persons whom no landed row names any more have no row in person_keys. -#}
        {%- call run_statement() %}
            delete from {{ relation_if_exists('pii', 'person_keys') }}
            where person_id not in ({{ ids_in_base('is not null') }})
        {%- endcall -%}
        {%- do forget_names() -%}
        {%- call run_statement() %}
            insert into {{ ledger('privacy_actions') }}
            select
                md5('{{ invocation_id }}|purge|' || _table), 'purge', 'unknown', null, null, {{ utc_now() }}, {{ utc_now() }}, count(*), _table
            from {{ scratch('person_rows') }}
            group by _table
        {%- endcall -%}
    {%- endcall -%}
{% endmacro %}

{#- Take keys of purged rows out of pii, but those of which a younger row stands: that is the one that pii tells. -#}
{% macro purge_pii(table) %}
    {%- set pii = relation_if_exists('pii', 'pii_' ~ table.source ~ '__' ~ table.table) -%}
    {%- set keys = table.key | join(', ') -%}
    {%- if pii -%}
        {%- call run_statement() %}
            delete from {{ pii }}
            where
                ({{ keys }}) in ({{ selected_keys(table) }})
                and ({{ keys }}) not in (
                    select known.{{ table.key | join(', known.') }}
                    from {{ base_relation(table) }} as known
                    left join {{ scratch('person_rows') }} as person_rows on {{ is_person_row(table) }}
                    where
                        person_rows._table is null
                        and known._issues is null
                        and known.{{ table.key | join(' is not null and known.') }} is not null
                )
        {%- endcall -%}
    {%- endif -%}
{% endmacro %}

{#- What is kept of a row as it came. -#}
{% macro purged_raw(raw) -%}
    case when left({{ raw }}, 7) in ('erased:', 'purged:') then {{ raw }} else 'purged:' || left({{ suppression_hash(raw) }}, 16) end
{%- endmacro %}
