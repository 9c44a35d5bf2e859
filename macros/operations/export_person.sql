{#- `dbt --quiet --no-write-json --log-level-file none run-operation export_person --args '{customer_id: "C-1"}'`: print, as one JSON object,
    every row that base holds of a person: under each raw table its landed rows, typed, with the file that they came in. It finds them as an
    erasure does. With {dry_run: true} it tells only how many there are. -#}
{% macro export_person(customer_id=none, dry_run=false) %}
    {%- if invocation_args_dict.log_level_file != 'none' and dry_run != true -%}
        {%- do exceptions.raise_compiler_error('dbt writes what it prints to its log, too, and this is all that is held on a person: put `--log-level-file none` before run-operation.') -%}
    {%- endif -%}
    {%- set asked = asked_persons(customer_id, none) -%}
    {%- if find_persons(asked, dry_run) == 0 -%}
        {%- do log('This person was erased: nothing is held but numbers under a key that is nobody\'s.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- set held, counted = {}, [] -%}
    {%- do begin_transaction() -%}
    {%- do mark_rows(tables_of_persons(), plain=true) -%}
    {%- do mark_unusable_rows(tables_of_persons(plain=false)) -%}
    {%- do mark_hanging(tables_of_persons(), plain=true) -%}
    {%- for table in contract_tables() if base_relation(table) -%}
        {%- set name = table.source ~ '.' ~ table.table -%}
        {%- set columns = table.columns | map(attribute='name') | list + ['_file', '_row', '_ingested_on', '_issues', '_raw'] -%}
        {%- set rows = run_query(
            'select ' ~ json_object_text(columns) ~ ', _erased_key from ' ~ base_relation(table) ~ ' where ' ~ of_these_persons()
            ~ ' order by _ingested_on, _file, _row, 1'
        ).rows -%}
        {%- if rows -%}
            {%- do counted.append("select '" ~ table.source ~ "', '" ~ table.table ~ "', '" ~ rows[0][1] ~ "', " ~ rows | length) -%}
            {%- set personal_rows = [] -%}
            {%- for row in rows -%}{%- do personal_rows.append(fromjson(row[0])) -%}{%- endfor -%}
            {%- do held.update({name: personal_rows}) -%}
        {%- endif -%}
    {%- endfor -%}
    {#- Whose the rows are was written to find them, and is not kept. -#}
    {%- do rollback_transaction() -%}
    {%- do begin_transaction() -%}
    {%- for rows in counted -%}{%- do run_query('insert into ' ~ scratch('touched') ~ ' ' ~ rows) -%}{%- endfor -%}
    {%- do write_actions('export') -%}
    {%- set person_key = run_query('select person_key from ' ~ scratch('persons')).columns[0].values()[0] -%}
    {%- do end_operation('exported', dry_run) -%}
    {%- if not dry_run -%}
        {%- do print(tojson({'customer_id': asked[0], 'customer_key': person_key, 'as_of': run_started_at.isoformat(), 'rows': held})) -%}
    {%- endif -%}
{% endmacro %}
