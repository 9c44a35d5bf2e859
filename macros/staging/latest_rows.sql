{#- The good rows of a raw table that came since this model's last run, the latest of each key: its state as far as the new files know it.
    The incremental strategy `latest_version` compares it with what the model knows already. -#}
{% macro latest_rows(source_name, table_name) %}
    {%- set base = ref('base_' ~ source_name ~ '__' ~ table_name) -%}
    {%- if not execute -%}{{ return('select * from ' ~ base) }}{%- endif -%}
    {%- set table = contract(source_name, table_name) -%}
    {{- return(good_rows(base, table, table.key)) -}}
{% endmacro %}

{#- The good new rows of a base model, the latest version for each value of `grain`, and with it
    _version: for a change log the position and then the operation (a delete comes before the insert that replaces it at the same
              position), for other feeds the time of delivery;
    changed_at, is_deleted, deleted_at: change logs only. -#}
{% macro good_rows(base, table, grain) %}
    select
        * exclude (_batch),
        {{ row_version(table.feed) }} as _version,
        {%- if table.feed == 'cdc' %}
        _committed_at as changed_at,
        _op = 'd' as is_deleted,
        case when _op = 'd' then _committed_at end as deleted_at,
        {%- endif %}
        {{ current_batch() }} as _batch
    from {{ base }}
    where _issues is null and {{ is_new() }}
    qualify
        row_number() over (
            partition by {{ grain | join(', ') }}
            order by
                _version desc,
                {%- for column in table.columns %}
                {{ column.name }} desc nulls last{{ ',' if not loop.last }}
                {%- endfor %}
        ) = 1
{% endmacro %}

{#- A number that grows with each newer version of a key. -#}
{% macro row_version(feed) %}
    {%- if feed == 'cdc' -%}
        _lsn * 4 + case _op when 'r' then 0 when 'd' then 1 when 'c' then 2 else 3 end
    {%- else -%}
        coalesce({{ epoch_microseconds('_ingested_at') }}, 0)
    {%- endif -%}
{% endmacro %}
