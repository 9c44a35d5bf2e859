{#- CTEs after which no combination of some attributes is of fewer than var privacy.k_anonymity persons. `rows`: a CTE with one row per person;
    `key`: its key; `attributes`: in the order in which they are worth keeping. The last CTE, `k_anonymous`, has the key and these
    attributes, null where a value would single somebody out.

    Persons are split by one attribute after the other. Among those who are alike so far, a value stays that k of them share; all others, and who
    has none, have null. Where these are some, but fewer than k, as many as are missing take their null from the largest value, or all of
    it where fewer than k would be left of it: so every group that comes of it, that of null too, is of k or more. Who is taken is decided by
    the key, which tells nothing, so that it is the same on each engine and in each build. -#}
{% macro k_anonymous(rows, key, attributes) %}
    {%- set k = var('privacy').k_anonymity -%}
    {%- set ns = namespace(before=rows, kept=[]) -%}
    {%- for attribute in attributes -%}
        {%- set alike = (['1'] + ns.kept) | join(', ') %}
k_sized_{{ loop.index }} as (

    -- How many persons share the value, and where each stands among them.
    select
        *,
        count(*) over (partition by {{ alike }}, {{ attribute }}) as value_size,
        row_number() over (partition by {{ alike }}, {{ attribute }} order by {{ key }}) as value_place
    from {{ ns.before }}

),

k_judged_{{ loop.index }} as (

    select
        *,
        sum(case when {{ attribute }} is null or value_size < {{ k }} then 1 else 0 end) over (partition by {{ alike }})
            as lacking_size,
        max(
            case
                when {{ attribute }} is not null and value_size >= {{ k }}
                    then lpad(cast(value_size as varchar), 18, '0') || '|' || cast({{ attribute }} as varchar)
            end
        ) over (partition by {{ alike }}) as largest_value
    from k_sized_{{ loop.index }}

),

k_kept_{{ loop.index }} as (

    select
        {{ key }},
        {%- for other in attributes if other != attribute %}
        {{ other }},
        {%- endfor %}
        case
            when {{ attribute }} is null or value_size < {{ k }} then null
            when
                lacking_size between 1 and {{ k - 1 }}
                and largest_value = lpad(cast(value_size as varchar), 18, '0') || '|' || cast({{ attribute }} as varchar)
                and (value_place <= {{ k }} - lacking_size or value_size - ({{ k }} - lacking_size) < {{ k }})
                then null
            else {{ attribute }}
        end as {{ attribute }}
    from k_judged_{{ loop.index }}

),
        {%- set ns.before = 'k_kept_' ~ loop.index -%}
        {%- do ns.kept.append(attribute) -%}
    {%- endfor %}

k_anonymous as (

    select
        {{ key }},
        {{ attributes | join(',\n        ') }}
    from {{ ns.before }}

)
{%- endmacro %}
