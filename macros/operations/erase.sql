{#- `dbt --no-write-json run-operation erase --args '{customer_id: "C-1"}'`, or {customer_ids: [...]}: take the clear values and ids of persons out of every
    restricted table, and see that they do not come back. Their numbers stay, under keys that nobody can be found by. With {dry_run: true} it
    does all of it and takes it back, to say what it would do. `make erase` also rewrites the warehouse file, releases and, when asked to, landed
    files. -#}
{% macro erase(customer_id=none, customer_ids=none, dry_run=false) %}
    {%- do erase_persons(asked_persons(customer_id, customer_ids), dry_run) -%}
{% endmacro %}

{% macro erase_persons(asked, dry_run) %}
    {%- set left = find_persons(asked, dry_run) -%}
    {%- if asked | length > left -%}
        {%- do log((asked | length - left) ~ ' of ' ~ asked | length ~ ' persons were erased before: nothing is left to do for them.', info=true) -%}
    {%- endif -%}
    {%- if left -%}{%- do erase_found_persons(dry_run) -%}{%- endif -%}
{% endmacro %}

{#- `dbt run-operation erase_requested`: erase whoever asks for it in the CRM and was not erased yet. -#}
{% macro erase_requested(dry_run=false) %}
    {%- set requests = base_relation({'source': 'crm', 'table': 'privacy_requests'}) -%}
    {%- set asked = run_query(
        "select distinct customer_id from " ~ requests ~ " where request_type = 'erase' and _issues is null and _erased_key is null and customer_id is not null order by 1"
    ).columns[0].values() if requests else [] -%}
    {%- if asked -%}
        {%- do erase_persons(asked | list, dry_run) -%}
    {%- else -%}
        {%- do log('No request for erasure is open.', info=true) -%}
    {%- endif -%}
{% endmacro %}

{#- The persons of scratch('persons'), in one transaction. -#}
{% macro erase_found_persons(dry_run) %}
    {%- set tables = tables_of_persons(plain=false) -%}
    {%- do begin_transaction() -%}
    {%- do run_query(next_batch()) -%}
    {%- do mark_rows(tables) -%}
    {%- do mark_unusable_rows(tables) -%}
    {%- do mark_hanging(tables) -%}
    {%- do count_touched(contract_tables()) -%}
    {%- do write_actions('erase') -%}
    {%- do forget_in_audit() -%}
    {%- do forget_in_pii() -%}
    {%- do suppress() -%}
    {%- for table in contract_tables() if base_relation(table) -%}
        {%- do anonymise_quarantine(table, of_these_persons(), anonymised_raw('_raw')) -%}
        {%- do run_query(anonymise_rows(table)) -%}
    {%- endfor -%}
    {%- do forget_names() -%}
    {%- do run_query(
        'insert into ' ~ ledger('changed_tables') ~ ' select distinct source_name, table_name, ' ~ current_batch() ~ ' from ' ~ scratch('touched')
    ) -%}
    {%- do end_operation('erased', dry_run) -%}
{% endmacro %}
