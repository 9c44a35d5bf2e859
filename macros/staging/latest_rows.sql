{#- The state of each key that new good rows of a raw table touch, as far as the files know it; the incremental strategy `latest_version`
    compares it with what the model knows already. Of other feeds than change logs these are current rows. Of change logs it comes with
    _file, _row: where the row stood, which decides between rows of one version. Null for a key that was ever deleted: its row is made of all
              rows of the key, and replaces whatever is known of that version;
    _version: the position in the log and then the operation (a delete comes before the insert that replaces it at the same position);
    is_deleted, deleted_at. A deleted row keeps the attributes that it had last, because a delete may carry its key only and facts must still
              find its parent; `forget_deleted` leaves them null, as rooms with clear values must. -#}
{% macro latest_rows(source_name, table_name, forget_deleted=false) %}
    {%- set base = ref('base_' ~ source_name ~ '__' ~ table_name) -%}
    {%- if not execute -%}{{ return('select * from ' ~ base) }}{%- endif -%}
    {%- set table = contract(source_name, table_name) -%}
    {%- if table.feed != 'cdc' %}
    select
        * exclude (_load_id),
        {{ current_load_id() }} as _load_id
    from ({{ current_rows(source_name, table_name) }}) as current_rows
    where {{ is_new_load() }}
    {%- else %}
    {%- set of_key = 'partition by ' ~ table.key | join(', ') -%}
    select
        {%- for column in table.columns %}
        {%- if forget_deleted and column.name not in table.key %}
        case when coalesce(deleted_version, -1) <> latest_version then {{ column.name }} end as {{ column.name }},
        {%- else %}
        {{ column.name }},
        {%- endif %}
        {%- endfor %}
        {%- for column in ['_file', '_row'] %}
        case when deleted_version is null then {{ column }} end as {{ column }},
        {%- endfor %}
        latest_version as _version,
        coalesce(deleted_version, -1) = latest_version as is_deleted,
        case when deleted_version = latest_version then deleted_at end as deleted_at,
        {{ current_load_id() }} as _load_id
    from (
        select
            *,
            max({{ row_version('cdc') }}) over ({{ of_key }}) as latest_version,
            max(case when _op = 'd' then {{ row_version('cdc') }} end) over ({{ of_key }}) as deleted_version,
            -- The log's order counts, not its clock, which may have been set back.
            first_value(case when _op = 'd' then _committed_at end) over (
                {{ of_key }} order by case when _op = 'd' then {{ row_version('cdc') }} end desc nulls last, {{ last_delivered_first() }}
            ) as deleted_at
        from {{ rows_in_play(base, table) }}
        qualify
            row_number() over (
                {{ of_key }} order by _op = 'd', {{ row_version('cdc') }} desc nulls last, {{ last_delivered_first() }}
            ) = 1
    ) as last_alive
    {%- endif %}
{% endmacro %}

{#- The good rows of a change log that came since this model's last run, and the older ones of those keys where a delete is in play: two queries,
    as engines skip no storage for conditions with `or`. Deletes are few, so that most runs read little history or none. -#}
{% macro rows_in_play(base, table) %}
    {%- set keys = table.key | join(', ') %}
    {%- set new = is_new_load() %}
    (
        select *
        from {{ base }}
        where _issues is null and {{ new }}
        {%- if is_incremental() %}
        {%- set deleted -%}
            select {{ keys }}
            from {{ base }}
            where
                _issues is null
                and _op = 'd'
                and ({{ keys }}) in (select {{ keys }} from {{ base }} where {{ new }})
        {%- endset %}

        union all

        select *
        from {{ base }}
        where
            _issues is null
            and not ({{ new }})
            and {{ within_keys(not_personal(table.key, table), '(' ~ deleted ~ ') as deleted') }}
            and ({{ keys }}) in ({{ deleted }})
        {%- endif %}
    ) as in_play
{% endmacro %}

{#- A number that grows with each newer version of a key. In a change log an operation that cannot be read counts as the first at its
    position, where the quarantine asks: any good row at that position then makes it good. -#}
{% macro row_version(feed) %}
    {%- if feed == 'cdc' -%}
        _lsn * 4 + case _op when 'd' then 1 when 'c' then 2 when 'u' then 3 else 0 end
    {%- else -%}
        {%- set version = var('feeds')[feed].version -%}
        {%- set number = epoch_microseconds(version) if var('feeds')[feed].columns[version] == 'timestamp' else version -%}
        coalesce({{ number }}, 0)
    {%- endif -%}
{% endmacro %}

{#- Which of two rows of the same version counts: the one that stands later in the landing zone, as syncs stamp whole batches with one instant. A
    path names the landing day first, so that a later day wins, then the greater name of a file, then the later row of one file, whatever was
    loaded first. Most are the same row delivered again; those that differ are counted in governance.data_quality_ledger. The incremental
    strategy latest_version decides in the same way. -#}
{% macro last_delivered_first() -%}
    _file desc, _row desc nulls last
{%- endmacro %}
