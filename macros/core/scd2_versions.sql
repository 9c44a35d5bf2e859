{#- Validity ranges [valid_from, valid_to) out of a change log: one row for each key and validity period, in which none of the
    attributes changed; valid_to is null while it is open. Time after a delete is a range of its own, marked is_deleted, so that models
    see what it touches; it is no version of anything.
    `version`: the column that orders the changes of a key, because a clock may be set back: a change that is stamped before the one it
    follows takes effect when that did. Of two changes of one version the one that stands later in the landing zone is later, by _file and _row.
    None where the stamps themselves are the order. -#}
{% macro scd2_versions(changes, keys, attributes, version='_version') %}
    {%- set of_key = 'partition by ' ~ keys | join(', ') ~ ' order by changed_at' -%}
    select
        {{ keys | join(', ') }},
        {{ attributes | join(', ') }},
        changed_at as valid_from,
        next_changed_at as valid_to,
        next_changed_at is null as is_current,
        is_deleted,
        _load_id
    from (
        select *, lead(changed_at) over ({{ of_key }}) as next_changed_at
        from (
            select *
            from {{ changes if version is none else changes_in_order(changes, keys, version) }}
            qualify
                row_number() over ({{ of_key }}) = 1
                {%- for attribute in attributes + ['is_deleted'] %}
                or {{ attribute }} is distinct from lag({{ attribute }}) over ({{ of_key }})
                {%- endfor %}
        ) as changes_that_matter
    ) as ranges
{% endmacro %}

{#- Changes whose stamps never fall behind those before them, the last one of each instant. -#}
{% macro changes_in_order(changes, keys, version) -%}
    {%- set of_key = 'partition by ' ~ keys | join(', ') -%}
    (
        select *
        from (
            select
                * exclude (changed_at),
                max(changed_at) over ({{ of_key }} order by {{ version }}, _file, _row rows between unbounded preceding and current row) as changed_at
            from {{ changes }}
        ) as effective
        qualify row_number() over ({{ of_key }}, changed_at order by {{ version }} desc, {{ last_delivered_first() }}) = 1
    ) as changes_in_order
{%- endmacro %}
