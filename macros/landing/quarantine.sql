{#- The rows of one source that could not be read, typed or keyed, with the reasons and the row as it came. A row is resolved when a good row
    of its key that is as new or newer has landed; where its own version cannot be read, when one has landed on a later day. A run looks
    again at the rows whose keys new good rows name. -#}
{% macro quarantine(source_name) %}
    {{- config(post_hook='{{ remember_run() }}') -}}
    {%- set new = is_new_load() -%}
    {%- set tables = tables_with_news() | selectattr(0, 'equalto', source_name) | list -%}
    {%- for source_name, table_name, is_renewed in tables %}
    {{ 'union all' if not loop.first }}
    select *
    from ({{ quarantined_rows(source_name, table_name, new) }}) as {{ table_name }}
    {%- else %}
    select *
    from {{ this }}
    where false
    {%- endfor %}
{% endmacro %}

{#- The rows of a raw table that could not be read or keyed, with reasons; `new`: of loads that the model has not seen. -#}
{% macro quarantined_rows(source_name, table_name, new) %}
    {%- set base = ref('base_' ~ source_name ~ '__' ~ table_name) -%}
    {%- if not execute -%}{{ return('select * from ' ~ base) }}{%- endif -%}
    {%- set table = contract(source_name, table_name) -%}
    {%- set keys = table.key | join(', ') -%}
    {%- set version = row_version(table.feed) -%}
    with

    quarantined as (

        select
            *,
            nullif({{ version }}, 0) as version,
            -- A file may hold a row twice.
            row_number() over (
                partition by _file, _row, _raw
                order by _ingested_on
            ) as copy_number
        from {{ base }}
        where
            -- Rows of erased persons are counted as suppressed, and shown to nobody.
            _issues <> 'suppressed'
            {%- if is_incremental() %}
            and (
                {{ new }}
                or ({{ keys }}) in (
                    select {{ keys }}
                    from {{ base }}
                    where _issues is null and {{ new }}
                )
            )
            {%- endif %}

    ),

    good as (

        select
            {{ keys }},
            {{ version }} as version,
            _ingested_on
        from {{ base }}
        where
            _issues is null
            and ({{ keys }}) in (
                select {{ keys }}
                from quarantined
            )

    )

    select
        {{ quarantine_id('quarantined._file', 'quarantined._row', 'quarantined.copy_number', 'quarantined._raw') }} as quarantine_id,
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        quarantined._ingested_on as ingested_on,
        quarantined._file as file_path,
        quarantined._row as file_row,
        quarantined._issues as reasons,
        quarantined._raw as raw_row,
        min(good._ingested_on) as resolved_on,
        {{ current_load_id() }} as _load_id
    from quarantined
    left join good
        on
            {%- for key in table.key %}
            quarantined.{{ key }} = good.{{ key }}
            and {% endfor %}
            case
                when quarantined.version is null then good._ingested_on > quarantined._ingested_on
                else good.version >= quarantined.version
            end
    group by all
{% endmacro %}

{#- The id of a quarantined row: its place and what came there. -#}
{% macro quarantine_id(file, row, copy_number, raw) -%}
    md5({{ file }} || '|' || coalesce(cast({{ row }} as varchar), '') || '|' || cast({{ copy_number }} as varchar) || '|' || {{ raw }})
{%- endmacro %}
