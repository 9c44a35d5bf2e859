{#- How long rows may tell of persons: `retention` in the meta of a source's table. `period` is a number of days, months or years, or `unlimited`
    where nothing is classified; it counts from the day that `column` names, else (and where that could not be read) from the landing day, to
    as_of(). Usable rows that are the latest of the columns in `while_latest_of` stand as long as they are, whatever their age: a customer's
    present address, a consent that holds. -#}

{#- A condition on rows of base: they still tell of a person, and their period is over. None where the table has none. -#}
{% macro has_outlived(table, base) %}
    {%- set classified = table.columns | selectattr('classification') | list -%}
    {%- set retention = table.retention -%}
    {%- if not classified or retention.period == 'unlimited' -%}{{ return(none) }}{%- endif -%}
    {%- set number, unit = retention.period.split(' ') -%}
    {%- set personal_conditions = [] -%}
    {%- for column in classified -%}
        {%- if column.classification == 'person_id' -%}
            {%- do personal_conditions.append(erased_key_of(column.name) ~ ' is null and ' ~ column.name ~ ' is not null') -%}
        {%- else -%}
            {%- do personal_conditions.append('contains(' ~ column.name ~ ", '\"content\"')" if column.elements else column.name ~ ' is not null') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set condition -%}
        {{ 'coalesce(' ~ retention.column ~ ', _ingested_on)' if retention.column else '_ingested_on' }} < {{ add_period(as_of(), unit.rstrip('s'), '-' ~ number) }}
        and ({{ personal_conditions | join(' or ') }} or (_raw is not null and left(_raw, 7) not in ('erased:', 'purged:')))
        {%- if retention.while_latest_of %}
        {%- set position = row_version(table.feed) if table.feed == 'cdc' or not retention.column else retention.column %}
        {%- set latest = retention.while_latest_of | join(', ') %}
        and (
            _issues is not null
            or ({{ latest }}, {{ position }}) not in (
                select {{ latest }}, max({{ position }})
                from {{ base }}
                where
                    _issues is null and {{ position }} is not null
                    {%- for column in retention.while_latest_of %} and {{ column }} is not null{% endfor %}
                group by {{ latest }}
            )
        )
        {%- endif %}
    {%- endset -%}
    {{- return(condition) -}}
{% endmacro %}
