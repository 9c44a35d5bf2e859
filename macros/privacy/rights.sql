{#- What all operations on persons have in common. Each finds the persons and selects their rows, into scratch tables. What it writes then, it
    writes in one transaction; a dry run and a part that only reads write nothing. -#}

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

{#- Before an operation: the warehouse is ready for it, and its scratch tables are there and empty. -#}
{% macro prepare_operation(dry_run) %}
    {%- if dry_run is not boolean -%}
        {%- do exceptions.raise_compiler_error('dry_run is true or false, not ' ~ dry_run ~ '.') -%}
    {%- endif -%}
    {%- do check_readiness() -%}
    {%- do make_scratch('persons', 'person_id varchar, person_key varchar') -%}
    {%- do make_scratch('person_rows', '_table varchar, _file varchar, _row bigint, _row_text varchar, _is_unusable boolean, _person_key varchar') -%}
    {%- do make_scratch('finding_values', 'value varchar, person_key varchar') -%}
    {%- do make_scratch('clear_texts', 'person_key varchar, words varchar') -%}
{% endmacro %}

{#- Put the persons that are asked for into scratch('persons'), but those who were erased before; return how many these are. An error where one
    of them is nowhere. -#}
{% macro find_persons(asked, dry_run) %}
    {%- do prepare_operation(dry_run) -%}
    {%- call run_statement() %}
        insert into {{ scratch('persons') }}
        select person_id, {{ pseudonym('person_id') }}
        from ({{ declared_rows(['person_id'], asked | batch(1) | list) }}) as asked
        where {{ suppression_hash('person_id') }} not in (select person_hash from {{ ledger('suppressions') }})
    {%- endcall -%}
    {%- set known = ids_in_base('in (select person_id from ' ~ scratch('persons') ~ ')') -%}
    {%- set unknown = run_query('select person_id from ' ~ scratch('persons') ~ ' where person_id not in (' ~ known ~ ')').columns[0].values() -%}
    {%- if unknown -%}
        {#- By their places: the message goes to logs, where no id belongs. -#}
        {%- set places = [] -%}
        {%- for person_id in asked if person_id in unknown -%}{%- do places.append(asked.index(person_id) + 1) -%}{%- endfor -%}
        {%- do exceptions.raise_compiler_error(
            'No landed row names person ' ~ places | join(', ') ~ ' of the ' ~ asked | length ~ ' that were given; nothing was changed. Ids must be written exactly as the sources do.'
        ) -%}
    {%- endif -%}
    {{- return(count_scratch('persons')) -}}
{% endmacro %}

{#- A query: the ids of persons that base names. `condition`: what is asked of an id, as in `is not null`. -#}
{% macro ids_in_base(condition) %}
    {%- for table in person_tables() if person_column(table) %}
    {{ 'union' if not loop.first }}
    select {{ person_column(table) }} from {{ base_relation(table) }} where {{ person_column(table) }} {{ condition }}
    {%- endfor %}
{% endmacro %}

{#- How many rows a scratch table has. -#}
{% macro count_scratch(name) %}
    {{- return(single_value('select count(*) from ' ~ scratch(name)) | int) -}}
{% endmacro %}

{#- Stop unless this is a warehouse that was built with this version, this pepper and this suppression key. -#}
{% macro check_readiness() %}
    {%- if not built_tables() -%}
        {%- do exceptions.raise_compiler_error('Nothing is built in this warehouse, so it holds nobody: run `dbt build` first, or set TECHCO_WAREHOUSE to the one that is meant.') -%}
    {%- endif -%}
    {%- if not (open_requests() and relation_if_exists('pii', 'person_regimes') and relation_if_exists('pii', 'person_names')) -%}
        {%- do exceptions.raise_compiler_error('This warehouse was built by an older version, or in part: run `dbt build` first.') -%}
    {%- endif -%}
    {%- if single_value('select count(*) from ' ~ ledger('identity') ~ ' where pepper_fingerprint = ' ~ pepper_fingerprint()) == 0 -%}
        {%- do exceptions.raise_compiler_error('TECHCO_PEPPER is not the pepper that this warehouse was built with. Set that one.') -%}
    {%- endif -%}
    {%- if single_value('select ' ~ suppression_hash("'x'")) is none -%}
        {%- do exceptions.raise_compiler_error(
            "TECHCO_SUPPRESSION_KEY is not set. Erased persons are known again by a second secret: make one with `python -c 'import secrets; print(secrets.token_hex(32))'`, "
            ~ 'keep it in your secret store beside the pepper, and export it as TECHCO_SUPPRESSION_KEY.'
        ) -%}
    {%- endif -%}
    {%- do check_suppression_key() -%}
{% endmacro %}

{#- The view of requests that nothing was done for yet (models/pii/open_privacy_requests.sql); none where it is not built. -#}
{% macro open_requests() %}
    {{- return(relation_if_exists('pii', 'open_privacy_requests')) -}}
{% endmacro %}

{#- Write down what is done for each person: one row for each open request of this kind, and one for who made none. Must come before the
    persons' ids go.
    action: erase, export, object or rectify; details: what else is to be said of it. -#}
{% macro write_actions(action, details=none) %}
    {%- set now = utc_now() -%}
    {%- call run_statement() %}
        insert into {{ ledger('privacy_actions') }}
        select
            md5('{{ invocation_id }}|{{ action }}|' || persons.person_key || '|' || coalesce(requests.request_id, '')),
            '{{ action }}',
            persons.person_key,
            requests.request_id,
            coalesce(requests.privacy_regime, regimes.privacy_regime),
            coalesce(requests.requested_at, {{ now }}),
            {{ now }},
            coalesce(counts.row_count, 0),
            {{ text_literal(details) if details is not none else 'null' }}
        from {{ scratch('persons') }} as persons
        left join (
            select _person_key as person_key, count(*) as row_count
            from {{ scratch('person_rows') }}
            group by _person_key
        ) as counts
            on persons.person_key = counts.person_key
        left join {{ open_requests() }} as requests
            on persons.person_id = requests.customer_id and requests.request_type = '{{ action }}'
        left join {{ relation_if_exists('pii', 'person_regimes') }} as regimes on persons.person_id = regimes.customer_id
    {%- endcall -%}
{% endmacro %}

{#- Do what the call block does, in one transaction, and say so; on a dry run say only what would have been done.
    what: what was done, as in `erased`; changes_rows: whether selected rows change, so that the next build has to look at their tables. -#}
{% macro carry_out(what, dry_run, changes_rows=true) %}
    {%- set counts = run_query('select _table, count(*) from ' ~ scratch('person_rows') ~ ' group by _table order by _table').rows -%}
    {%- if not dry_run -%}
        {%- do begin_transaction() -%}
        {%- if changes_rows -%}
            {%- do run_query(next_load_id()) -%}
            {%- call run_statement() %}
                insert into {{ ledger('changed_tables') }}
                select distinct split_part(_table, '.', 1), split_part(_table, '.', 2), {{ current_load_id() }}
                from {{ scratch('person_rows') }}
            {%- endcall -%}
        {%- endif -%}
        {%- do caller() -%}
        {%- do commit_transaction() -%}
    {%- endif -%}
    {%- for table_name, row_count in counts -%}{%- do log(table_name ~ ': ' ~ row_count ~ ' rows', info=true) -%}{%- endfor -%}
    {%- set persons = run_query('select person_key from ' ~ scratch('persons') ~ ' order by person_key').columns[0].values() -%}
    {%- do log((('Dry run, nothing was changed. It would have ' ~ what) if dry_run else 'It has ' ~ what) ~ ': ' ~ persons | join(', '), info=true) -%}
{% endmacro %}
