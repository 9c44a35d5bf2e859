{#- A landed value as a contract type, null where it is none. Text (`format` jsonl or csv) is cast only where it is written as a value of
    that type is: engines are lenient, each in its own way, and lose something in silence: they round digits away and drop an offset from
    UTC. The look at the text costs about 0.1 us a value: 0.6 instead of 0.2 s for 5 M amounts. techco.contract.validation.text_patterns has the same patterns. -#}
{% macro try_type(value, data_type, format) -%}
    {%- set typed = try_cast_to(value, data_type, format) -%}
    {%- if data_type == 'double' -%}
        {#- Infinity and NaN are no numbers that could be added up. -#}
        case when abs({{ typed }}) <= 1.7976931348623157e308 then {{ typed }} end
    {%- elif format == 'parquet' -%}
        {{ within_years(typed, data_type) if data_type in ('date', 'timestamp') else typed }}
    {%- elif data_type in ('varchar', 'boolean') -%}
        {{ typed }}
    {%- elif data_type == 'date' -%}
        case when {{ matches(value, day_pattern() ~ '([T ]00:00(:00([.]0+)?)?Z?)?') }} then {{ typed }} end
    {%- elif data_type == 'timestamp' -%}
        case
            when {{ matches(value, day_pattern() ~ '(' ~ time_pattern() ~ 'Z?)?') }} then {{ typed }}
            when {{ matches(value, day_pattern() ~ time_pattern() ~ '[+-][0-9]{2}(:?[0-9]{2})?') }} then {{ within_years(try_cast_with_offset(value), data_type) }}
        end
    {%- else -%}
        case when {{ matches(value, number_pattern(data_type, format)) }} then {{ typed }} end
    {%- endif -%}
{%- endmacro %}

{#- How a number is written: no more digits behind the point than the type keeps, unless they are zeros; no blanks, separators or exponent,
    which spreadsheets write when they have lost digits. A number in JSON is a double once it has a point (on DuckDB; 1e3 is told as
    1000.0), so more than 15 digits are not what was sent. -#}
{% macro number_pattern(data_type, format) -%}
    {%- set scale = data_type.split(',')[1].rstrip(')') | int if data_type.startswith('decimal') else 0 -%}
    {%- set whole = '{1,' ~ (15 - scale) ~ '}' if format == 'jsonl' else '+' -%}
    [+-]?([0-9]+|[0-9]{{ whole }}[.][0-9]{0,{{ scale }}}0*|[.][0-9]{0,{{ scale }}}0*)
{%- endmacro %}

{#- A day of the years 1 to 9999, which is what engines and readers agree on. -#}
{% macro day_pattern() -%}
    ([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-[0-9]{2}-[0-9]{2}
{%- endmacro %}

{#- The time of a day. Midnight is 00:00, and there is no 61st second. -#}
{% macro time_pattern() -%}
    [T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?
{%- endmacro %}

{#- A day or an instant of the years 1 to 9999; null for others, which not every engine or client can read. -#}
{% macro within_years(value, data_type) -%}
    case when {{ value }} between cast('0001-01-01' as {{ data_type }}) and cast('9999-12-31 23:59:59.999999' as {{ data_type }}) then {{ value }} end
{%- endmacro %}


{#- The engine's own cast, null where it fails. Snowflake's takes text only, and an instant as text loses its microseconds; what comes out of Parquet
    has its type from `copy into`. It reads `on` and `off` as booleans, which DuckDB does not. -#}
{% macro try_cast_to(value, data_type, format) -%}
    {%- set text = 'nullif(nullif(lower(' ~ value ~ "), 'on'), 'off')" if data_type == 'boolean' else value -%}
    {{ by_engine(
        duckdb='try_cast(' ~ value ~ ' as ' ~ data_type ~ ')',
        snowflake=value if format == 'parquet' else 'try_cast(' ~ text ~ ' as ' ~ data_type ~ ')',
    ) }}
{%- endmacro %}

{#- An instant that is written with an offset, in UTC. -#}
{% macro try_cast_with_offset(value) -%}
    {{ by_engine(
        duckdb='cast(try_cast(' ~ value ~ ' as timestamptz) as timestamp)',
        snowflake="cast(convert_timezone('UTC', try_cast(" ~ value ~ ' as timestamp_tz)) as timestamp_ntz)',
    ) }}
{%- endmacro %}


{#- A text as a date or an instant in UTC after a strptime format; null where it is none, as the 31st of February or a year of two digits
    where four are asked for, which would be one of the first century. -#}
{% macro parse_instant(value, data_type, format) -%}
    {%- set parts = {'.': '[.]', '%Y': '[0-9]{4}', '%d': '[0-9]{1,2}', '%m': '[0-9]{1,2}', '%y': '[0-9]{2}', '%H': '[0-9]{1,2}', '%M': '[0-9]{2}', '%S': '[0-9]{2}'} -%}
    {%- set ns = namespace(pattern=format) -%}
    {%- for part, pattern in parts.items() -%}{%- set ns.pattern = ns.pattern | replace(part, pattern) -%}{%- endfor -%}
    case when {{ matches(value, ns.pattern) }} then {{ within_years(try_parse(value, data_type, format), data_type) }} end
{%- endmacro %}

{#- A text read by a format as strptime knows it; null where it does not fit. -#}
{% macro try_parse(value, data_type, format) -%}
    {%- set parts = {'%d': 'DD', '%m': 'MM', '%Y': 'YYYY', '%y': 'YY', '%H': 'HH24', '%M': 'MI', '%S': 'SS'} -%}
    {%- set ns = namespace(format=format) -%}
    {%- for part, name in parts.items() -%}{%- set ns.format = ns.format | replace(part, name) -%}{%- endfor -%}
    {{ by_engine(
        duckdb='cast(try_strptime(' ~ value ~ ", '" ~ format ~ "') as " ~ data_type ~ ')',
        snowflake='try_to_' ~ ('date' if data_type == 'date' else 'timestamp_ntz') ~ '(' ~ value ~ ", '" ~ ns.format ~ "')",
    ) }}
{%- endmacro %}

{#- A number that is written with a decimal comma, with points between thousands or without, as one with a decimal point; null for any other text. -#}
{% macro number_with_comma(value) -%}
    case when {{ matches(value, '[+-]?([0-9]{1,3}([.][0-9]{3})+|[0-9]+)(,[0-9]+)?') }} then replace(replace({{ value }}, '.', ''), ',', '.') end
{%- endmacro %}


{#- Whether a whole text is of a regular expression. -#}
{% macro matches(text, pattern) -%}
    {{ by_engine(duckdb='regexp_full_match', snowflake='regexp_like') }}({{ text }}, '{{ pattern }}')
{%- endmacro %}
