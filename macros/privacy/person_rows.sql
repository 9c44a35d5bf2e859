{#- Which rows of base an operation on persons is about. It selects them first, into scratch('person_rows'), and writes only then; base itself
    is read alone. Persons stand in scratch('persons') (rights.sql), the rules by which a row is theirs in person_links.sql. -#}

{#- Select all rows of the persons: by their ids, by e-mail addresses and devices, by links to other rows, and by words of rows that could not be used.
    with_non_pii: whether also rows that hold nothing personal and are theirs by a link alone. -#}
{% macro select_person_rows(with_non_pii) %}
    {%- do select_by_id() -%}
    {%- do select_by_value() -%}
    {%- do select_by_link(with_non_pii) -%}
    {%- do select_by_words() -%}
    {#- Such a row may be what others are linked to. -#}
    {%- do select_by_link(with_non_pii) -%}
{% endmacro %}

{#- Add rows of one base model to scratch('person_rows'), but those that it has already. The call block joins `known`, which is the base model,
    with `found`, which has person_key.
    condition: which of the joined rows are meant; person_key: whose they are, where that is not found by a join. -#}
{% macro add_person_rows(table, condition, person_key='found.person_key') %}
    {%- set join = caller() if caller else '' -%}
    {%- call run_statement() %}
        insert into {{ scratch('person_rows') }}
        select distinct
            '{{ qualified_name(table) }}',
            known._file,
            known._row,
            {{ row_text(table) }},
            known._raw is not null,
            {{ person_key }}
        from {{ base_relation(table) }} as known
        {{ join }}
        left join {{ scratch('person_rows') }} as person_rows on {{ is_person_row(table) }}
        where person_rows._table is null and {{ condition }}
    {%- endcall -%}
{% endmacro %}

{#- A condition: a row of base, `known`, is one of `person_rows`. Landed rows are told by file and place; rows that somebody has put into base
    by hand may have neither, so row_text() goes with them. -#}
{% macro is_person_row(table) -%}
    person_rows._table = '{{ qualified_name(table) }}'
    and person_rows._file is not distinct from known._file
    and person_rows._row is not distinct from known._row
    and person_rows._row_text = {{ row_text(table) }}
{%- endmacro %}

{#- A row of base as it came, if it could not be used; else its key, without times, which engines write as text in different ways. -#}
{% macro row_text(table) -%}
    {%- set keys = table.columns | selectattr('name', 'in', table.key) | rejectattr('data_type', 'equalto', 'timestamp') | map(attribute='name') -%}
    coalesce(known._raw, {% for key in keys %}cast(known.{{ key }} as varchar){{ " || '|' || " if not loop.last }}{% endfor %}, '')
{%- endmacro %}

{#- A from clause: the selected rows of a table, as `known` of base and `person_rows` of the selection. -#}
{% macro from_person_rows(table) -%}
    from {{ base_relation(table) }} as known
    inner join {{ scratch('person_rows') }} as person_rows on {{ is_person_row(table) }}
{%- endmacro %}

{#- The tables of which rows are selected. -#}
{% macro selected_tables() %}
    {%- set names = run_query('select distinct _table from ' ~ scratch('person_rows')).columns[0].values() -%}
    {%- set tables = [] -%}
    {%- for table in built_tables() if qualified_name(table) in names -%}{%- do tables.append(table) -%}{%- endfor -%}
    {{- return(tables) -}}
{% endmacro %}

{#- A condition: a row of base names no person, and no erasure has said whose it was. -#}
{% macro names_nobody(table) -%}
    known._erased_key is null {{ 'and known.' ~ person_column(table) ~ ' is null' if person_column(table) }}
{%- endmacro %}

{#- Add the rows that name a person by id. -#}
{% macro select_by_id() %}
    {%- for table in person_tables() if person_column(table) -%}
        {%- call add_person_rows(table, 'known._erased_key is null') %}
            inner join {{ scratch('persons') }} as found on known.{{ person_column(table) }} = found.person_id
        {%- endcall -%}
    {%- endfor -%}
{% endmacro %}

{#- An address or a device counts where rows that name one of the persons have it, and no row that names another. -#}
{% macro select_by_value() %}
    {%- set found = [] -%}
    {%- for table in person_tables() -%}
        {%- for column in finding_columns(table) -%}{%- do found.append([table, column]) -%}{%- endfor -%}
    {%- endfor -%}
    {%- call run_statement() %}
        insert into {{ scratch('finding_values') }}
        select named.value, min(persons.person_key)
        from (
            {%- for table, column in found %}
            {{ 'union' if not loop.first }}
            select {{ finding_value(column, 'known') }} as value, {{ person_column(table) }} as person_id
            from {{ base_relation(table) }} as known
            where {{ finding_value(column, 'known') }} is not null and {{ person_column(table) }} is not null
            {%- endfor %}
        ) as named
        left join {{ scratch('persons') }} as persons on named.person_id = persons.person_id
        group by named.value
        having count(*) = count(persons.person_key)
    {%- endcall -%}
    {%- for table, column in found -%}
        {%- call add_person_rows(table, names_nobody(table)) %}
            inner join {{ scratch('finding_values') }} as found on {{ finding_value(column, 'known') }} = found.value
        {%- endcall -%}
    {%- endfor -%}
{% endmacro %}

{#- Rows that name nobody and are linked to a selected row of another table, or share its key with one of their own. -#}
{% macro select_by_link(with_non_pii) %}
    {%- set tables = {} -%}
    {%- for table in person_tables(with_non_pii) -%}
        {%- do tables.update({qualified_name(table): table}) -%}
        {%- set link = link_to_other_table(qualified_name(table)) -%}
        {%- if link and link.of in tables and (with_non_pii or link.contains_pii) -%}
            {%- do select_linked(table, tables[link.of], [link.column]) -%}
        {%- endif -%}
        {%- if person_column(table) -%}
            {%- do select_linked(table, table, shared_columns(table)) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}

{#- Add the rows that name nobody and are linked to a row of a person in `parent`. -#}
{% macro select_linked(table, parent, columns) %}
    {%- call add_person_rows(table, names_nobody(table)) %}
        inner join (
            select {{ columns | join(', ') }}, min(person_rows._person_key) as person_key
            {{ from_person_rows(parent) }}
            group by {{ columns | join(', ') }}
        ) as found
            on {% for column in columns %}known.{{ column }} = found.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    {%- endcall -%}
{% endmacro %}

{#- Rows that could not be used may name a person where no column tells: in a line that is no JSON, or in the wrong field. They are found by
    the words of the row as it came: by the id, and by values that are this person's alone. -#}
{% macro select_by_words() %}
    {%- call run_statement() %}
        insert into {{ scratch('clear_texts') }}
        select distinct person_key, words
        from ({{ telling_values(of_persons=true) }}) as told
    {%- endcall -%}
    {%- call run_statement() %}
        delete from {{ scratch('clear_texts') }}
        where words in (select words from ({{ telling_values(of_persons=false) }}) as told) or length(words) < 3
    {%- endcall -%}
    {%- call run_statement() %}
        insert into {{ scratch('clear_texts') }}
        select person_key, words
        from (select person_key, {{ words_of('person_id') }} as words from {{ scratch('persons') }}) as ids
        where length(words) >= 3
    {%- endcall -%}
    {%- for table in built_tables() -%}
        {%- call add_person_rows(table, names_nobody(table)) %}
            inner join (
                select unusable._raw, min(clear_texts.person_key) as person_key
                from (
                    select distinct _raw, {{ words_of('_raw') }} as words
                    from {{ base_relation(table) }}
                    where _raw is not null and _erased_key is null
                ) as unusable
                inner join {{ scratch('clear_texts') }} as clear_texts on contains(unusable.words, clear_texts.words)
                group by unusable._raw
            ) as found
                on known._raw = found._raw
        {%- endcall -%}
    {%- endfor -%}
{% endmacro %}

{#- A query: words of values that may tell of one person alone, as they are long and of a class that does. Those of the selected rows, with
    person_key; or those of usable rows of others. -#}
{% macro telling_values(of_persons) %}
    {%- set classes = ['name', 'email', 'phone', 'address', 'payment', 'national_id', 'free_text'] -%}
    {%- set columns = [] -%}
    {%- for table in person_tables(with_non_pii=false) -%}
        {%- for column in table.columns if column.classification in classes -%}{%- do columns.append([table, column]) -%}{%- endfor -%}
    {%- endfor -%}
    {%- for table, column in columns %}
    {{ 'union all' if not loop.first }}
    select person_rows._person_key as person_key, {{ words_of('known.' ~ column.name) }} as words
    from {{ base_relation(table) }} as known
    left join {{ scratch('person_rows') }} as person_rows on {{ is_person_row(table) }}
    where
        length(known.{{ column.name }}) >= {{ 20 if column.classification == 'free_text' else 6 }}
        and {{ 'person_rows._table is not null' if of_persons else 'person_rows._table is null and known._issues is null and known._erased_key is null' }}
    {%- endfor %}
{% endmacro %}

{#- A text as its words, one blank before, between and behind them, so that one text holds another's words where it contains its text, however
    it is spelt: in capitals, with or without accents, in letters of full width, with blanks around an @ or what stands for it in addresses of
    the web and in JSON, at the end of a sentence. -#}
{% macro words_of(text) -%}
    {%- set wide, narrow = [], [] -%}
    {%- for code in range(33, 127) -%}{%- do wide.append('%c' % (code + 65248)) -%}{%- do narrow.append('%c' % code) -%}{%- endfor -%}
    {%- set ascii = 'translate(' ~ text ~ ', ' ~ text_literal(wide | join) ~ ', ' ~ text_literal(narrow | join) ~ ')' -%}
    {%- set ascii = 'replace(replace(' ~ ascii ~ ", '%40', '@'), " ~ text_literal('\\u0040') ~ ", '@')" -%}
    {#- Letters of all scripts, and signs beyond the basic plane, which may be all that tells two ids apart. -#}
    {%- set words = replace_matches(plain_letters(ascii), text_literal('[^0-9a-z@_+.À-῿☀-➿ぁ-퟿𐀀-􏿽-]+'), ' ') -%}
    {%- set words = replace_matches(words, "' *@ *'", '@') -%}
    ' ' || trim({{ replace_matches(words, "'[.]+( |$)'", ' ') }}) || ' '
{%- endmacro %}
