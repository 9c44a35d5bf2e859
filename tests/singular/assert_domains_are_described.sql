-- Members of the contract's closed lists that the seed of the same name does not describe, described ones that the contract does not know, and
-- currencies whose smallest unit is another one in the seed than in vars: minor_units.
{%- set keys = {'countries': 'country_code', 'currencies': 'currency_code'} %}
{%- for domain, key in keys.items() %}
    {%- set members = "('" ~ var('domains')[domain] | join("'), ('") ~ "')" %}
    select
        '{{ domain }}' as domain_name,
        coalesce(members.member, described.{{ key }}) as member,
        members.member is null as is_unknown_to_contract
    from (values {{ members }}) as members (member)
    full join {{ ref(domain) }} as described
        on members.member = described.{{ key }}
    where members.member is null or described.{{ key }} is null
    {{ 'union all' if not loop.last }}
{%- endfor %}
{%- for currency in var('domains').currencies %}
    union all
    select
        'minor_units' as domain_name,
        currency_code as member,
        false as is_unknown_to_contract
    from {{ ref('currencies') }}
    where
        currency_code = '{{ currency }}'
        and minor_unit <> {{ minor_unit(currency) }}
{%- endfor %}
