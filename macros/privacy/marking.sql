{#- Find the rows of some persons in base, for their rights: every row gets whose it is into _erased_key, in a transaction that the caller ends.
    Who is meant stands in scratch('persons'): person_id, person_key. The rules are those of belonging.sql. `plain`: whether also rows that belong
    to the person and hold nothing personal themselves. -#}
{% macro mark_rows(tables, plain=false) %}
    {%- do mark_named(tables) -%}
    {%- do mark_by_email(tables) -%}
    {%- do mark_hanging(tables, plain) -%}
{% endmacro %}

{% macro of_these_persons(column='_erased_key') -%}
    {{ column }} in (select person_key from {{ scratch('persons') }})
{%- endmacro %}

{#- Rows that name one of the persons. -#}
{% macro mark_named(tables) %}
    {%- for table in tables if person_column(table) and base_relation(table) -%}
        {%- do run_query(
            'update ' ~ base_relation(table) ~ ' as known set _erased_key = persons.person_key from ' ~ scratch('persons') ~ ' as persons where known.'
            ~ person_column(table) ~ ' = persons.person_id'
        ) -%}
    {%- endfor -%}
{% endmacro %}

{#- Rows that name nobody, but an e-mail address that is one of theirs and of no other person. -#}
{% macro mark_by_email(tables) %}
    {%- for table in tables if base_relation(table) -%}
        {%- for email in email_columns(table) -%}
            {%- do run_query(
                'insert into ' ~ scratch('emails') ~ ' select ' ~ plain_email(email) ~ ', min(_erased_key) from ' ~ base_relation(table)
                ~ ' where ' ~ email ~ ' is not null and ' ~ person_column(table) ~ ' is not null and ' ~ of_these_persons() ~ ' group by 1'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for table in tables if base_relation(table) -%}
        {%- for email in email_columns(table) -%}
            {%- do run_query(
                'delete from ' ~ scratch('emails') ~ ' where email in (select ' ~ plain_email(email) ~ ' from ' ~ base_relation(table) ~ ' where ' ~ email
                ~ ' is not null and ' ~ person_column(table) ~ ' is not null and _erased_key is null)'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for table in tables if base_relation(table) -%}
        {%- for email in email_columns(table) -%}
            {%- do run_query(
                'update ' ~ base_relation(table) ~ ' as known set _erased_key = emails.person_key from (select email, min(person_key) as person_key from '
                ~ scratch('emails') ~ ' group by email) as emails where known._erased_key is null and known.' ~ person_column(table)
                ~ ' is null and ' ~ plain_email('known.' ~ email) ~ ' = emails.email'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}

{#- Rows that name nobody and share their key with a marked one, or hang on one: first the own rows of each table that names persons, then in
    the order of var person_of what hangs on another table, each with its own rows again. -#}
{% macro mark_hanging(tables, plain=false) %}
    {%- set known = {} -%}
    {%- for table in tables if base_relation(table) -%}
        {%- do known.update({table.source ~ '.' ~ table.table: table}) -%}
        {%- do mark_shared(table) -%}
    {%- endfor -%}
    {%- for name in var('person_of') if name in known -%}
        {%- set person = person_column(known[name]) -%}
        {%- set link = link_to_other_table(known[name], plain or not person) -%}
        {%- if link and link.of in known -%}
            {%- do run_query(hang_on(base_relation(known[name]), base_relation(known[link.of]), [link.column], person)) -%}
            {%- do mark_shared(known[name]) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}

{% macro mark_shared(table) %}
    {%- if person_column(table) -%}
        {%- do run_query(hang_on(base_relation(table), base_relation(table), shared_columns(table), person_column(table))) -%}
    {%- endif -%}
{% endmacro %}

{% macro hang_on(relation, parent, columns, person) %}
    update {{ relation }} as known
    set _erased_key = marked.person_key
    from (
        select {{ columns | join(', ') }}, min(_erased_key) as person_key
        from {{ parent }}
        where {{ of_these_persons() }}
        group by {{ columns | join(', ') }}
    ) as marked
    where
        known._erased_key is null
        {%- if person %}
        and known.{{ person }} is null
        {%- endif %}
        {%- for column in columns %}
        and known.{{ column }} = marked.{{ column }}
        {%- endfor %}
{% endmacro %}

{#- A text as its words, one blank before, between and behind them, so that one text holds another's words where it contains its text, however
    it is spelt: in capitals, with or without accents, in letters of full width, with blanks around an @ or what stands for it in addresses of
    the web and in JSON, at the end of a sentence. -#}
{% macro words_of(text) -%}
    {%- set wide, narrow = [], [] -%}
    {%- for code in range(33, 127) -%}{%- do wide.append('%c' % (code + 65248)) -%}{%- do narrow.append('%c' % code) -%}{%- endfor -%}
    {%- set plain = 'translate(' ~ text ~ ', ' ~ text_literal(wide | join) ~ ', ' ~ text_literal(narrow | join) ~ ')' -%}
    {%- set plain = 'replace(replace(' ~ plain ~ ", '%40', '@'), " ~ text_literal('\\u0040') ~ ", '@')" -%}
    {#- Letters of all scripts, and signs beyond the basic plane, which may be all that tells two ids apart. -#}
    {%- set words = replace_matches(plain_letters(plain), text_literal('[^0-9a-z@_+.À-῿☀-➿ぁ-퟿𐀀-􏿽-]+'), ' ') -%}
    {%- set words = replace_matches(words, "' *@ *'", '@') -%}
    ' ' || trim({{ replace_matches(words, "'[.]+( |$)'", ' ') }}) || ' '
{%- endmacro %}
