{#- The state of each key that new good rows of a raw table touch, as far as the files know it; the incremental strategy `latest_version`
    compares it with what the model knows already. It comes with
    _version: for a change log the position and then the operation (a delete comes before the insert that replaces it at the same
              position), for other feeds the time of delivery;
    is_deleted, deleted_at: change logs only. A deleted row keeps the attributes that it had last, because a delete may carry its key
              only and facts must still find its parent; `forget_deleted` leaves them null, as rooms with clear values must. -#}
{% macro latest_rows(source_name, table_name, forget_deleted=false) %}
    {%- set base = ref('base_' ~ source_name ~ '__' ~ table_name) -%}
    {%- if not execute -%}{{ return('select * from ' ~ base) }}{%- endif -%}
    {%- set table = contract(source_name, table_name) -%}
    {%- if table.feed != 'cdc' -%}
        {{- return(latest_of(base ~ ' where _issues is null and ' ~ is_new(), table, table.key)) -}}
    {%- endif -%}
    {%- set log_columns = var('feeds').cdc.columns.keys() | list -%}
    select
        {%- for column in table.columns if column.name in table.key + log_columns or forget_deleted %}
        latest.{{ column.name }},
        {%- endfor %}
        {%- for column in table.columns if not (column.name in table.key + log_columns or forget_deleted) %}
        coalesce(latest.{{ column.name }}, last_alive.{{ column.name }}) as {{ column.name }},
        {%- endfor %}
        latest._version,
        latest._op = 'd' as is_deleted,
        case when latest._op = 'd' then latest._committed_at end as deleted_at,
        latest._batch
    from ({{ latest_of(rows_in_play(base, table), table, table.key) }}) as latest
    left join ({{ latest_of(rows_in_play(base, table, of_deleted_keys=true) ~ " and _op <> 'd'", table, table.key) }}) as last_alive
        on latest._op = 'd' {%- for column in table.key %} and latest.{{ column }} = last_alive.{{ column }}{% endfor %}
{% endmacro %}

{#- A from and where clause: the good rows of a change log that came since this model's last run, and the older rows of their keys where a
    delete is in play. `of_deleted_keys`: only rows of keys that were ever deleted. -#}
{% macro rows_in_play(base, table, of_deleted_keys=false) %}
    {%- set key = '(' ~ table.key | join(', ') ~ ')' -%}
    {%- set deleted = key ~ ' in (select ' ~ table.key | join(', ') ~ ' from ' ~ base ~ " where _op = 'd' and _issues is null)" -%}
    {%- set touched = key ~ ' in (select ' ~ table.key | join(', ') ~ ' from ' ~ base ~ ' where ' ~ is_new() ~ ')' -%}
    {{- base }} where _issues is null
    {%- if of_deleted_keys %} and {{ deleted }} and {{ touched }}
    {%- elif is_incremental() %} and ({{ is_new() }} or ({{ deleted }} and {{ touched }}))
    {%- endif -%}
{% endmacro %}

{#- The latest version of each value of `grain` among some rows; `rows` is what follows the word from. -#}
{% macro latest_of(rows, table, grain) %}
    select
        * exclude (_batch),
        {{ row_version(table.feed) }} as _version,
        {{ current_batch() }} as _batch
    from {{ rows }}
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
