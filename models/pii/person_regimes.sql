{#- A view, as an operation on persons asks for it between builds. -#}
{{ config(materialized='view') }}

with

customers as (

    select *
    from {{ ref('base_shop__customers') }}
    where
        _issues is null
        and country_code is not null
    qualify
        row_number() over (
            partition by customer_id
            order by {{ row_version('cdc') }} desc nulls last, {{ last_delivered_first() }}
        ) = 1

)

select
    ---------- keys
    customer_id,

    ---------- attributes
    case country_code
        {% for name, regime in var('privacy').regimes.items() %}
            {% for code in regime.countries %}
                when '{{ code }}' then '{{ name }}'
            {% endfor %}
        {% endfor %}
    end as privacy_regime
from customers
