{#-
    Persons are split by one attribute after the other, in the order of vars: privacy: quasi_identifiers. Among those who are alike so far, a
    value stays that k of them share; all others, and who has none, have null. Where these are some, but fewer than k, as many as are
    missing take their null from the largest value, or all of it where fewer than k would be left of it: so every group that comes of
    it, that of null too, is of k or more. Who is taken is decided by the key, which tells nothing, so that it is the same on each
    engine and in each build.
-#}
{%- set k = var('privacy').k_anonymity %}
{%- set attributes = var('privacy').quasi_identifiers %}
{%- set split = namespace(before='coarse_attributes', by=['1']) %}

with

members as (

    select *
    from {{ ref('int_customer__members') }}

),

-- What others may know of a person, too, and would find the row by: first by decades and months, then, in the order of var privacy,
-- only where enough persons share it with all before it. That an account was deleted is known of few, so nothing else is shown of it.
coarse_attributes as (

    select
        members.customer_key,
        known.email_domain,
        cast(known.birth_year - mod(known.birth_year, 10) as bigint) as birth_year,
        known.country_code,
        known.region_code,
        known.postal_area,
        known.language_code,
        cast(date_trunc('month', known.registered_on) as date) as registered_on
    from members
    left join members as known
        on
            members.customer_key = known.customer_key
            and not known.is_deleted
    where members.customer_key <> 'unknown'

),

{% for attribute in attributes %}
    {%- set alike = split.by | join(', ') -%}
    -- How many persons share the value, and where each stands among them.
    sized_{{ loop.index }} as (

        select
            *,
            count(*) over (partition by {{ alike }}, {{ attribute }}) as value_size,
            row_number() over (partition by {{ alike }}, {{ attribute }} order by customer_key) as value_place
        from {{ split.before }}

    ),

    judged_{{ loop.index }} as (

        select
            *,
            sum(case when {{ attribute }} is null or value_size < {{ k }} then 1 else 0 end)
                over (partition by {{ alike }})
                as lacking_size,
            max(
                case
                    when {{ attribute }} is not null and value_size >= {{ k }}
                        then lpad(cast(value_size as varchar), 18, '0') || '|' || cast({{ attribute }} as varchar)
                end
            ) over (partition by {{ alike }}) as largest_value
        from sized_{{ loop.index }}

    ),

    shared_{{ loop.index }} as (

        select
            customer_key,
            {%- for other in attributes if other != attribute %}
                {{ other }},
            {%- endfor %}
            case
                when {{ attribute }} is null or value_size < {{ k }} then null
                when
                    lacking_size between 1 and {{ k - 1 }}
                    and largest_value
                    = lpad(cast(value_size as varchar), 18, '0') || '|'
                    || cast({{ attribute }} as varchar)
                    and (value_place <= {{ k }} - lacking_size or value_size - ({{ k }} - lacking_size) < {{ k }})
                    then null
                else {{ attribute }}
            end as {{ attribute }}
        from judged_{{ loop.index }}

    ){{ ',' if not loop.last }}

    {% set split.before = 'shared_' ~ loop.index -%}
    {%- do split.by.append(attribute) -%}
{% endfor %}
select
    ---------- key
    customer_key,

    ---------- attributes
    {{ attributes | join(',\n    ') }}
from {{ split.before }}
