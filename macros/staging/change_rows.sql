{#- The good rows of a change log that came since this model's last run, one for each key and instant (the latest version of it), with
    changed_at, _version and is_deleted. Validity ranges are made of them (macros/core/scd2_versions.sql). Nearly all rows are the only ones of
    their key and instant, so that only the others are ranked; they are found by a hash, which takes a fraction of the memory that keys
    take. Two keys of one hash are ranked each for itself, as all others. -#}
{% macro change_rows(source_name, table_name) %}
    {%- set base = ref('base_' ~ source_name ~ '__' ~ table_name) -%}
    {%- if not execute -%}{{ return('select * from ' ~ base) }}{%- endif -%}
    {%- set grain = (contract(source_name, table_name).key + ['_committed_at']) | join(', ') -%}
    {%- set new_rows = base ~ ' where _issues is null and ' ~ is_new_load() -%}
    {%- set repeated -%}
        (select hash({{ grain }}) from {{ new_rows }} group by hash({{ grain }}) having count(*) > 1)
    {%- endset -%}
    select
        * exclude (_load_id),
        _committed_at as changed_at,
        _op = 'd' as is_deleted,
        {{ row_version('cdc') }} as _version,
        {{ current_load_id() }} as _load_id
    from (
        select *
        from {{ new_rows }} and hash({{ grain }}) not in {{ repeated }}

        union all

        select *
        from {{ new_rows }} and hash({{ grain }}) in {{ repeated }}
        qualify
            row_number() over (
                partition by {{ grain }} order by {{ row_version('cdc') }} desc nulls last, {{ last_delivered_first() }}
            ) = 1
    ) as changes
{% endmacro %}
