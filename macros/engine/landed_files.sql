{#- The landed rows of one format of a table (`table.format`): in this run's base model those that are not loaded yet, or all on a full build.
    `alone`: there is no other format among them. None where it is known that there are none. -#}
{% macro rows_of_format(table, alone) %}
    {{- return(adapter.dispatch('rows_of_format', 'techco')(table, alone)) -}}
{% endmacro %}


{#- Only files that are not loaded are opened: the view would open each file that ever landed, so that every run would cost what history costs. -#}
{% macro duckdb__rows_of_format(table, alone) %}
    {%- if alone and not is_incremental() -%}{{ return('select * from ' ~ source(table.source, table.table)) }}{%- endif -%}
    {%- set files -%}
        {{ of_table(table.source, table.table) }} and format = '{{ table.format }}'
        {{ 'and ' ~ not_loaded(table, 'file') if is_incremental() }}
    {%- endset -%}
    {{- return(landed_rows(table, landed_groups(files))) -}}
{% endmacro %}

{#- From a table that `copy into` filled. -#}
{% macro snowflake__rows_of_format(table, alone) %}
    {%- set raw = source(table.source, table.table) -%}
    {%- set condition -%}
        {{ not_loaded(table, '_file') if is_incremental() else 'true' }}
        {{ 'and ' ~ is_of_format('_file', table.format) if not alone }}
    {%- endset -%}
    {%- if table.format == 'csv' -%}{{ return(loaded_fields(table, raw, condition)) }}{%- endif -%}
    {%- set columns = ['_line', 'payload'] if table.format == 'jsonl' else table.columns | map(attribute='name') | list -%}
    {{- return('select ' ~ (columns + ['_file', '_row', '_ingested_on']) | join(', ') ~ ' from ' ~ raw ~ ' where ' ~ condition) -}}
{% endmacro %}


{#- The formats of the files that a base model reads in this run, as the ends of their names say. A table may land in any of them, and in several.
    On a full build of a table without files it is the format that the contract names. -#}
{% macro landed_formats(table) %}
    {%- set query -%}
        select distinct format
        from ({{ landed_files(table) }}) as landed
        where format is not null {{ 'and ' ~ not_loaded(table, 'file_path') if is_incremental() }}
        order by format
    {%- endset -%}
    {{- return((run_query(query).columns[0].values() | list) or ([] if is_incremental() else [table.format])) -}}
{% endmacro %}

{#- A query: `file_path` within the landing zone and `format` of each landed file of a table, loaded or not. -#}
{% macro landed_files(table) -%}
    {%- set duckdb -%}
        select file as file_path, format from landing.main.files where {{ of_table(table.source, table.table) }}
    {%- endset -%}
    {%- set snowflake -%}
        select distinct
            _file as file_path,
            case {% for format in var('formats') %}when {{ is_of_format('_file', format) }} then '{{ format }}' {% endfor %}end as format
        from {{ source(table.source, table.table) }}
    {%- endset -%}
    {{ by_engine(duckdb, snowflake) }}
{%- endmacro %}

{#- A condition: a file's name has an end of the format. -#}
{% macro is_of_format(file, format) -%}
    {{ matches(file, '.*[.]' ~ format ~ ('' if format == 'parquet' else '([.](gz|zst))?')) }}
{%- endmacro %}

{#- A condition: a file is not loaded by this base model. On Snowflake what a run has loaded that was killed before it noted it is loaded, too. -#}
{% macro not_loaded(table, file) -%}
    {{ file }} not in (
        select file_path from {{ ledger('loaded_files') }} where {{ of_table(table.source, table.table) }}
        {%- if target_is_loaded() %}
        union all
        select _file from {{ this }} where _load_id > {{ last_noted_load_id(table.source, table.table) }}
        {%- endif %}
    )
{%- endmacro %}


{#- On DuckDB: the files that a condition on the listing of the landing zone leaves, as groups that one reader takes each: {table, format, header,
    files: literals of SQL, path_begins: where in a file's name its path within the zone begins}. The listing is what the landing check has looked at, so
    that nothing is read that it has not seen and nothing left out that it has. CSV files with the same header are one group: DuckDB guesses no
    name and no type when it is told the columns of a file, and so reads columns in any order and refuses no file because of one bad line. Files of
    text are dealt to as many readers as DuckDB has threads, at most eight, because a reader that numbers rows works alone: 500,000 events in four
    files take 0.33 s with two readers, 0.68 s with one, and 0.31 s without numbers. -#}
{% macro landed_groups(condition) %}
    {%- set query -%}
        select
            source_name || '__' || table_name as table_name,
            format,
            header,
            string_agg(literal, ', ' order by file),
            (select length(landing_folder) + 2 from landing.main.run)
        from (
            select
                *,
                case
                    when format <> 'parquet'
                        then (row_number() over (partition by source_name, table_name, format, header order by bytes desc, file) - 1)
                            % least(current_setting('threads'), 8)
                end as reader
            from landing.main.files
            where (format <> 'csv' or header is not null) and {{ condition }}
        ) as dealt
        group by source_name, table_name, format, header, reader
        order by source_name, table_name, format, header, reader
    {%- endset -%}
    {%- set groups = [] -%}
    {%- for table, format, header, files, path_begins in run_query(query).rows -%}
        {%- do groups.append({
            'table': table, 'format': format, 'header': fromjson(header) if header else none, 'files': files, 'path_begins': path_begins,
        }) -%}
    {%- endfor -%}
    {{- return(groups) -}}
{% endmacro %}

{#- The rows of groups of files of one format; without files, and for a column that no file has, empty and typed. Text formats show their values as
    text, and base models type them. _row is the position among the rows of a file, from 1: empty lines and the header of CSV do not count. -#}
{% macro landed_rows(table, groups) %}
    select
        {% if table.format == 'jsonl' -%}
        cast(null as json) as payload,
        {%- else -%}
        {%- for column in table.columns -%}
        cast(null as {{ 'varchar' if table.format == 'csv' else column.data_type }}) as {{ column.name }},
        {% endfor -%}
        {%- endif %}
        {{ 'cast(null as varchar) as _line,' if table.format != 'parquet' }}
        cast(null as varchar) as _file,
        cast(null as bigint) as _row,
        cast(null as date) as _ingested_on
    where false
    {%- for group in groups %}
    union all by name
    select
        {{ landed_columns(table, group) }},
        substr(filename, {{ group.path_begins }}) as _file,
        {{ 'file_row_number + 1' if table.format == 'parquet' else '_number - max(_first) over (rows between unbounded preceding and current row) + 1' }} as _row,
        ingested_on as _ingested_on
    from {{ parquet_reader(group) if table.format == 'parquet' else text_reader(table, group) }}
    {%- endfor %}
{% endmacro %}

{#- Fields of CSV are called _0, _1 and so on. One that is empty is read as empty, one that is not there as null; _line has all as text where a row
    has more or fewer than its header. -#}
{% macro landed_columns(table, group) %}
    {%- if table.format == 'parquet' -%}
        * exclude (filename, ingested_on, file_row_number)
    {%- elif table.format == 'jsonl' -%}
        line as _line, try_cast(line as json) as payload
    {%- else -%}
        {%- set names = group.header | map('lower') | list -%}
        {%- for column in table.columns if column.name | lower in names -%}
            nullif(_{{ names.index(column.name | lower) }}, '') as {{ column.name }},
        {% endfor -%}
        case
            when _{{ names | length }} is not null or _{{ names | length - 1 }} is null
                then cast(to_json(list_filter([_{{ range(names | length + 16) | join(', _') }}], lambda x: x is not null)) as varchar)
        end as _line
    {%- endif -%}
{% endmacro %}

{#- DuckDB's reader of a group of Parquet files. -#}
{% macro parquet_reader(group) -%}
    read_parquet([{{ group.files }}], union_by_name = true, filename = true, file_row_number = true, hive_partitioning = true)
{%- endmacro %}

{#- Text is read line by line: the delimiter is one that no landed text may hold, and a line may have 64 MiB. CSV is read with as many columns more
    than its header has (SPARE_FIELDS in pylib/techco/contract/validation/limits.py), so that a row with too many fields comes through as one with
    too few does, to be told apart. Line ends may be mixed in a file: `new_line` (backslash and n, as DuckDB wants it) takes each for itself, where
    the reader would else settle on one kind and swallow the character behind another. It works with strict_mode off only; quotes are judged by the
    landing check. A buffer holds two such lines; without being told, DuckDB takes one of 1 GiB for each compressed or Latin-1 file.
    Rows come with _number, which counts on from file to file, and in a file's first row _first: DuckDB's reader of text numbers nothing itself; these
    windows without an order take rows as they are read, hold none back, and keep a reader to one thread. -#}
{% macro text_reader(table, group) -%}
    {%- set quote = table.csv.get('quote', '"') -%}
    (
        select *, case when lag(filename) over () is distinct from filename then _number end as _first
        from (
            select *, row_number() over () as _number
            from read_csv(
                [{{ group.files }}],
                {% if table.format == 'jsonl' -%}
                columns = {'line': 'varchar'}, header = false, delim = chr(0), quote = '', escape = '',
                {%- else -%}
                columns = { {%- for place in range(group.header | length + 16) %}'_{{ place }}': 'varchar'{{ ', ' if not loop.last }}{% endfor -%} },
                header = true, delim = '{{ table.csv.get("delimiter", ",") }}', quote = '{{ quote }}', escape = '{{ quote }}',
                encoding = '{{ table.csv.get("encoding", "utf-8") }}', nullstr = chr(1), null_padding = true, parallel = false,
                {%- endif %}
                auto_detect = false, strict_mode = false, new_line = '\n', max_line_size = 67108864, buffer_size = 134217728, filename = true,
                hive_partitioning = true
            )
            {{ 'where line is not null' if table.format == 'jsonl' }}
        )
    )
{%- endmacro %}
