{#- The parts of an erasure. Each is for all persons of scratch('persons') at once, whose rows are selected (person_rows.sql). -#}

{#- A condition: a column with keys of persons holds one of them. -#}
{% macro of_these_persons(column) -%}
    {{ column }} in (select person_key from {{ scratch('persons') }})
{%- endmacro %}

{#- Stored failures of tests that hold a person's id, or a value that is this person's alone. The next build stores what it finds then. -#}
{% macro forget_in_audit() %}
    {%- set schema = generate_schema_name('audit', none) -%}
    {%- set text_columns %}
        select table_name, column_name
        from information_schema.columns
        where
            lower(table_catalog) = lower('{{ target.database }}')
            and lower(table_schema) = lower('{{ schema }}')
            and lower(data_type) in ('varchar', 'text')
            and table_name in (select table_name from information_schema.tables where table_type = 'BASE TABLE')
        order by 1, 2
    {%- endset -%}
    {%- for table_name, column_name in run_query(text_columns).rows -%}
        {%- set relation = api.Relation.create(database=target.database, schema=schema, identifier=table_name) -%}
        {%- call run_statement() %}
            delete from {{ relation }}
            where {{ column_name }} in (
                select failures.{{ column_name }}
                from (select distinct {{ column_name }}, {{ words_of(column_name) }} as words from {{ relation }}) as failures
                inner join {{ scratch('clear_texts') }} as clear_texts on contains(failures.words, clear_texts.words)
            )
        {%- endcall -%}
    {%- endfor -%}
{% endmacro %}

{#- The rooms with clear values. The next build makes rows without values of what base then holds, as a full refresh does. -#}
{% macro forget_in_pii() %}
    {%- for table in person_tables(with_non_pii=false) -%}
        {%- set relation = relation_if_exists('pii', 'pii_' ~ table.source ~ '__' ~ table.table) -%}
        {%- if relation -%}
            {%- set person_key = (person_column(table) or 'null') | replace('_id', '_key') -%}
            {%- call run_statement() %}
                delete from {{ relation }}
                where
                    {{ of_these_persons(person_key) }}
                    or ({{ person_key }} is null and ({{ table.key | join(', ') }}) in ({{ selected_keys(table) }}))
            {%- endcall -%}
        {%- endif -%}
    {%- endfor -%}
    {%- call run_statement() %}
        delete from {{ relation_if_exists('pii', 'person_keys') }}
        where {{ of_these_persons('person_key') }}
    {%- endcall -%}
{% endmacro %}

{#- A query: keys of the selected rows of a table. -#}
{% macro selected_keys(table) -%}
    select known.{{ table.key | join(', known.') }} {{ from_person_rows(table) }}
{%- endmacro %}

{#- The names that texts are redacted by (pii.person_names) of whom base does not name any more. -#}
{% macro forget_names() %}
    {%- call run_statement() %}
        delete from {{ relation_if_exists('pii', 'person_names') }}
        where
            customer_key not in (select person_key from {{ relation_if_exists('pii', 'person_keys') }})
            or (
                customer_key is null
                and order_id not in (
                    select order_id
                    from {{ base_relation({'source': 'shop', 'table': 'orders'}) }}
                    where guest_email is not null
                )
            )
    {%- endcall -%}
{% endmacro %}

{#- By what persons are known when they come again: their ids, their addresses and devices, and the unusable rows that name them. -#}
{% macro suppress() %}
    {%- set suppressions = ledger('suppressions') -%}
    {%- call run_statement() %}
        insert into {{ suppressions }}
        select made.person_hash, null, null
        from (select {{ suppression_hash("'suppressions of this warehouse'") }} as person_hash) as made
        where not exists (select 1 from {{ suppressions }})
    {%- endcall -%}
    {%- call run_statement() %}
        insert into {{ suppressions }}
        select
            {{ suppression_hash('known_by') }},
            min(person_key),
            (select max(ingested_on) from {{ ledger('loaded_files') }})
        from (
            select person_id as known_by, person_key from {{ scratch('persons') }}
            union
            select value, person_key from {{ scratch('finding_values') }}
            union
            select _row_text, _person_key from {{ scratch('person_rows') }} where _is_unusable
        ) as named
        group by 1
    {%- endcall -%}
    {#- What two persons share tells of neither. -#}
    {%- call run_statement() %}
        delete from {{ suppressions }}
        where
            {{ of_these_persons('person_key') }}
            and person_hash in (
                select person_hash
                from {{ suppressions }}
                where person_key is not null and not ({{ of_these_persons('person_key') }})
            )
    {%- endcall -%}
{% endmacro %}

{#- Take out of base what the selected rows of a table tell. They get the load id of this operation, so that the next build makes again what hangs
    on them, their rows of the quarantine among it.
    new_raw: what is kept of a row as it came; is_erased: whether to write down whose the rows were. -#}
{% macro anonymise_rows(table, new_raw, is_erased) %}
    {%- set quarantine = relation_if_exists('quarantine', 'quarantine_' ~ table.source) -%}
    {%- if quarantine -%}
        {%- call run_statement() %}
            delete from {{ quarantine }}
            where (file_path, raw_row) in (
                select _file, _row_text
                from {{ scratch('person_rows') }}
                where _is_unusable and _table = '{{ qualified_name(table) }}'
            )
        {%- endcall -%}
    {%- endif -%}
    {%- do remember_derived_parents(table) -%}
    {%- call run_statement() %}
        update {{ base_relation(table) }} as known
        set
            {%- for column in table.columns if column.name not in var('feeds')[table.feed].columns and (column.classification or column.name not in table.key) %}
            {#- Whom a purge is about is not asked: each id gets its own key. -#}
            {%- set key = 'person_rows._person_key' if is_erased or column.classification != 'person_id' else pseudonym('known.' ~ column.name) %}
            {{ column.name }} = {{ anonymised(column, table, 'known.' ~ column.name, key=key, suppressed='false') }},
            {#- The key of a person outlives the id, that of a device does not. -#}
            {%- if column in keyed_columns(table) and column.classification != 'person_id' %}
            {{ key_column(column) }} = case when {{ key }} is null then known.{{ key_column(column) }} end,
            {%- endif %}
            {%- endfor %}
            {{ '_erased_key = person_rows._person_key,' if is_erased }}
            _raw = {{ new_raw }},
            _load_id = {{ current_load_id() }}
        from {{ scratch('person_rows') }} as person_rows
        where {{ is_person_row(table) }}
    {%- endcall -%}
{% endmacro %}

{#- Write down which parents the selected rows of a table name by what is about to go (former_parents.sql), as visits do whose events have no
    session id but a device, so that the next build makes these again without them. -#}
{% macro remember_derived_parents(table) %}
    {%- set staged_as = 'stg_' ~ table.source ~ '__' ~ table.table -%}
    {%- set staging = graph.nodes.get('model.techco.' ~ staged_as) -%}
    {%- set derived = staging.config.meta.get('derived_parents', {}) if staging else {} -%}
    {%- for column, parent in derived.items() -%}
        {%- call run_statement() %}
            insert into {{ ledger('former_parents') }} (model_name, parent_column, parent_key, load_id)
            select distinct '{{ staged_as }}', '{{ column }}', {{ parent }}, {{ current_load_id() }}
            {{ from_person_rows(table) }}
            where known._issues is null
        {%- endcall -%}
    {%- endfor -%}
{% endmacro %}
