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

{#- Rows that name nobody and share their key with a marked one, or hang on one. -#}
{% macro mark_hanging(tables, plain=false) %}
    {%- for table in tables if base_relation(table) -%}
        {%- set person = person_column(table) -%}
        {%- if person -%}
            {%- do run_query(hang_on(base_relation(table), base_relation(table), shared_columns(table), person)) -%}
        {%- endif -%}
        {%- set link = link_to_other_table(table, plain or not person) -%}
        {%- if link -%}
            {%- set source_name, table_name = link.of.split('.') -%}
            {%- set parent = base_relation({'source': source_name, 'table': table_name}) -%}
            {%- if parent -%}
                {%- do run_query(hang_on(base_relation(table), parent, [link.column], person)) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
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
