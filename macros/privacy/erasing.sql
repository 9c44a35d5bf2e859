{#- The parts of an erasure, each for all persons of scratch('persons') whose rows are marked (marking.sql). -#}

{#- Rows that could not be used may name a person where no column tells: in a line that is no JSON, or in the wrong field. They are found by
    the words of the row as it came: by the id, and by values that are this person's alone. -#}
{% macro mark_unusable_rows(tables) %}
    {%- do run_query(
        'insert into ' ~ scratch('clear_texts') ~ ' select person_key, true, ' ~ words_of('person_id') ~ ' from ' ~ scratch('persons')
    ) -%}
    {%- for pass in ['insert', 'delete'] -%}
        {%- for table in tables if base_relation(table) -%}
            {%- for column in table.columns if column.classification in ['name', 'email', 'phone', 'address', 'payment', 'national_id', 'free_text'] -%}
                {%- set telling = base_relation(table) ~ ' where length(' ~ column.name ~ ') >= ' ~ (20 if column.classification == 'free_text' else 6) -%}
                {%- if pass == 'insert' -%}
                    {%- do run_query(
                        'insert into ' ~ scratch('clear_texts') ~ ' select distinct _erased_key, false, ' ~ words_of(column.name) ~ ' from ' ~ telling ~ ' and ' ~ of_these_persons()
                    ) -%}
                {%- else -%}
                    {%- do run_query(
                        'delete from ' ~ scratch('clear_texts') ~ ' where (not is_id and words in (select ' ~ words_of(column.name) ~ ' from ' ~ telling
                        ~ ' and _issues is null and _erased_key is null)) or length(words) < 3'
                    ) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for table in contract_tables() if base_relation(table) -%}
        {%- do run_query(mark_by_words(table)) -%}
    {%- endfor -%}
{% endmacro %}

{% macro mark_by_words(table) %}
    update {{ base_relation(table) }} as known
    set _erased_key = found.person_key
    from (
        select unusable._raw, min(clear_texts.person_key) as person_key
        from (
            select distinct _raw, {{ words_of('_raw') }} as words
            from {{ base_relation(table) }}
            where _raw is not null and _erased_key is null
        ) as unusable
        inner join {{ scratch('clear_texts') }} as clear_texts on contains(unusable.words, clear_texts.words)
        group by unusable._raw
    ) as found
    where
        known._raw = found._raw
        and known._erased_key is null
        {%- if person_column(table) %}
        and known.{{ person_column(table) }} is null
        {%- endif %}
{% endmacro %}

{#- Stored failures of tests that hold a person's id, or a value that is this person's alone. The next build stores what it finds then. -#}
{% macro forget_in_audit() %}
    {%- set schema = generate_schema_name('audit', none) -%}
    {%- set columns = run_query(
        "select columns.table_name, columns.column_name from information_schema.columns as columns inner join information_schema.tables as tables"
        ~ " on columns.table_catalog = tables.table_catalog and columns.table_schema = tables.table_schema and columns.table_name = tables.table_name"
        ~ " where tables.table_type = 'BASE TABLE' and lower(columns.table_catalog) = lower('" ~ target.database ~ "') and lower(columns.table_schema) = lower('" ~ schema ~ "')"
        ~ " and lower(columns.data_type) in ('varchar', 'text') order by 1, 2"
    ).rows -%}
    {%- for table_name, column_name in columns -%}
        {%- set relation = api.Relation.create(database=target.database, schema=schema, identifier=table_name) -%}
        {%- do run_query(
            'delete from ' ~ relation ~ ' where ' ~ column_name ~ ' in (select failures.' ~ column_name ~ ' from (select distinct ' ~ column_name ~ ', ' ~ words_of(column_name)
            ~ ' as words from ' ~ relation ~ ') as failures inner join ' ~ scratch('clear_texts') ~ ' as clear_texts on contains(failures.words, clear_texts.words))'
        ) -%}
    {%- endfor -%}
{% endmacro %}

{#- The rooms with clear values. The next build makes rows without values of what base then holds, as a full refresh does. -#}
{% macro forget_in_pii() %}
    {%- for table in tables_of_persons(plain=false) -%}
        {%- set name = 'pii_' ~ table.source ~ '__' ~ table.table -%}
        {%- set relation = relation_if_exists('pii', name) -%}
        {%- if relation and base_relation(table) -%}
            {%- set key = person_column(table) | replace('_id', '_key') if person_column(table) else none -%}
            {%- do run_query(
                'delete from ' ~ relation ~ ' where ' ~ (of_these_persons(key) ~ ' or (' ~ key ~ ' is null and ' if key else '(')
                ~ '(' ~ table.key | join(', ') ~ ') in (select ' ~ table.key | join(', ') ~ ' from ' ~ base_relation(table) ~ ' where ' ~ of_these_persons() ~ '))'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set person_keys = relation_if_exists('pii', 'person_keys') -%}
    {%- if person_keys -%}
        {%- do run_query('delete from ' ~ person_keys ~ ' where ' ~ of_these_persons('person_key')) -%}
    {%- endif -%}
{% endmacro %}

{#- The names that texts are redacted by (pii.person_names) of whom base does not name any more. -#}
{% macro forget_names() %}
    {%- set names = relation_if_exists('pii', 'person_names') -%}
    {%- set orders = base_relation({'source': 'shop', 'table': 'orders'}) -%}
    {%- if names and orders -%}
        {%- do run_query(
            'delete from ' ~ names ~ ' where customer_key not in (select person_key from ' ~ relation_if_exists('pii', 'person_keys')
            ~ ') or (customer_key is null and order_id not in (select order_id from ' ~ orders ~ ' where guest_email is not null))'
        ) -%}
    {%- endif -%}
{% endmacro %}

{#- By what they are known when they come again: their ids, their addresses, and the unusable rows that name them. -#}
{% macro suppress() %}
    {%- set day = '(select max(ingested_on) from ' ~ ledger('loaded_files') ~ ')' -%}
    {%- do run_query(
        'insert into ' ~ ledger('suppressions') ~ ' select made.person_hash, null, null from (select ' ~ suppression_hash("'suppressions of this warehouse'")
        ~ ' as person_hash) as made where not exists (select 1 from ' ~ ledger('suppressions') ~ ')'
    ) -%}
    {%- set named = ['select person_id as known_by, person_key from ' ~ scratch('persons'), 'select email, person_key from ' ~ scratch('emails')] -%}
    {%- for table in contract_tables() if base_relation(table) -%}
        {%- do named.append('select _raw, _erased_key from ' ~ base_relation(table) ~ ' where _raw is not null and ' ~ of_these_persons()) -%}
    {%- endfor -%}
    {%- do run_query(
        'insert into ' ~ ledger('suppressions') ~ ' select ' ~ suppression_hash('known_by') ~ ', min(person_key), ' ~ day ~ ' from (' ~ named | join(' union ')
        ~ ') as named group by 1'
    ) -%}
    {%- do run_query(
        'delete from ' ~ ledger('suppressions') ~ ' where person_key is not null and ' ~ of_these_persons('person_key') ~ ' and person_hash in (select person_hash from '
        ~ ledger('suppressions') ~ ' where person_key is not null and not (' ~ of_these_persons('person_key') ~ '))'
    ) -%}
{% endmacro %}

{#- The same for rows of the quarantine as for their rows in base, with the id that a full refresh would give them. -#}
{% macro anonymise_quarantine(table, condition, new_raw) %}
    {%- set relation = relation_if_exists('quarantine', 'quarantine_' ~ table.source) -%}
    {%- if relation -%}
        {%- set statement %}
        update {{ relation }} as known
        set
            raw_row = renamed._raw,
            quarantine_id = {{ quarantine_id('renamed._file', 'renamed._row', 'renamed.copy_number', 'renamed._raw') }}
        from (
            select
                quarantined.quarantine_id,
                rows_of_person._file,
                rows_of_person._row,
                rows_of_person.new_raw as _raw,
                row_number() over (
                    partition by rows_of_person._file, rows_of_person._row, rows_of_person._raw
                    order by quarantined.quarantine_id
                ) as copy_number
            from {{ relation }} as quarantined
            inner join (
                select distinct _file, _row, _raw, {{ new_raw }} as new_raw
                from {{ base_relation(table) }}
                where _raw is not null and {{ condition }}
            ) as rows_of_person
                on
                    quarantined.file_path = rows_of_person._file
                    and coalesce(quarantined.file_row, -1) = coalesce(rows_of_person._row, -1)
                    and quarantined.raw_row = rows_of_person._raw
        ) as renamed
        where known.quarantine_id = renamed.quarantine_id
        {%- endset -%}
        {%- do run_query(statement) -%}
    {%- endif -%}
{% endmacro %}

{#- The rows of base. They get the batch of this operation, so that what hangs on them is made again by the next build. -#}
{% macro anonymise_rows(table) %}
    update {{ base_relation(table) }}
    set
        {%- for column in table.columns if column.name not in var('feeds')[table.feed].columns and (column.classification or column.name not in table.key) %}
        {{ column.name }} = {{ anonymised(column, table, suppressed='false') }},
        {%- endfor %}
        _raw = {{ anonymised_raw('_raw') }},
        _batch = {{ current_batch() }}
    where {{ of_these_persons() }}
{% endmacro %}
