{#- Whose a row of a raw table is. A row names its person in the column that the contract classifies person_id; where it has none, or nobody in
    it, var person_of says by which column it hangs on a row of another table. Both are asked when landed rows are loaded (suppression.sql)
    and when a person is erased or told what is held (marking.sql), and must say the same. -#}

{#- The column with the person's id; none where the table has none. -#}
{% macro person_column(table) %}
    {%- set found = table.columns | selectattr('classification', 'equalto', 'person_id') | map(attribute='name') | list -%}
    {%- if found | length > 1 -%}
        {%- do exceptions.raise_compiler_error(
            table.source ~ '.' ~ table.table ~ ' has two columns classified person_id (' ~ found | join(', ') ~ '), and one row is one person\'s: classify one of them otherwise.'
        ) -%}
    {%- endif -%}
    {{- return(found | first if found else none) -}}
{% endmacro %}

{#- How a table hangs on another by var person_of: {column, of}; none where it does not. -#}
{% macro person_link(table) %}
    {{- return(var('person_of').get(table.source ~ '.' ~ table.table)) -}}
{% endmacro %}

{#- The columns by which rows hang on others, or others on them. They outlive an erasure as keys do, or what hangs on a row would be nobody's
    when it lands again. -#}
{% macro link_columns(table) %}
    {%- set columns = [person_link(table).column] if person_link(table) else [] -%}
    {%- for link in var('person_of').values() if link.of == table.source ~ '.' ~ table.table -%}{%- do columns.append(link.column) -%}{%- endfor -%}
    {{- return(columns) -}}
{% endmacro %}

{#- The base model of the table that `name`, as <source>.<table>, hangs on; none where there is none or it is the table itself. Known without
    the contract, as dbt asks before it has read it. -#}
{% macro base_of_link(name) %}
    {%- set link = var('person_of').get(name) -%}
    {{- return(ref('base_' ~ link.of | replace('.', '__')) if link and link.of != name and not link.get('plain') else none) -}}
{% endmacro %}

{#- The columns that rows of one person share, where some of them name nobody: a contact who registered later, a visit before its log-in. -#}
{% macro shared_columns(table) %}
    {%- set link = person_link(table) -%}
    {{- return([link.column] if link and link.of == table.source ~ '.' ~ table.table else table.key) -}}
{% endmacro %}

{#- E-mail addresses find rows that name nobody, such as the orders of a guest who has an account, too. -#}
{% macro email_columns(table) %}
    {{- return(table.columns | selectattr('classification', 'equalto', 'email') | map(attribute='name') | list if person_column(table) else []) -}}
{% endmacro %}

{% macro plain_email(email) -%}
    lower(trim({{ email }}))
{%- endmacro %}

{#- The column by which a row that names nobody is of the person of another table's row; none where there is none. `plain`: whether also where the
    row itself holds nothing personal. -#}
{% macro link_to_other_table(table, plain) %}
    {%- set link = person_link(table) -%}
    {{- return(link if link and link.of != table.source ~ '.' ~ table.table and (plain or not link.get('plain')) else none) -}}
{% endmacro %}

{#- The raw tables with rows that are somebody's, those first that others hang on. Without `plain` ones that name nobody: they hold nothing
    personal, and nothing hangs on them. -#}
{% macro tables_of_persons(plain=true) %}
    {%- set naming, hanging = [], {} -%}
    {%- for table in contract_tables() -%}
        {%- set link = person_link(table) -%}
        {%- if link and link.get('plain') and table.columns | selectattr('classification') | rejectattr('classification', 'equalto', 'person_id') | list -%}
            {%- do exceptions.raise_compiler_error(
                'vars: person_of calls ' ~ table.source ~ '.' ~ table.table ~ ' plain, but it has classified columns besides the id of the person: take `plain` away in dbt_project.yml.'
            ) -%}
        {%- endif -%}
        {%- if person_column(table) and not link_to_other_table(table, plain=true) -%}
            {%- do naming.append(table) -%}
        {%- elif person_column(table) or (link and (plain or not link.get('plain'))) -%}
            {%- do hanging.update({table.source ~ '.' ~ table.table: table}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in var('person_of') if name in hanging -%}{%- do naming.append(hanging[name]) -%}{%- endfor -%}
    {{- return(naming) -}}
{% endmacro %}

{#- The base model of a raw table where it has been built; else none. -#}
{% macro base_relation(table) %}
    {{- return(relation_if_exists('base', 'base_' ~ table.source ~ '__' ~ table.table)) -}}
{% endmacro %}
