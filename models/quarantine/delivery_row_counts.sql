{{
    config(
        incremental_strategy='merge',
        unique_key=['source_name', 'table_name', 'ingested_on'],
    )
}}
{#-
    Counts per table and landing day of what base holds, worked out of the keys that new rows touch: what the rows of those keys count for now,
    less what they counted for before, both from base, so that the sums are the same whatever came when. Only rows whose hash another row has are
    compared by what they hold: hashes take a fraction of the memory that keys take, and rows that share one by chance are told apart there.
    Rows that were there before stand twice, the second time with a weight of -1.
-#}
{% set new = is_new_load() %}

with

changes as (

    {% for source_name, table_name, is_renewed in tables_with_news() %}
    {%- set base = ref('base_' ~ source_name ~ '__' ~ table_name) %}
    {#- While dbt parses, all tables have news, and the contract cannot be read yet. #}
    {%- if execute %}
    {%- set table = contract(source_name, table_name) %}
    {%- set keys = table.key | join(', ') %}
    {#- By their hash two nulls are the same key, and no range holds a null. #}
    {%- set never_null = table.columns | selectattr('required') | map(attribute='name') | select('in', table.key) | list %}
    {#- What an append feed says again is no other version, whatever its number; and two deletes of one number are the same. #}
    {%- set has_versions = table.feed != 'append' %}
    {%- set version = 'weight, ' ~ keys ~ (', ' ~ row_version(table.feed) if has_versions) %}
    {%- set content = 'hash(' ~ table.columns | map(attribute='name') | reject('equalto', '_ingested_at') | join(', ') ~ ')' %}
    {%- set content = "case when _op = 'd' then null else " ~ content ~ ' end' if table.feed == 'cdc' else content %}
    {%- set good_rows -%}
        (
            select
                {{ keys }},
                weight,
                hash(weight, {{ keys }}) as key_hash,
                hash({{ version }}) as version_hash,
                {{ row_version(table.feed) }} as version_number,
                {{ content }} as content,
                _file,
                _row,
                _ingested_on
            from (
                select
                    *,
                    1 as weight
                from {{ base }}
                {%- if not is_renewed %}
                union all
                select
                    *,
                    -1 as weight
                from {{ base }}
                where not ({{ new }})
                {%- endif %}
            ) as now_and_before
            where
                _issues is null
                {%- if not is_renewed %}
                and {{ within_keys(not_personal(never_null, table), base ~ ' where _issues is null and ' ~ new) }}
                and hash({{ keys }}) in (
                    select hash({{ keys }})
                    from {{ base }}
                    where _issues is null and {{ new }}
                )
                {%- endif %}
        ) as good_rows
    {%- endset %}
    {{ 'union all' if not loop.first }}
    select
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        *
    from (
        with

        repeated_keys as (

            select key_hash
            from {{ good_rows }}
            group by key_hash
            having count(*) > 1

        ),

        repeated_versions as (
            {% if has_versions %}
            select version_hash
            from {{ good_rows }}
            where key_hash in (select key_hash from repeated_keys)
            group by version_hash
            having count(*) > 1
            {% else %}
            select key_hash as version_hash
            from repeated_keys
            {% endif %}
        ),

        -- The place of a version: 20 digits of its number, its file, a blank and 12 digits of its row, in the order of last_delivered_first().
        versions as (

            select
                weight,
                {{ keys }},
                max(version_number) as version_number,
                min(_ingested_on) as first_day,
                max(
                    lpad(cast(version_number as varchar), 20, '0') || _file || ' ' || lpad(cast(coalesce(_row, 0) as varchar), 12, '0')
                ) as place
            from {{ good_rows }}
            where version_hash in (select version_hash from repeated_versions)
            group by weight, {{ keys }}, version_hash, content

        ),

        ranked as (

            select
                *,
                max(place) over (partition by weight, {{ keys }}, version_number) as last_place
            from versions

        ),

        single_rows as (

            select
                good_rows._ingested_on as first_day,
                sum(case when repeated_versions.version_hash is null then good_rows.weight else 0 end) as first_rows,
                sum(case when repeated_keys.key_hash is null then good_rows.weight else 0 end) as current_rows
            from {{ good_rows }}
            left join repeated_versions on good_rows.version_hash = repeated_versions.version_hash
            left join repeated_keys on good_rows.key_hash = repeated_keys.key_hash
            group by good_rows._ingested_on

        ),

        latest as (

            select
                weight,
                max_by(first_day, version_number) as first_day
            from (
                select weight, {{ keys }}, version_number, first_day
                from ranked
                where place = last_place
                {%- if has_versions %}

                union all

                select weight, {{ keys }}, version_number, _ingested_on
                from {{ good_rows }}
                where
                    key_hash in (select key_hash from repeated_keys)
                    and version_hash not in (select version_hash from repeated_versions)
                {%- endif %}
            ) as of_repeated_keys
            group by weight, {{ keys }}

        )

        select
            _ingested_on as ingested_on,
            count_if(_issues is null) as good_rows,
            0 as first_rows,
            0 as current_rows,
            0 as tied_rows,
            coalesce(count_if(_issues = 'suppressed'), 0) as suppressed_rows
        from {{ base }}
        where {{ '_load_id > 0' if is_renewed else new }}
        group by _ingested_on
        having count_if(_issues is null or _issues = 'suppressed') > 0
        {%- for day, relation, first_rows, current_rows, tied_rows in [
            ('first_day', 'single_rows', 'sum(first_rows)', 'sum(current_rows)', 0),
            ('first_day', 'versions', 'sum(weight)', 0, 0),
            ('first_day', 'latest', 0, 'sum(weight)', 0),
            ('first_day', 'ranked where left(place, length(place) - 13) <> left(last_place, length(last_place) - 13)', 0, 0, 'sum(weight)'),
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
