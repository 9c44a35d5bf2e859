{#- Whose a row of a raw table is. A row names its person in the column that the contract classifies person_id. Where it has none, or nobody in
    it, var person_links says by which column it is linked to a row of another table. Rows that are loaded (suppression.sql) and rows that an
    operation selects (person_rows.sql) go by these rules, and both must say the same. -#}

{#- A raw table as `<source>.<table>`, as var person_links calls it. -#}
{% macro qualified_name(table) -%}
    {{- return(table.source ~ '.' ~ table.table) -}}
{%- endmacro %}

{#- The base model of a raw table where it has been built; else none. -#}
{% macro base_relation(table) %}
    {{- return(relation_if_exists('base', 'base_' ~ table.source ~ '__' ~ table.table)) -}}
{% endmacro %}

{#- The raw tables whose base models have been built. -#}
{% macro built_tables() %}
    {%- set tables = [] -%}
    {%- for table in contract_tables() if base_relation(table) -%}{%- do tables.append(table) -%}{%- endfor -%}
    {{- return(tables) -}}
{% endmacro %}

{#- The column with the person's id; none where the table has none. -#}
{% macro person_column(table) %}
    {%- set found = table.columns | selectattr('classification', 'equalto', 'person_id') | map(attribute='name') | list -%}
    {%- if found | length > 1 -%}
        {%- do exceptions.raise_compiler_error(
            qualified_name(table) ~ ' has two columns classified person_id (' ~ found | join(', ') ~ '), and one row is one person\'s: classify one of them otherwise.'
        ) -%}
    {%- endif -%}
    {{- return(found | first if found else none) -}}
{% endmacro %}

{#- How a table is linked by var person_links, as {column, of, contains_pii}; none where it is not. `name`: <source>.<table>. -#}
{% macro person_link(name) %}
    {%- set link = var('person_links').get(name) -%}
    {{- return(dict({'contains_pii': true}, **link) if link else none) -}}
{% endmacro %}

{#- The link of a table to another one; none where there is none, or to the table itself. -#}
{% macro link_to_other_table(name) %}
    {%- set link = person_link(name) -%}
    {{- return(link if link and link.of != name else none) -}}
{% endmacro %}

{#- The base model that rows of a table look for their person in when they are loaded; none where there is none. Known without the contract, as
    dbt asks before it has read it. -#}
{% macro base_of_link(name) %}
    {%- set link = link_to_other_table(name) -%}
    {{- return(ref('base_' ~ link.of | replace('.', '__')) if link and link.contains_pii else none) -}}
{% endmacro %}

{#- The columns by which rows of a table are linked to others, or others to them. They outlive an erasure as keys do: without them linked rows
    would be nobody's when they land again. -#}
{% macro link_columns(table) %}
    {%- set columns = [] -%}
    {%- for name, link in var('person_links').items() if qualified_name(table) in (name, link.of) -%}{%- do columns.append(link.column) -%}{%- endfor -%}
    {{- return(columns) -}}
{% endmacro %}

{#- The columns that rows of one person share, where some of them name nobody: a contact who registered later, a visit before its log-in. -#}
{% macro shared_columns(table) %}
    {%- set link = person_link(qualified_name(table)) -%}
    {{- return([link.column] if link and link.of == qualified_name(table) else table.key) -}}
{% endmacro %}

{#- The columns whose values find rows that name nobody, as {name, unless} of a table that names persons: e-mail addresses, as of the orders of a
    guest who has an account, too; and ids of devices, but only of rows that var person_links does not link, as they have no value in its
    column (`unless`): events without a session id. -#}
{% macro finding_columns(table) %}
    {%- set columns, link = [], person_link(qualified_name(table)) -%}
    {%- for column in table.columns if person_column(table) -%}
        {%- if column.classification == 'email' -%}
            {%- do columns.append({'name': column.name, 'unless': none}) -%}
        {%- elif column.classification == 'device_id' and link -%}
            {%- do columns.append({'name': column.name, 'unless': link.column}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(columns) -}}
{% endmacro %}

{#- The value of such a column as it is compared; null where it is not. `of`: the alias of the rows. -#}
{% macro finding_value(column, of) -%}
    {%- set value = of ~ '.' ~ column.name -%}
    {%- if column.unless -%}
        case when {{ of }}.{{ column.unless }} is null then {{ value }} end
    {%- else -%}
        {{ normalised_email(value) }}
    {%- endif -%}
{%- endmacro %}

{#- An e-mail address as it is compared. -#}
{% macro normalised_email(email) -%}
    lower(trim({{ email }}))
{%- endmacro %}

{#- The built raw tables with rows that are somebody's; a table comes after the one that it is linked to.
    with_non_pii: whether also those that name nobody and, by their link, hold nothing personal. -#}
{% macro person_tables(with_non_pii=true) %}
    {%- set tables, linked = [], {} -%}
    {%- for table in built_tables() -%}
        {%- set name, link = qualified_name(table), person_link(qualified_name(table)) -%}
        {%- if link and not link.contains_pii and table.columns | selectattr('classification') | rejectattr('classification', 'equalto', 'person_id') | list -%}
            {%- do exceptions.raise_compiler_error(
                'vars: person_links says contains_pii: false of ' ~ name ~ ', but it has classified columns besides the id of the person: take that away in dbt_project.yml.'
            ) -%}
        {%- endif -%}
        {%- if not link_to_other_table(name) and person_column(table) -%}
            {%- do tables.append(table) -%}
        {%- elif link and (with_non_pii or link.contains_pii or person_column(table)) -%}
            {%- do linked.update({name: table}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in var('person_links') if name in linked -%}{%- do tables.append(linked[name]) -%}{%- endfor -%}
    {{- return(tables) -}}
{% endmacro %}
