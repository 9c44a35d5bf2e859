{#- How the good rows of a raw table stand, as changes to the counts of each landing day since this model's last run:
    good_rows        rows that came;
    suppressed_rows  rows of erased persons that came, which are no good rows;
    first_rows       rows that told a version of a key for the first time, and did not only repeat it;
    current_rows     first rows of the versions that are the latest of their keys;
    tied_rows        first rows of what was told of a version besides what counts of it, in other files, so that no order is known of the two.
                     Where one file tells both, its last row corrects what stands before.
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
            max({{ place_in_order(table) }}) as place,
            min(case when not ({{ new }}) then _ingested_on end) as told_on_before,
            max(case when not ({{ new }}) then {{ place_in_order(table) }} end) as place_before
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

    latest as (

        select
            max_by(told_on, place) as told_on,
            max_by(told_on_before, place_before) as told_on_before
        from versions
        group by {{ keys }}

    ),
    {%- for moment in ['', '_before'] %}

    {#- By the hash of key and position: nearly all are alone. #}
    ties{{ moment }} as (

        select versions.told_on{{ moment }}
        from versions
        inner join (
            select
                hash({{ keys }}, {{ position_of('place' ~ moment) }}) as position_hash,
                max(place{{ moment }}) as last_place
            from versions
            where place{{ moment }} is not null
            group by position_hash
            having count(*) > 1
        ) as positions
            on hash({{ keys }}, {{ position_of('place' ~ moment) }}) = positions.position_hash
        where {{ file_of('versions.place' ~ moment) }} <> {{ file_of('positions.last_place') }}

    ),
    {%- endfor %}

    changes as (

        select
            _ingested_on as ingested_on,
            count_if(_issues is null) as good_rows,
            0 as first_rows,
            0 as current_rows,
            0 as tied_rows,
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
            0 as tied_rows,
            0 as suppressed_rows
        from keys
        where row_count = 1
        group by told_on
        {%- for relation, day, first_rows, current_rows, tied_rows in [
            ('versions', 'told_on', 'count(*)', 0, 0),
            ('versions', 'told_on_before', '-count(*)', 0, 0),
            ('latest', 'told_on', 0, 'count(*)', 0),
            ('latest', 'told_on_before', 0, '-count(*)', 0),
            ('ties', 'told_on', 0, 0, 'count(*)'),
            ('ties_before', 'told_on_before', 0, 0, '-count(*)'),
        ] %}

        union all

        select
            {{ day }} as ingested_on,
            0 as good_rows,
            {{ first_rows }} as first_rows,
            {{ current_rows }} as current_rows,
            {{ tied_rows }} as tied_rows,
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

{#- What tells two versions of a key apart, as text: their position, where the feed numbers its versions, and all that the row says. Of a delete
    nothing but its position counts. -#}
{% macro told_version(table) -%}
    {%- set said = table.columns | map(attribute='name') | reject('equalto', '_ingested_at') | join(', ') -%}
    {%- if table.feed == 'append' -%}
        cast(hash({{ said }}) as varchar)
    {%- elif table.feed == 'cdc' -%}
        cast({{ row_version(table.feed) }} as varchar) || case when _op = 'd' then '' else '|' || cast(hash({{ said }}) as varchar) end
    {%- else -%}
        cast({{ row_version(table.feed) }} as varchar) || '|' || cast(hash({{ said }}) as varchar)
    {%- endif -%}
{%- endmacro %}

{#- Where a row stands among those of its key, as text: 20 digits of its position, then its file, then a blank and 12 digits of its row. The order is
    that of last_delivered() in macros/staging/latest_rows.sql. -#}
{% macro place_in_order(table) -%}
    lpad(cast({{ row_version(table.feed) }} as varchar), 20, '0') || _file || ' ' || lpad(cast(coalesce(_row, 0) as varchar), 12, '0')
{%- endmacro %}

{% macro position_of(place) -%}
    left({{ place }}, 20)
{%- endmacro %}

{% macro file_of(place) -%}
    left({{ place }}, length({{ place }}) - 13)
{%- endmacro %}
