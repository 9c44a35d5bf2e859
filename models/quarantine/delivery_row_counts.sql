{{
    config(
        incremental_strategy='merge',
        unique_key=['source_name', 'table_name', 'ingested_on'],
    )
}}
{#-
    Counts per table and landing day of what base holds, worked out of the keys that new rows touch: what the rows of those keys count for now,
    less what they counted for before, both from base, so that the sums are the same whatever came when. Keys with a single row are found by a
    hash, which takes a fraction of the memory that keys take; two keys of one hash are counted as keys with more rows are.
-#}
{% set new = is_new_load() %}

with

changes as (

    {% for source_name, table_name, is_renewed in tables_with_news() %}
    {%- set base = ref('base_' ~ source_name ~ '__' ~ table_name) %}
    {#- While dbt parses, all tables have news, and the contract cannot be read yet. #}
    {%- if execute %}
    {%- set table = contract(source_name, table_name) %}
    {%- set has_news = '_load_id > 0' if is_renewed else new %}
    {%- set key_columns = table.key | join(', ') %}
    {#- By their hash two nulls are the same key, and no range holds a null. #}
    {%- set never_null = table.columns | selectattr('required') | map(attribute='name') | select('in', table.key) | list %}
    {%- set in_range = within_keys(
        not_personal(never_null, table), base ~ ' where _issues is null and ' ~ has_news
    ) %}
    {#- What tells two versions of a key apart: their number, where the feed has one, and all that the row says; of a delete its number alone. #}
    {%- set content = 'cast(hash(' ~ table.columns | map(attribute='name') | reject('equalto', '_ingested_at') | join(', ') ~ ') as varchar)' %}
    {%- set number = 'cast(' ~ row_version(table.feed) ~ ' as varchar)' %}
    {%- set version = {
        'append': content,
        'cdc': number ~ " || case when _op = 'd' then '' else '|' || " ~ content ~ ' end',
    }.get(table.feed, number ~ " || '|' || " ~ content) %}
    {#- Where a row stands among those of its key, as text: 20 digits of its version, its file, a blank and 12 digits of its row. The order is that
        of last_delivered_first(). #}
    {%- set place = 'lpad(' ~ number ~ ", 20, '0') || _file || ' ' || lpad(cast(coalesce(_row, 0) as varchar), 12, '0')" %}
    {{ 'union all' if not loop.first }}
    select
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        *
    from (
        with

        keys as (

            select
                hash({{ key_columns }}) as key_hash,
                count(*) as row_count,
                min(_ingested_on) as first_day
            from {{ base }}
            where
                _issues is null
                {%- if is_incremental() %}
                and {{ in_range }}
                and hash({{ key_columns }}) in (
                    select hash({{ key_columns }})
                    from {{ base }}
                    where _issues is null and {{ has_news }}
                )
                {%- endif %}
            group by key_hash

        ),

        versions as (

            select
                {{ key_columns }},
                {{ version }} as version,
                min(_ingested_on) as first_day,
                max({{ place }}) as place,
                min(case when not ({{ has_news }}) then _ingested_on end) as first_day_before,
                max(case when not ({{ has_news }}) then {{ place }} end) as place_before
            from {{ base }}
            where
                _issues is null
                and {{ in_range }}
                and hash({{ key_columns }}) in (
                    select key_hash
                    from keys
                    where row_count > 1
                )
            group by {{ key_columns }}, version

        ),

        latest as (

            select
                max_by(first_day, place) as first_day,
                max_by(first_day_before, place_before) as first_day_before
            from versions
            group by {{ key_columns }}

        ),
        {%- for moment in ['', '_before'] %}

        -- By the hash of key and version number, as nearly all are alone.
        ties{{ moment }} as (

            select versions.first_day{{ moment }}
            from versions
            inner join (
                select
                    hash({{ key_columns }}, left(place{{ moment }}, 20)) as number_hash,
                    max(place{{ moment }}) as last_place
                from versions
                where place{{ moment }} is not null
                group by number_hash
                having count(*) > 1
            ) as repeated
                on hash({{ key_columns }}, left(place{{ moment }}, 20)) = repeated.number_hash
            where
                left(versions.place{{ moment }}, length(versions.place{{ moment }}) - 13)
                <> left(repeated.last_place, length(repeated.last_place) - 13)

        ),
        {%- endfor %}

        good_and_suppressed as (

            select
                _ingested_on as ingested_on,
                count_if(_issues is null) as good_rows,
                0 as first_rows,
                0 as current_rows,
                0 as tied_rows,
                coalesce(count_if(_issues = 'suppressed'), 0) as suppressed_rows
            from {{ base }}
            where {{ has_news }}
            group by _ingested_on
            having count_if(_issues is null or _issues = 'suppressed') > 0

        ),

        single_rows as (

            select
                first_day as ingested_on,
                0 as good_rows,
                count(*) as first_rows,
                count(*) as current_rows,
                0 as tied_rows,
                0 as suppressed_rows
            from keys
            where row_count = 1
            group by first_day

        )

        select * from good_and_suppressed

        union all

        select * from single_rows
        {%- for relation, day, first_rows, current_rows, tied_rows in [
            ('versions', 'first_day', 'count(*)', 0, 0),
            ('versions', 'first_day_before', '-count(*)', 0, 0),
            ('latest', 'first_day', 0, 'count(*)', 0),
            ('latest', 'first_day_before', 0, '-count(*)', 0),
            ('ties', 'first_day', 0, 0, 'count(*)'),
            ('ties_before', 'first_day_before', 0, 0, '-count(*)'),
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
    ) as {{ source_name }}__{{ table_name }}
    {% if not is_renewed %}

    union all

    select
        known.source_name,
        known.table_name,
        known.ingested_on,
        known.good_rows,
        known.first_rows,
        known.current_rows,
        known.tied_rows,
        known.suppressed_rows
    from {{ this }} as known
    where
        known.source_name = '{{ source_name }}'
        and known.table_name = '{{ table_name }}'
    {% endif %}
    {%- endif %}
    {% else %}
        select
            source_name,
            table_name,
            ingested_on,
            good_rows,
            first_rows,
            current_rows,
            0 as tied_rows,
            0 as suppressed_rows
        from {{ this }}
        where false
    {% endfor %}

)

select
    ---------- keys
    source_name,
    table_name,
    ingested_on,

    ---------- measures
    cast(sum(good_rows) as bigint) as good_rows,
    cast(sum(first_rows) as bigint) as first_rows,
    cast(sum(current_rows) as bigint) as current_rows,
    cast(sum(tied_rows) as bigint) as tied_rows,
    cast(sum(suppressed_rows) as bigint) as suppressed_rows,

    ---------- technical
    {{ current_load_id() }} as _load_id
from changes
group by
    source_name,
    table_name,
    ingested_on
