{#- A classified value in one of the forms that vars: privacy knows; of the value's own type, as policies must give back what they get. -#}
{% macro mask(value, classification, form) -%}
    {{- value if form == 'full' else masked(masked_value(value, classification, form)) -}}
{%- endmacro %}

{% macro masked_value(value, classification, form) -%}
    {%- if form == 'redacted' and classification != 'free_text' -%}
        cast(null as {{ 'date' if classification == 'birth_date' else 'varchar' }})
    {%- elif form == 'redacted' -%}
        {{ redact_text(value) }}
    {%- elif form == 'keyed_hash' and classification != 'birth_date' -%}
        {{ keyed_hash(classification, value) }}
    {%- elif [classification, form] == ['email', 'generalised'] -%}
        lower(split_part({{ value }}, '@', 2))
    {%- elif [classification, form] == ['email', 'partial'] -%}
        left({{ value }}, 1) || '***@' || lower(split_part({{ value }}, '@', 2))
    {%- elif [classification, form] == ['birth_date', 'generalised'] -%}
        cast(date_trunc('year', {{ value }}) as date)
    {%- elif [classification, form] == ['postal_code', 'generalised'] -%}
        left({{ value }}, 2)
    {%- elif [classification, form] == ['ip_address', 'generalised'] -%}
        {{ network_of(value) }}
    {%- elif form == 'partial' and classification in ['phone', 'payment', 'national_id'] -%}
        '***' || right({{ value }}, 4)
    {%- elif form == 'partial' and classification in ['name', 'address'] -%}
        left({{ value }}, 1) || '***'
    {%- else -%}
        {{- exceptions.raise_compiler_error("mask() has no form '" ~ form ~ "' of class '" ~ classification ~ "' (" ~ value ~ "): name another in vars: privacy in dbt_project.yml, or add it to macros/privacy/mask.sql.") -}}
    {%- endif -%}
{%- endmacro %}

{#- The network that an address belongs to: of IPv4 the first two numbers, of IPv6 the first two groups. -#}
{% macro network_of(address) -%}
    case
        when {{ address }} like '%:%' then split_part({{ address }}, ':', 1) || ':' || split_part({{ address }}, ':', 2) || '::/32'
        else split_part({{ address }}, '.', 1) || '.' || split_part({{ address }}, '.', 2) || '.0.0/16'
    end
{%- endmacro %}
