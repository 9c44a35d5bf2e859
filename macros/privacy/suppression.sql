{#- What a base model does with rows of erased persons that land, or are loaded again by a full refresh. Files of landing days up to the
    erasure are stored anonymised, so that a full refresh keeps the numbers: no classified value, and `erased:<key>` for the id, of which
    pseudonym() makes the key. Later ones are stored as `suppressed`, which every later model leaves out and the ledger counts. Tables with
    contains_pii: false (var person_links) are an exception: they hold nothing personal but the id, and money that was given back stays given
    back. Persons are known by an HMAC of their id under a second secret (base.suppressions), so that the list itself names nobody. -#}

{#- Whether anybody was ever erased; where nobody was, base models have none of this. -#}
{% macro suppressions_exist() %}
    {%- if not execute -%}{{ return(false) }}{%- endif -%}
    {#- A run that builds has made the ledger; others may look at a warehouse of before. -#}
    {%- if invocation_args_dict.which not in ('build', 'run') and load_relation(ledger('suppressions')) is none -%}{{ return(false) }}{%- endif -%}
    {{- return(single_value('select count(*) from ' ~ ledger('suppressions')) > 0) -}}
{% endmacro %}

{#- Parts of a base model's query: from `checked` to `judged`, with _erased_key (whose row it was) and _is_suppressed. -#}
{% macro rows_of_erased_persons(table, parent) %}
{%- set person = person_column(table) -%}
{%- set named = 'checked.' ~ person if person else 'cast(null as varchar)' -%}
{%- set finding = finding_columns(table) -%}
{%- set shared = shared_columns(table) if person else [] -%}
{%- set link = person_link(qualified_name(table)) -%}
{%- set is_suppressible = table.columns | selectattr('classification') | list and (not link or link.contains_pii) -%}
suppressed_values as (

    select
        named.value,
        suppressions.person_key,
        suppressions.erased_on
    from (
        select
            value,
            {{ suppression_hash('value') }} as value_hash
        from (
            select distinct _raw as value from checked where _raw is not null
            {%- if person %}
            union
            select {{ person }} as value from checked where {{ person }} is not null
            {%- endif %}
            {%- for column in finding %}
            union
            select {{ finding_value(column, 'checked') }} as value
            from checked
            where {{ finding_value(column, 'checked') }} is not null
            {%- endfor %}
        ) as all_values
    ) as named
    inner join {{ ledger('suppressions') }} as suppressions on named.value_hash = suppressions.person_hash
    where suppressions.person_key is not null

),

direct_matches as (

    select
        checked.*,
        coalesce(
            by_raw.person_key,
            -- What an erasure left of an unusable line of a landed file.
            {{ erased_key_of('checked._raw') }},
            {%- if person %}
            by_id.person_key,
            {{ erased_key_of(named) }},
            {%- endif %}
            {%- for column in finding %}
            by_{{ column.name }}.person_key,
            {%- endfor %}
            {%- if parent %}
            by_parent.person_key,
            {%- endif %}
            cast(null as varchar)
        ) as _direct_key
    from checked
    left join suppressed_values as by_raw on checked._raw = by_raw.value
    {%- if person %}
    left join suppressed_values as by_id on {{ named }} = by_id.value
    {%- endif %}
    {%- for column in finding %}
    -- An address or a device says whose the rows of before were; who uses it later begins again.
    left join suppressed_values as by_{{ column.name }}
        on
            {{ named }} is null
            and {{ finding_value(column, 'checked') }} = by_{{ column.name }}.value
            and checked._ingested_on <= by_{{ column.name }}.erased_on
    {%- endfor %}
    {%- if parent %}
    left join (
        select {{ link.column }}, min(_erased_key) as person_key
        from {{ parent }}
        where _erased_key is not null and {{ link.column }} is not null
        group by {{ link.column }}
    ) as by_parent
        on {{ named }} is null and checked.{{ link.column }} = by_parent.{{ link.column }}
    {%- endif %}

),

{% if shared %}
-- A row that names nobody is of the person whom another row of its key names.
shared_keys as (

    select {{ shared | join(', ') }}, min(person_key) as person_key
    from (
        select {{ shared | join(', ') }}, _direct_key as person_key
        from direct_matches
        where _direct_key is not null
        {%- if is_incremental() %}
        union all
        select {{ shared | join(', ') }}, _erased_key as person_key
        from {{ this }}
        where _erased_key is not null
        {%- endif %}
    ) as known
    group by {{ shared | join(', ') }}

),

{%- endif %}
rows_with_persons as (

    select
        direct_matches.*,
        {{ 'coalesce(direct_matches._direct_key, shared_keys.person_key)' if shared else 'direct_matches._direct_key' }} as _erased_key
    from direct_matches
    {%- if shared %}
    left join shared_keys
        on
            direct_matches.{{ person }} is null
            {%- for column in shared %}
            and direct_matches.{{ column }} = shared_keys.{{ column }}
            {%- endfor %}
    {%- endif %}

),

judged as (

    select
        rows_with_persons.*,
        coalesce({{ 'rows_with_persons._ingested_on > erasures.erased_on' if is_suppressible else 'false' }}
            {{- ' and ' ~ erased_key_of('rows_with_persons.' ~ person) ~ ' is null' if person }}, false) as _is_suppressed
    from rows_with_persons
    left join (
        select person_key, max(erased_on) as erased_on
        from {{ ledger('suppressions') }}
        where person_key is not null
        group by person_key
    ) as erasures
        on rows_with_persons._erased_key = erasures.person_key

)
{% endmacro %}

{#- The person's key in an id that an erasure has left, `erased:<key>`; null for any other. -#}
{% macro erased_key_of(person_id) -%}
    case when left({{ person_id }}, 7) = 'erased:' then substr({{ person_id }}, 8) end
{%- endmacro %}

{#- What a column of a judged row may still say: classified ones nothing but whose the row was; of a row that is not good the key, the
    version and the columns of links only, as what slipped into a wrong column may be anything.
    value: the column as SQL; key: whose the row was; suppressed: whether no later model reads it. -#}
{% macro anonymised(column, table, value, key='_erased_key', suppressed='_is_suppressed') -%}
    {%- if not column.classification and (column.name in table.key + link_columns(table) or column.name in var('feeds')[table.feed].columns) -%}
        {{ value }}
    {%- else -%}
        case
            when {{ key }} is null {{ 'or _issues is null' if not column.classification }} then {{ value }}
            {%- if column.classification == 'person_id' %}
            when not {{ suppressed }} and {{ value }} is not null then 'erased:' || {{ key }}
            {%- elif column.classification and column.elements %}
            when not {{ suppressed }} and _issues is null and {{ value }} is not null then {{ without_content(column, value) }}
            {%- endif %}
        end
    {%- endif -%}
{%- endmacro %}

{#- The objects of a classified array without what they contain, so that they are counted as before. -#}
{% macro without_content(column, value) -%}
    {{ array_of(value, column.elements | map(attribute='name') | reject('equalto', 'content') | list) }}
{%- endmacro %}

{#- What is kept of a row as it came: rows that were the same stay the same, and different ones different. -#}
{% macro anonymised_raw(raw_row, key='_erased_key') -%}
    case when {{ key }} is null then {{ raw_row }} else 'erased:' || {{ key }} || ':' || left({{ suppression_hash(raw_row) }}, 16) end
{%- endmacro %}

{#- Stop where the second secret is not the one that the warehouse's suppressions were made with: erased persons would come back. -#}
{% macro check_suppression_key() %}
    {%- set query %}
        select count(*) > 0 and coalesce(count_if(person_key is null and person_hash = {{ suppression_hash("'suppressions of this warehouse'") }}), 0) = 0
        from {{ ledger('suppressions') }}
    {%- endset -%}
    {%- if single_value(query) -%}
        {%- do exceptions.raise_compiler_error(
            'TECHCO_SUPPRESSION_KEY is not set, or not the one that persons were erased with in this warehouse; without it they would come back. Set that one.'
        ) -%}
    {%- endif -%}
{% endmacro %}
