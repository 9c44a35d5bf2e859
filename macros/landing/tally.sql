{#- How the good rows of a raw table stand, as changes to the counts of each landing day since this model's last run:
    good_rows        rows that came;
    suppressed_rows  rows of erased persons that came, which are no good rows;
    first_rows       rows that told a version of a key for the first time, and did not only repeat it;
    current_rows     first rows of the versions that are the latest of their keys.
    Only keys that new rows touch are looked at; those with a single row are told by a hash, which takes a fraction of the memory that keys
    take, and two keys of one hash are counted as keys with more rows are. What they count for now and what they counted for before are both
    worked out from base, so the sums are the same whatever came when. -#}
{% macro tally(source_name, table_name, new) %}
    {%- set base = ref('base_' ~ source_name ~ '__' ~ table_name) -%}
    {%- if not execute -%}{{ return('select * from ' ~ base) }}{%- endif -%}
    {%- set table = contract(source_name, table_name) -%}
    {%- set keys = table.key | join(', ') -%}
    {#- By their hash two nulls are the same key, and no range holds a null. -#}
    {%- set never_null = table.columns | selectattr('required') | map(attribute='name') | select('in', table.key) | list -%}
    {%- set in_range = within_keys(not_personal(never_null, table), base ~ ' where _issues is null and ' ~ new) -%}
    with

    keys as (

        select
            hash({{ keys }}) as key_hash,
            count(*) as row_count,
            min(_ingested_on) as told_on
        from {{ base }}
        where
            _issues is null
            {%- if is_incremental() %}
            and {{ in_range }}
            and hash({{ keys }}) in (
                select hash({{ keys }})
                from {{ base }}
                where _issues is null and {{ new }}
            )
            {%- endif %}
        group by key_hash

    ),

    versions as (

        select
            {{ keys }},
            {{ told_version(table) }} as version,
            min(_ingested_on) as told_on,
            max({{ row_version(table.feed) }}) as position,
            min(case when not ({{ new }}) then _ingested_on end) as told_on_before,
            max(case when not ({{ new }}) then {{ row_version(table.feed) }} end) as position_before
        from {{ base }}
        where
            _issues is null
            and {{ in_range }}
            and hash({{ keys }}) in (
                select key_hash
                from keys
                where row_count > 1
            )
        group by {{ keys }}, version

    ),

    -- Two versions at one position are told apart by what they say, so that chance plays no part.
    latest as (

        select
            max_by(told_on, lpad(cast(position as varchar), 20, '0') || version) as told_on,
            max_by(told_on_before, lpad(cast(position_before as varchar), 20, '0') || version) as told_on_before
        from versions
        group by {{ keys }}

    ),

    changes as (

        select
            _ingested_on as ingested_on,
            count_if(_issues is null) as good_rows,
            0 as first_rows,
            0 as current_rows,
            coalesce(count_if(_issues = 'suppressed'), 0) as suppressed_rows
        from {{ base }}
        where {{ new }}
        group by _ingested_on
        having count_if(_issues is null or _issues = 'suppressed') > 0

        union all

        select
            told_on as ingested_on,
            0 as good_rows,
            count(*) as first_rows,
            count(*) as current_rows,
            0 as suppressed_rows
        from keys
        where row_count = 1
        group by told_on
        {%- for relation, day, first_rows, current_rows in [
            ('versions', 'told_on', 'count(*)', 0),
            ('versions', 'told_on_before', '-count(*)', 0),
            ('latest', 'told_on', 0, 'count(*)'),
            ('latest', 'told_on_before', 0, '-count(*)'),
        ] %}

        union all

        select
            {{ day }} as ingested_on,
            0 as good_rows,
            {{ first_rows }} as first_rows,
            {{ current_rows }} as current_rows,
            0 as suppressed_rows
        from {{ relation }}
        where {{ day }} is not null
        group by {{ day }}
        {%- endfor %}

    )

    select
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        *
    from changes
{% endmacro %}

{#- What tells two versions of a key apart, as text: of an append feed, which numbers none, all that the row says. -#}
{% macro told_version(table) -%}
    {%- if table.feed == 'append' -%}
        md5({{ json_object_text(table.columns | map(attribute='name') | reject('in', var('feeds').append.columns) | list) }})
    {%- else -%}
        cast({{ row_version(table.feed) }} as varchar)
    {%- endif -%}
{%- endmacro %}
