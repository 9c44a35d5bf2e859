{#- `dbt --quiet --no-write-json --log-level-file none run-operation export_person --args '{customer_id: "C-1"}'`: print, as one JSON object,
    every row that base holds of a person: under each raw table its landed rows, typed, with the file that they came in. It finds them as an
    erasure does, and changes nothing but the ledger of what was done. With {dry_run: true} it tells only how many there are. -#}
{% macro export_person(customer_id=none, dry_run=false) %}
    {%- if invocation_args_dict.log_level_file != 'none' and dry_run != true -%}
        {%- do exceptions.raise_compiler_error('dbt writes what it prints to its log, too, and this is all that is held on a person: put `--log-level-file none` before run-operation.') -%}
    {%- endif -%}
    {%- set asked = asked_persons(customer_id, none) -%}
    {%- if find_persons(asked, dry_run) == 0 -%}
        {%- do log('This person was erased: nothing is held but numbers under a key that is nobody\'s.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- do select_person_rows(with_non_pii=true) -%}
    {%- call carry_out('exported', dry_run, changes_rows=false) -%}
        {%- do write_actions('export') -%}
    {%- endcall -%}
    {%- if not dry_run -%}
        {%- set held = {} -%}
        {%- for table in selected_tables() -%}{%- do held.update({qualified_name(table): rows_to_export(table)}) -%}{%- endfor -%}
        {%- set person_key = single_value('select person_key from ' ~ scratch('persons')) -%}
        {%- do print(tojson({'customer_id': asked[0], 'customer_key': person_key, 'as_of': run_started_at.isoformat(), 'rows': held})) -%}
    {%- endif -%}
{% endmacro %}

{#- The selected rows of a table, each as a dictionary. -#}
{% macro rows_to_export(table) %}
    {%- set columns = table.columns | map(attribute='name') | list + ['_file', '_row', '_ingested_on', '_issues', '_raw'] -%}
    {%- set query %}
        select {{ json_object_text(columns, of='known.') }} as exported
        {{ from_person_rows(table) }}
        order by known._ingested_on, known._file, known._row, exported
    {%- endset -%}
    {%- set rows = [] -%}
    {%- for row in run_query(query).rows -%}{%- do rows.append(fromjson(row[0])) -%}{%- endfor -%}
    {{- return(rows) -}}
{% endmacro %}
