{#- The rows of some landed files of a table, given as groups of patterns that one reader takes; without files, and for a column that
    no file has, empty and typed. Text formats show their values as text, and base models type them. -#}
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
        ingested_on as _ingested_on
    from {{ reader(table, group) }}
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

{#- All landed files of a table. -#}
{% macro landed_groups(table) %}
    {%- if table.format == 'csv' -%}
        {{- return(csv_groups(table, '')) -}}
    {%- endif -%}
    {{- return([{'patterns': landed_patterns(table)}] if landed_patterns(table) else []) -}}
{% endmacro %}

{#- Patterns of a table's landed files, compressed ones too. Names that begin with a dot or an underscore are no data: files that are
    being written, markers. A pattern that matches nothing is an error to the readers, so only those that match are given. -#}
{% macro landed_patterns(table) %}
    {%- set patterns = [] -%}
    {%- for compression in ([''] if table.format == 'parquet' else ['', '.gz', '.zst']) -%}
        {%- set pattern = landing_folder() ~ '/' ~ table.source ~ '/' ~ table.table ~ '/ingested_on=*/[!._]*.' ~ table.format ~ compression -%}
        {%- if run_query("select count(*) from glob('" ~ pattern ~ "')").columns[0].values()[0] > 0 -%}
            {%- do patterns.append(pattern) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(patterns) -}}
{% endmacro %}

{#- CSV files with the same header are one group: DuckDB guesses no name and no type when it is told the columns of a file, and so reads
    columns in any order and refuses no file because of one bad line. -#}
{% macro csv_groups(table, and_where) %}
    {%- set query -%}
        select header, cast(to_json(list(file order by file)) as varchar)
        from landing.main.files
        where source_name = '{{ table.source }}' and table_name = '{{ table.table }}' and header is not null {{ and_where }}
        group by header
        order by header
    {%- endset -%}
    {%- set groups = [] -%}
    {%- for header, files in run_query(query).rows -%}
        {%- do groups.append({'header': fromjson(header), 'patterns': file_patterns(fromjson(files))}) -%}
    {%- endfor -%}
    {{- return(groups) -}}
{% endmacro %}

{% macro file_patterns(files) %}
    {%- set patterns, folder = [], landing_folder() -%}
    {%- for file in files -%}
        {#- A name may hold what means something in a pattern. -#}
        {%- do patterns.append(folder ~ '/' ~ file | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]')) -%}
    {%- endfor -%}
    {{- return(patterns) -}}
{% endmacro %}

{% macro landed_columns(table, group) %}
    {%- if table.format == 'jsonl' -%}
        line as _line, try_cast(line as json) as payload
    {%- elif table.format == 'parquet' -%}
        * exclude (filename, ingested_on, file_row_number), file_row_number + 1 as _row
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
    {#- As many as SPARE_FIELDS in pylib/techco/landing_check/limits.py. -#}
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


{#- The rows of a table's files that are not loaded yet; none where it is known that there are no such files. On DuckDB only these files
    are opened: the view would open each file that ever landed, so that every run would cost what history costs. -#}
{% macro new_rows(table) %}
    {{- return(adapter.dispatch('new_rows', 'techco')(table)) -}}
{% endmacro %}

{% macro duckdb__new_rows(table) %}
    {%- set not_loaded = 'and file not in (select file_path from ' ~ ledger('loaded_files') ~ ')' -%}
    {%- if table.format == 'csv' -%}
        {%- set groups = csv_groups(table, not_loaded) -%}
    {%- else -%}
        {%- set files = run_query(
            "select file from landing.main.files where source_name = '" ~ table.source ~ "' and table_name = '" ~ table.table ~ "' " ~ not_loaded
        ).columns[0].values() -%}
        {%- set groups = [{'patterns': file_patterns(files)}] if files else [] -%}
    {%- endif -%}
    {{- return(landed_rows(table, groups) if groups else none) -}}
{% endmacro %}

{% macro snowflake__new_rows(table) %}
    {%- set not_loaded -%}
        _file not in (
            select file_path from {{ ledger('loaded_files') }} where source_name = '{{ table.source }}' and table_name = '{{ table.table }}'
            union all
            select _file from {{ this }} where _batch > {{ last_noted_batch(table.source, table.table) }}
        )
    {%- endset -%}
    {{- return(loaded_rows(table, not_loaded)) -}}
{% endmacro %}


{#- All rows that have landed. -#}
{% macro all_rows(table) %}
    {{- return(adapter.dispatch('all_rows', 'techco')(table)) -}}
{% endmacro %}

{% macro duckdb__all_rows(table) %}
    {{- return('select * from ' ~ source(table.source, table.table)) -}}
{% endmacro %}

{% macro snowflake__all_rows(table) %}
    {{- return(loaded_rows(table, 'true')) -}}
{% endmacro %}

{#- The rows of a table that `copy into` filled, as its columns. -#}
{% macro loaded_rows(table, condition) %}
    {%- set raw = source(table.source, table.table) -%}
    {%- if table.format == 'csv' -%}
        {{- return(loaded_fields(table, raw, condition)) -}}
    {%- endif -%}
    {{- return('select * exclude (_scanned_at) from ' ~ raw ~ ' where ' ~ condition) -}}
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
        _row,
        _ingested_on
    from {{ raw }}
    where
        _row > 1
        and {{ condition }}
        and _file in (select _file from {{ raw }} where _row = 1 and md5({{ fields_as_json() }}) = '{{ local_md5(header) }}')
{% endmacro %}
