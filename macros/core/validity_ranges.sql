{#- Validity ranges [valid_from, valid_to) out of a change log: one row for each key and stretch of time in which none of the
    attributes changed; valid_to is null while it is open. Time after a delete is a range of its own, marked is_deleted, so that models
    see what it touches; it is no version of anything. -#}
{% macro validity_ranges(changes, keys, attributes) %}
    {%- set of_key = 'partition by ' ~ keys | join(', ') ~ ' order by changed_at' -%}
    select
        {{ keys | join(', ') }},
        {{ attributes | join(', ') }},
        changed_at as valid_from,
        next_changed_at as valid_to,
        next_changed_at is null as is_current,
        is_deleted,
        _batch
    from (
        select *, lead(changed_at) over ({{ of_key }}) as next_changed_at
        from (
            select *
            from {{ changes }}
            qualify
                row_number() over ({{ of_key }}) = 1
                {%- for attribute in attributes + ['is_deleted'] %}
                or {{ attribute }} is distinct from lag({{ attribute }}) over ({{ of_key }})
                {%- endfor %}
        ) as changes_that_matter
    ) as ranges
{% endmacro %}
