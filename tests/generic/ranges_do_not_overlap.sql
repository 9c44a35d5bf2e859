{#- Rows that break what validity ranges [valid_from, valid_to) promise for each key: every range begins before it ends, the next begins
    when or after it ends, and only the last may be current. An open range reaches to the end of time. `gapless`: the next begins just when
    it ends, and exactly one is current; marts leave out the time in which a key was deleted, so theirs may have gaps. Snapshots have other names
    for the two ends, and no column that says which range is current. -#}
{% test ranges_do_not_overlap(model, keys, gapless=false, from='valid_from', to='valid_to', current='is_current') %}
{%- set of_key = 'partition by ' ~ keys | join(', ') %}
with

ranges as (

    select
        {{ keys | join(', ') }},
        {{ from }} as valid_from,
        {{ to }} as valid_to,
        {{ current }} as is_current,
        lead({{ from }}) over (
            {{ of_key }}
            order by {{ from }}, {{ to }} nulls last
        ) as next_valid_from,
        count_if({{ current }}) over ({{ of_key }}) as current_count
    from {{ untested_rows(model, keys) }}

)

select *
from ranges
where
    valid_from is null
    or valid_from >= valid_to
    or next_valid_from < valid_to
    or (valid_to is null and next_valid_from is not null)
    or is_current is distinct from (valid_to is null)
    or (is_current and current_count > 1)
    {%- if gapless %}
    or next_valid_from > valid_to
    or current_count <> 1
    {%- endif %}
{% endtest %}
