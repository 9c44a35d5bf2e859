{#- Members of the contract's domains (var domains) that the seeds of the same names do not describe. -#}
{% set seeds = {'countries': 'country_code', 'currencies': 'currency_code'} %}
with

members as (
    {% for domain in seeds %}
        {% set last_domain = loop.last %}
        {% for member in var('domains')[domain] %}
    select
        '{{ domain }}' as domain_name,
        '{{ member }}' as member
    {{ 'union all' if not (loop.last and last_domain) }}
        {% endfor %}
    {% endfor %}
),

described as (
    {% for domain, column in seeds.items() %}
    select
        '{{ domain }}' as domain_name,
        {{ column }} as member
    from {{ ref(domain) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select members.*
from members
left join described
    on
        members.domain_name = described.domain_name
        and members.member = described.member
where described.member is null
