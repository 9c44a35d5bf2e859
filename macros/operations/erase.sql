{#- `dbt --no-write-json run-operation erase --args '{customer_id: "C-1"}'`, or {customer_ids: [...]}: take the clear values and ids of persons out of every
    restricted table, and see that they do not come back. Their numbers stay, under keys that nobody can be found by. With {dry_run: true} it
    says which rows it would change. `make erase` also rewrites the warehouse file, releases and, when asked to, landed files. -#}
{% macro erase(customer_id=none, customer_ids=none, dry_run=false) %}
    {%- do erase_persons(asked_persons(customer_id, customer_ids), dry_run) -%}
{% endmacro %}

{#- `dbt run-operation erase_requested`: erase whoever asks for it in the CRM and was not erased yet. -#}
{% macro erase_requested(dry_run=false) %}
    {%- set asked = run_query(
        'select distinct customer_id from ' ~ open_requests() ~ " where request_type = 'erase' and customer_id is not null order by 1"
    ).columns[0].values() if open_requests() else [] -%}
    {%- if asked -%}
        {%- do erase_persons(asked | list, dry_run) -%}
    {%- else -%}
        {%- do log('No request for erasure is open.', info=true) -%}
    {%- endif -%}
{% endmacro %}

{#- What erase() and erase_requested() do for the persons with these ids: look for them, count, and carry it out in one transaction. -#}
{% macro erase_persons(asked, dry_run) %}
    {%- set left = find_persons(asked, dry_run) -%}
    {%- if asked | length > left -%}
        {%- do log((asked | length - left) ~ ' of ' ~ asked | length ~ ' persons were erased before: nothing is left to do for them.', info=true) -%}
    {%- endif -%}
    {%- if left -%}
        {%- do select_person_rows(with_non_pii=false) -%}
        {%- call carry_out('erased', dry_run) -%}
            {%- do write_actions('erase') -%}
            {%- do forget_in_audit() -%}
            {%- do forget_in_pii() -%}
            {%- do suppress() -%}
            {%- for table in selected_tables() -%}
                {%- do anonymise_rows(table, anonymised_raw('known._raw', key='person_rows._person_key'), is_erased=true) -%}
            {%- endfor -%}
            {%- do forget_names() -%}
        {%- endcall -%}
    {%- endif -%}
{% endmacro %}
