{#- The rows of some landed files of a table, all of one format, given as groups that one reader takes each; without files, and for a column
    that no file has, empty and typed. Text formats show their values as text, and base models type them. _row is the position among the
    rows of a file, from 1: empty lines and the header of CSV do not count. -#}
{% macro landed_rows(table, groups) %}
    select
        {% if table.format != 'parquet' -%}
        cast(null as varchar) as _line,
        {% endif -%}
        {%- if table.format == 'jsonl' -%}
        cast(null as json) as payload,
        {%- else -%}
        {%- for column in table.columns -%}
        cast(null as {{ 'varchar' if table.format == 'csv' else column.data_type }}) as {{ column.name }},
        {% endfor -%}
        {%- endif %}
        cast(null as varchar) as _file,
        cast(null as bigint) as _row,
        cast(null as date) as _ingested_on
    where false
    {%- for group in groups %}
    union all by name
    select
        {{ landed_columns(table, group) }},
        substr(filename, {{ landing_folder() | length + 2 }}) as _file,
        {{ 'file_row_number + 1 as _row' if table.format == 'parquet' else '_number - max(_first) over (rows between unbounded preceding and current row) + 1 as _row' }},
        ingested_on as _ingested_on
    from {{ reader(table, group) if table.format == 'parquet' else numbered(reader(table, group)) }}
    {%- endfor %}
{% endmacro %}

{#- The landing zone as TECHCO_LANDING names it, else the project's folder `landing`, which the plugin finds from wherever dbt is called. -#}
{% macro landing_folder() %}
    {%- set given = env_var('TECHCO_LANDING', '') -%}
    {%- if not given and execute -%}
        {%- set given = run_query('select landing_folder from landing.main.run').columns[0].values()[0] -%}
    {%- endif -%}
    {{- return((given or 'landing').rstrip('/')) -}}
{% endmacro %}

{#- The files of a table that one format of it is read from, as groups that one reader takes each: all of them, or those that a condition on the
    listing of the landing zone leaves. The listing is what the landing check has looked at, so that nothing is read that it has not seen and
    nothing left out that it has. CSV files with the same header are one group: DuckDB guesses no name and no type when it is told the columns
    of a file, and so reads columns in any order and refuses no file because of one bad line. Files of text are dealt to as many readers as
    DuckDB has threads, at most eight, because a reader that numbers rows works alone: 500,000 events in four files take 0.33 s with two
    readers, 0.68 s with one, and 0.31 s without numbers. -#}
{% macro landed_groups(table, and_where='') %}
    {%- set query -%}
        select header, cast(to_json(list(file order by file)) as varchar)
        from (
            select
                file,
                header,
                {{ "0" if table.format == 'parquet' else "(row_number() over (partition by header order by bytes desc, file) - 1) % least(current_setting('threads'), 8)" }} as reader
            from landing.main.files
            where
                source_name = '{{ table.source }}'
                and table_name = '{{ table.table }}'
                and format = '{{ table.format }}'
                {{- " and header is not null" if table.format == 'csv' }}
                {{ and_where }}
        ) as dealt
        group by header, reader
        order by header, reader
    {%- endset -%}
    {%- set groups = [] -%}
    {%- for header, files in run_query(query).rows -%}
        {%- do groups.append({'header': fromjson(header) if header else none, 'patterns': file_patterns(fromjson(files))}) -%}
    {%- endfor -%}
    {{- return(groups) -}}
{% endmacro %}

{% macro file_patterns(files) %}
    {%- set patterns, folder = [], landing_folder() -%}
    {%- for file in files -%}
        {#- A name may hold what means something in a pattern. -#}
        {%- do patterns.append((folder ~ '/' ~ file) | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]')) -%}
    {%- endfor -%}
    {{- return(patterns) -}}
{% endmacro %}

{% macro landed_columns(table, group) %}
    {%- if table.format == 'jsonl' -%}
        line as _line, try_cast(line as json) as payload
    {%- elif table.format == 'parquet' -%}
        * exclude (filename, ingested_on, file_row_number)
    {%- else -%}
        {%- for column in table.columns -%}
            {%- for name in group.header -%}
                {%- if name | lower == column.name | lower -%}
                    nullif({{ csv_names(group.header)[loop.index0] }}, '') as {{ column.name }},
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
        {{ wrong_length(group.header) }} as _line
    {%- endif -%}
{% endmacro %}

{#- What a reader of text gives, with _number, which counts on from file to file, and in a file's first row _first. DuckDB's reader of text numbers
    nothing itself; these windows without an order take rows as they are read, hold none back, and keep a reader to one thread. -#}
{% macro numbered(reader) -%}
    (
        select *, case when lag(filename) over () is distinct from filename then _number end as _first
        from (
            select *, row_number() over () as _number
            from {{ reader }}
        )
    )
{%- endmacro %}

{#- Text is read line by line: the delimiter is one that no landed text may hold, and a line may have 64 MiB. CSV is read with a few
    columns more than its header names, so that a row with too many fields comes through as one with too few does, to be told apart.
    Line ends may be mixed in a file: `new_line` (backslash and n, as DuckDB wants it) takes each for itself, where the reader would else
    settle on one kind and swallow the character behind another. It works with strict_mode off only; quotes are judged by the landing check.
    A buffer holds two such lines; without being told, DuckDB takes one of 1 GiB for each compressed or Latin-1 file. -#}
{% macro reader(table, group) %}
    {%- if table.format == 'parquet' -%}
        read_parquet({{ text_list(group.patterns) }}, union_by_name = true, filename = true, file_row_number = true, hive_partitioning = true)
    {%- elif table.format == 'jsonl' -%}
        read_csv(
            {{ text_list(group.patterns) }}, columns = {'line': 'varchar'}, delim = chr(0), quote = '', escape = '', header = false,
            auto_detect = false, strict_mode = false, new_line = '\n', max_line_size = 67108864, buffer_size = 134217728, filename = true,
            hive_partitioning = true
        )
        where line is not null
    {%- else -%}
        {%- set quote = table.csv.get('quote', '"') -%}
        read_csv(
            {{ text_list(group.patterns) }},
            columns = { {%- for name in csv_names(group.header) %}'{{ name }}': 'varchar'{{ ', ' if not loop.last }}{% endfor -%} },
            delim = '{{ table.csv.get("delimiter", ",") }}', quote = '{{ quote }}', escape = '{{ quote }}', nullstr = chr(1),
            encoding = '{{ table.csv.get("encoding", "utf-8") }}', header = true, auto_detect = false, null_padding = true, parallel = false,
            strict_mode = false, new_line = '\n', max_line_size = 67108864, buffer_size = 134217728, filename = true,
            hive_partitioning = true
        )
    {%- endif -%}
{% endmacro %}

{#- The columns that a CSV file with a header is read as: every field under a name of its own, and 16 fields that no row should have. -#}
{% macro csv_names(header) %}
    {%- set names = [] -%}
    {%- for name in header -%}
        {%- do names.append('_' ~ loop.index0 ~ '_' ~ (name | lower if modules.re.fullmatch('[A-Za-z_][A-Za-z0-9_]*', name) else '')) -%}
    {%- endfor -%}
    {#- As many as SPARE_FIELDS in pylib/techco/contract/validation/limits.py. -#}
    {%- for number in range(16) -%}
        {%- do names.append('_more_' ~ number) -%}
    {%- endfor -%}
    {{- return(names) -}}
{% endmacro %}

{#- The fields of a CSV row, as text, where it has more or fewer than its header; else null. An empty field is read as empty, one that
    is not there as null. -#}
{% macro wrong_length(header) -%}
    {%- set names = csv_names(header) -%}
    case
        when _more_0 is not null or {{ names[header | length - 1] }} is null
            then cast(to_json(list_filter([{{ names | join(', ') }}], lambda x: x is not null)) as varchar)
    end
{%- endmacro %}

{% macro text_list(texts) -%}
    [{% for text in texts %}'{{ text | replace("'", "''") }}'{{ ', ' if not loop.last }}{% endfor %}]
{%- endmacro %}


{#- The formats of the files that a base model reads in this run, as the ends of their names say, and how all that landed is looked at. A
    table may land in any of them, and in several. On a full build of a table without files it is the format that the contract names. -#}
{% macro landed_formats(table) %}
    {{- return(adapter.dispatch('landed_formats', 'techco')(table)) -}}
{% endmacro %}

{% macro duckdb__landed_formats(table) %}
    {%- set query -%}
        select distinct format
        from landing.main.files
        where
            source_name = '{{ table.source }}'
            and table_name = '{{ table.table }}'
            and format is not null
            {{ and_not_loaded() if is_incremental() }}
        order by format
    {%- endset -%}
    {%- set formats = run_query(query).columns[0].values() | list -%}
    {{- return(formats or ([] if is_incremental() else [table.format])) -}}
{% endmacro %}

{% macro and_not_loaded() -%}
    and file not in (select file_path from {{ ledger('loaded_files') }})
{%- endmacro %}

{% macro snowflake__landed_formats(table) %}
    {%- set query -%}
        select distinct
            case
                {%- for format in var('formats') %}
                when {{ is_of_format('_file', format) }} then '{{ format }}'
                {%- endfor %}
            end
        from {{ source(table.source, table.table) }}
        where {{ not_loaded(table) if is_incremental() else 'true' }}
    {%- endset -%}
    {%- set formats = run_query(query).columns[0].values() | select | sort -%}
    {{- return(formats or ([] if is_incremental() else [table.format])) -}}
{% endmacro %}

{#- A condition: a file's name has an end of the format. -#}
{% macro is_of_format(file, format) -%}
    {{ matches(file, '.*[.]' ~ format ~ ('' if format == 'parquet' else '([.](gz|zst))?')) }}
{%- endmacro %}


{#- The rows of a table's files of one format that are not loaded yet; none where it is known that there are no such files. On DuckDB only these
    files are opened: the view would open each file that ever landed, so that every run would cost what history costs.
    `alone`: there are no other formats among them. -#}
{% macro new_rows(table, alone) %}
    {{- return(adapter.dispatch('new_rows', 'techco')(table, alone)) -}}
{% endmacro %}

{% macro duckdb__new_rows(table, alone) %}
    {%- set groups = landed_groups(table, and_not_loaded()) -%}
    {{- return(landed_rows(table, groups) if groups else none) -}}
{% endmacro %}

{% macro snowflake__new_rows(table, alone) %}
    {{- return(loaded_rows(table, not_loaded(table), alone)) -}}
{% endmacro %}

{% macro not_loaded(table) -%}
    _file not in (
        select file_path from {{ ledger('loaded_files') }} where source_name = '{{ table.source }}' and table_name = '{{ table.table }}'
        union all
        select _file from {{ this }} where _batch > {{ last_noted_batch(table.source, table.table) }}
    )
{%- endmacro %}


{#- All rows of one format that have landed. -#}
{% macro all_rows(table, alone) %}
    {{- return(adapter.dispatch('all_rows', 'techco')(table, alone)) -}}
{% endmacro %}

{% macro duckdb__all_rows(table, alone) %}
    {{- return('select * from ' ~ source(table.source, table.table) if alone else landed_rows(table, landed_groups(table))) -}}
{% endmacro %}

{% macro snowflake__all_rows(table, alone) %}
    {{- return(loaded_rows(table, 'true', alone)) -}}
{% endmacro %}

{#- The rows of one format in a table that `copy into` filled, as its columns. -#}
{% macro loaded_rows(table, condition, alone) %}
    {%- set raw = source(table.source, table.table) -%}
    {%- set chosen = condition if alone else condition ~ ' and ' ~ is_of_format('_file', table.format) -%}
    {%- if table.format == 'csv' -%}
        {{- return(loaded_fields(table, raw, chosen)) -}}
    {%- endif -%}
    {%- set columns = ['_line', 'payload'] if table.format == 'jsonl' else table.columns | map(attribute='name') | list -%}
    {{- return('select ' ~ (columns + ['_file', '_row', '_ingested_on']) | join(', ') ~ ' from ' ~ raw ~ ' where ' ~ chosen) -}}
{% endmacro %}

{#- Fields of CSV files as columns: each file's first row says which is which, and files with the same are one group. -#}
{% macro loaded_fields(table, raw, condition) %}
    {%- set headers = run_query('select distinct ' ~ fields_as_json() ~ ' from ' ~ raw ~ ' where _row = 1 and ' ~ condition).columns[0].values() | sort -%}
    {%- set selects = [] -%}
    {%- for header in headers -%}
        {%- do selects.append(fields_of_header(table, raw, condition, header)) -%}
    {%- endfor -%}
    {{- return(selects | join(' union all ') if selects else none) -}}
{% endmacro %}

{#- The fields that a line has, as a JSON array. -#}
{% macro fields_as_json() -%}
    replace(to_json(_fields), ',"' || {{ no_field() }} || '"', '')
{%- endmacro %}

{% macro fields_of_header(table, raw, condition, header) %}
    {%- set names = fromjson(header) | map('lower') | list -%}
    {%- if names | length == csv_fields(table) -%}
        {%- do exceptions.raise_compiler_error(
            table.source ~ '.' ~ table.table ~ ': a file has ' ~ names | length ~ ' columns or more, and no more than ' ~ (csv_fields(table) - 1)
            ~ ' are kept. Add the columns that it has to the contract, load into a new raw table, and build again.'
        ) -%}
    {%- endif -%}
    select
        {%- for column in table.columns %}
        {% if column.name | lower in names -%}
        nullif(nullif(_fields[{{ names.index(column.name | lower) }}]::varchar, ''), {{ no_field() }})
        {%- else -%}
        cast(null as varchar)
        {%- endif %} as {{ column.name }},
        {%- endfor %}
        case
            when _fields[{{ names | length }}]::varchar <> {{ no_field() }} or _fields[{{ names | length - 1 }}]::varchar = {{ no_field() }}
                then {{ fields_as_json() }}
        end as _line,
        _file,
        _row - 1 as _row,
        _ingested_on
    from {{ raw }}
    where
        _row > 1
        and {{ condition }}
        and _file in (select _file from {{ raw }} where _row = 1 and md5({{ fields_as_json() }}) = '{{ local_md5(header) }}')
{% endmacro %}
