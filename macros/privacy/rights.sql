{#- What all operations on persons have in common: who is meant, what is written down of it, and that all of it happens or nothing. -#}

{#- The ids that an operation was given, as texts; an error for none, for what is no id, and where dbt would
    keep them in a file. -#}
{% macro asked_persons(customer_id, customer_ids) %}
    {%- if flags.WRITE_JSON -%}
        {%- do exceptions.raise_compiler_error('dbt keeps the arguments of an operation in target/run_results.json, and no id of a person belongs there: delete that file, and put `--no-write-json` before run-operation.') -%}
    {%- endif -%}
    {%- if customer_ids is not none and (customer_ids is string or customer_ids is not iterable) -%}
        {%- do exceptions.raise_compiler_error('customer_ids is a list, as in {customer_ids: ["C-1", "C-2"]}; one person is {customer_id: "C-1"}.') -%}
    {%- endif -%}
    {%- set asked = [] -%}
    {%- for given in ([customer_id] if customer_id is not none else []) + (customer_ids or []) -%}
        {%- if given is not string and given is not integer or given is boolean or given | string | trim == '' -%}
            {%- do exceptions.raise_compiler_error('A customer id is a text; give it in quotes, as in {customer_id: "C-1"} or {customer_ids: ["C-1", "C-2"]}.') -%}
        {%- endif -%}
        {%- if given | string not in asked -%}{%- do asked.append(given | string) -%}{%- endif -%}
    {%- endfor -%}
    {%- if not asked -%}
        {%- do exceptions.raise_compiler_error('Nobody is named: give {customer_id: "C-1"} or {customer_ids: ["C-1", "C-2"]}.') -%}
    {%- endif -%}
    {{- return(asked) -}}
{% endmacro %}

{#- Put the persons that are meant into scratch('persons'); an error where one of them is nowhere, or the warehouse is not ready for it.
    Returns how many of them were not erased before; those alone are kept. -#}
{% macro find_persons(asked, dry_run) %}
    {%- if dry_run is not boolean -%}
        {%- do exceptions.raise_compiler_error('dry_run is true or false, not ' ~ dry_run ~ '.') -%}
    {%- endif -%}
    {%- do check_readiness() -%}
    {%- for name, columns in {
        'persons': 'place bigint, person_id varchar, person_key varchar, privacy_regime varchar', 'emails': 'email varchar, person_key varchar',
        'clear_texts': 'person_key varchar, is_id boolean, words varchar', 'touched': 'source_name varchar, table_name varchar, person_key varchar, row_count bigint',
    }.items() -%}
        {%- do make_scratch(name, columns) -%}
    {%- endfor -%}
    {%- set places = [] -%}
    {%- for person_id in asked -%}{%- do places.append('(' ~ loop.index ~ ', ' ~ text_literal(person_id) ~ ')') -%}{%- endfor -%}
    {%- do run_query(
        'insert into ' ~ scratch('persons') ~ ' select place, person_id, ' ~ pseudonym('person_id') ~ ', null from (values ' ~ places | join(', ')
        ~ ') as asked (place, person_id)'
    ) -%}
    {%- set erased = 'person_id in (select person_id from ' ~ scratch('persons') ~ ' where ' ~ suppression_hash('person_id') ~ ' in (select person_hash from ' ~ ledger('suppressions') ~ '))' -%}
    {%- do run_query('delete from ' ~ scratch('persons') ~ ' where ' ~ erased) -%}
    {%- set unknown = run_query('select place from ' ~ scratch('persons') ~ ' where person_id not in (' ~ known_ids() ~ ') order by place').columns[0].values() -%}
    {%- if unknown -%}
        {#- By its place: the message goes to logs, where no id belongs. -#}
        {%- do exceptions.raise_compiler_error(
            'No landed row names person ' ~ unknown | join(', ') ~ ' of the ' ~ asked | length ~ ' that were given; nothing was changed. Ids must be written exactly as the sources do.'
        ) -%}
    {%- endif -%}
    {{- return(run_query('select count(*) from ' ~ scratch('persons')).columns[0].values()[0] | int) -}}
{% endmacro %}

{#- A query: the ids that base knows, of those that are asked for. -#}
{% macro known_ids() %}
    {%- set queries = [] -%}
    {%- for table in tables_of_persons() if person_column(table) and base_relation(table) -%}
        {%- do queries.append(
            'select ' ~ person_column(table) ~ ' from ' ~ base_relation(table) ~ ' where ' ~ person_column(table) ~ ' in (select person_id from ' ~ scratch('persons') ~ ')'
        ) -%}
    {%- endfor -%}
    {{- return(queries | join(' union ')) -}}
{% endmacro %}

{#- Stop unless this is a warehouse that was built with this version, this pepper and this suppression key. -#}
{% macro check_readiness() %}
    {%- do adapter.create_schema(api.Relation.create(database=target.database, schema=generate_schema_name('base', none))) -%}
    {%- do make_ledgers() -%}
    {%- set built = [] -%}
    {%- for table in contract_tables() if base_relation(table) -%}
        {%- do built.append(table) -%}
        {%- if '_erased_key' not in adapter.get_columns_in_relation(base_relation(table)) | map(attribute='name') | map('lower') -%}
            {%- do exceptions.raise_compiler_error('base_' ~ table.source ~ '__' ~ table.table ~ ' was built by an older version, which knew no erased persons: run `dbt build` first.') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not built -%}
        {%- do exceptions.raise_compiler_error('Nothing is built in this warehouse, so it holds nobody: run `dbt build` first, or set TECHCO_WAREHOUSE to the one that is meant.') -%}
    {%- endif -%}
    {%- set own = run_query('select count(*) from ' ~ ledger('identity') ~ ' where pepper_fingerprint = ' ~ pepper_fingerprint()).columns[0].values()[0] -%}
    {%- if own == 0 -%}
        {%- do exceptions.raise_compiler_error('TECHCO_PEPPER is not the pepper that this warehouse was built with. Set that one.') -%}
    {%- endif -%}
    {%- if run_query('select ' ~ suppression_hash("'x'")).columns[0].values()[0] is none -%}
        {%- do exceptions.raise_compiler_error(
            "TECHCO_SUPPRESSION_KEY is not set. Erased persons are known again by a second secret: make one with `python -c 'import secrets; print(secrets.token_hex(32))'`, "
            ~ 'keep it in your secret store beside the pepper, and export it as TECHCO_SUPPRESSION_KEY.'
        ) -%}
    {%- endif -%}
    {%- do check_suppression_key() -%}
{% endmacro %}

{#- The law that a person is under: of the country of residence as last known, as var privacy says; null where that is not known. -#}
{% macro regime_of_country(country) -%}
    case {{ country }}
        {%- for name, regime in var('privacy').regimes.items() %}
        {%- for code in regime.countries %}
        when '{{ code }}' then '{{ name }}'
        {%- endfor %}
        {%- endfor %}
    end
{%- endmacro %}

{% macro find_regimes() %}
    {%- set customers = base_relation({'source': 'shop', 'table': 'customers'}) -%}
    {%- if customers -%}
        {%- do run_query(
            'update ' ~ scratch('persons') ~ ' as persons set privacy_regime = ' ~ regime_of_country('known.country_code') ~ ' from (select customer_id, country_code from '
            ~ customers ~ ' where _issues is null and country_code is not null and customer_id in (select person_id from ' ~ scratch('persons')
            ~ ') qualify row_number() over (partition by customer_id order by ' ~ row_version('cdc') ~ ' desc nulls last, ' ~ last_delivered_first() ~ ') = 1) as known where persons.person_id = known.customer_id'
        ) -%}
    {%- endif -%}
{% endmacro %}

{#- A condition on requests of the CRM: usable, for this action, and not done yet. -#}
{% macro is_open_request(action) -%}
    _issues is null
    and request_type = '{{ action }}'
    and request_id not in (select request_id from {{ ledger('privacy_actions') }} where request_id is not null)
{%- endmacro %}

{#- Write down what is done for each person: one row for each request of this kind that stands in the CRM and is not done yet, and one for who
    made none there. Must come before the persons' ids go. -#}
{% macro write_actions(action, details=none) %}
    {%- do find_regimes() -%}
    {%- set requests = base_relation({'source': 'crm', 'table': 'privacy_requests'}) %}
    {%- set now = utc_now() -%}
    {%- set statement %}
        insert into {{ ledger('privacy_actions') }}
        select
            md5('{{ invocation_id }}|{{ action }}|' || persons.person_key || '|' || coalesce(requests.request_id, '')),
            '{{ action }}',
            persons.person_key,
            requests.request_id,
            coalesce(requests.privacy_regime, persons.privacy_regime),
            coalesce(requests.requested_at, {{ now }}),
            {{ now }},
            coalesce(counted.row_count, 0),
            {{ text_literal(details) if details is not none else 'null' }}
        from {{ scratch('persons') }} as persons
        left join (select person_key, sum(row_count) as row_count from {{ scratch('touched') }} group by person_key) as counted
            on persons.person_key = counted.person_key
        left join (
            {%- if requests %}
            select customer_id, request_id, max(privacy_regime) as privacy_regime, min(requested_at) as requested_at
            from {{ requests }}
            where {{ is_open_request(action) }}
            group by customer_id, request_id
            {%- else %}
            select
                cast(null as varchar) as customer_id, cast(null as varchar) as request_id, cast(null as varchar) as privacy_regime,
                cast(null as timestamp) as requested_at
            {%- endif %}
        ) as requests
            on persons.person_id = requests.customer_id
    {%- endset -%}
    {%- do run_query(statement) -%}
{% endmacro %}

{#- Count the marked rows of each table and person. -#}
{% macro count_touched(tables) %}
    {%- for table in tables if base_relation(table) -%}
        {%- do run_query(
            'insert into ' ~ scratch('touched') ~ " select '" ~ table.source ~ "', '" ~ table.table ~ "', _erased_key, count(*) from " ~ base_relation(table)
            ~ ' where ' ~ of_these_persons() ~ ' group by _erased_key'
        ) -%}
    {%- endfor -%}
{% endmacro %}

{#- End an operation: keep what was done, or, on a dry run, nothing of it. -#}
{% macro end_operation(what, dry_run) %}
    {%- set counted = run_query('select source_name, table_name, sum(row_count) from ' ~ scratch('touched') ~ ' group by 1, 2 order by 1, 2').rows | map('list') | list -%}
    {%- set persons = run_query('select person_key from ' ~ scratch('persons') ~ ' order by place').columns[0].values() -%}
    {%- if dry_run -%}{%- do rollback_transaction() -%}{%- else -%}{%- do commit_transaction() -%}{%- endif -%}
    {%- for source_name, table_name, row_count in counted -%}
        {%- do log(source_name ~ '.' ~ table_name ~ ': ' ~ row_count ~ ' rows', info=true) -%}
    {%- endfor -%}
    {%- do log((('Dry run, nothing was changed. It would have ' ~ what) if dry_run else 'It has ' ~ what) ~ ': ' ~ persons | join(', '), info=true) -%}
{% endmacro %}
