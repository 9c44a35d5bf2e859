{#- Rows that break what validity ranges [valid_from, valid_to) promise for each key: every range begins before it ends, the next begins
    when or after it ends, and only the last may be current. An open range reaches to the end of time. `gapless`: the next begins just when
    it ends, and exactly one is current; marts leave out the time in which a key was deleted, so theirs may have gaps. -#}
{% test ranges_do_not_overlap(model, keys, gapless=false) %}
{%- set of_key = 'partition by ' ~ keys | join(', ') %}
with

ranges as (

    select
        {{ keys | join(', ') }},
        valid_from,
        valid_to,
        is_current,
        lead(valid_from) over (
            {{ of_key }}
            order by valid_from, valid_to nulls last
        ) as next_valid_from,
        count_if(is_current) over ({{ of_key }}) as current_count
    from {{ model }}

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
