{#- A classified value in one of the forms that vars: privacy knows; of the value's own type, as policies must give back what they get. `form`: in
    models none, which is the one that marts keep of the class (vars: privacy: mart_forms). -#}
{% macro mask(value, classification, form=none) -%}
    {%- set form = form or mart_form(classification) -%}
    {{- value if form == 'full' else masked(masked_value(value, classification, form), value, classification, form) -}}
{%- endmacro %}

{#- The form that marts keep of a class where nothing else is said; none for a class that they keep nothing of. -#}
{% macro mart_form(classification) -%}
    {{- return(var('privacy').mart_forms.get(classification)) -}}
{%- endmacro %}

{#- What mask() makes of a value: one form of a class after the other. -#}
{% macro masked_value(value, classification, form) -%}
    {%- if form == 'redacted' and classification != 'free_text' -%}
        cast(null as {{ 'date' if classification == 'birth_date' else 'varchar' }})
    {%- elif form == 'redacted' -%}
        {{ redact_text(value) }}
    {%- elif form == 'keyed_hash' and classification != 'birth_date' -%}
        {{ keyed_hash(classification, value) }}
    {%- elif [classification, form] == ['email', 'generalised'] -%}
        case when {{ value }} is not null then {{ shared_domain(value) }} end
    {%- elif [classification, form] == ['email', 'partial'] -%}
        case when {{ email_domain(value) }} is not null then left({{ value }}, 1) || '***@' || {{ shared_domain(value) }} when {{ value }} is not null then '***' end
    {%- elif [classification, form] == ['birth_date', 'generalised'] -%}
        cast(date_trunc('year', {{ value }}) as date)
    {%- elif [classification, form] == ['postal_code', 'generalised'] -%}
        left({{ value }}, 2)
    {%- elif [classification, form] == ['ip_address', 'generalised'] -%}
        {{ network_of(value) }}
    {%- elif form == 'partial' and classification in ['phone', 'payment', 'national_id'] -%}
        {{ last_digits(value) }}
    {%- elif form == 'partial' and classification in ['name', 'address'] -%}
        left({{ value }}, 1) || '***'
    {%- else -%}
        {{- exceptions.raise_compiler_error("mask() has no form '" ~ form ~ "' of class '" ~ classification ~ "' (" ~ value ~ "): name another in vars: privacy in dbt_project.yml, or add it to macros/privacy/mask.sql.") -}}
    {%- endif -%}
{%- endmacro %}

{#- The domain of an e-mail address, in lower case; null for what is not one valid address alone: a list of them, or half of one, may hold a
    name where a domain is looked for. -#}
{% macro email_domain(value) -%}
    case
        when {{ contains_match(value, '^[^@;:,<>()"[:space:]]+@([0-9a-zÀ-ÿ]([0-9a-zÀ-ÿ-]*[0-9a-zÀ-ÿ])?[.])+[a-z]([a-z0-9-]*[a-z0-9])$') }}
            then lower(split_part({{ value }}, '@', 2))
    end
{%- endmacro %}

{#- The same, for the model that counts who shares a domain, and lets through none that few do. -#}
{% macro domain_to_count(value) -%}
    {{ masked(email_domain(value), value, 'email', 'generalised') }}
{%- endmacro %}

{#- A domain that enough persons share (int_email_domain__shared), else `other`. It is looked up when it is read: how many share a domain grows. -#}
{% macro shared_domain(value) -%}
    case
        when exists (select 1 from {{ from_anywhere(relation_of('int_email_domain__shared')) }} as shared where shared.email_domain = {{ email_domain(value) }})
            then {{ email_domain(value) }}
        else 'other'
    end
{%- endmacro %}

{#- The last four digits, where that leaves most of them out. Other characters are no part of a number, and may be a name. -#}
{% macro last_digits(value) -%}
    {%- set digits = "translate(" ~ value ~ ", translate(" ~ value ~ ", '0123456789', ''), '')" -%}
    case when length({{ digits }}) >= 7 then '***' || right({{ digits }}, 4) when {{ value }} is not null then '***' end
{%- endmacro %}

{#- The network that an address belongs to: of IPv4 the first two numbers, of IPv6 the first two groups; null for what is no address. -#}
{% macro network_of(address) -%}
    case
        when not {{ contains_match(address, '^([0-9]{1,3}([.][0-9]{1,3}){3}|[0-9a-f:]*:[0-9a-f:]*([0-9]{1,3}([.][0-9]{1,3}){3})?)$') }} then cast(null as varchar)
        when {{ address }} like '%:%' then split_part({{ address }}, ':', 1) || ':' || split_part({{ address }}, ':', 2) || '::/32'
        else split_part({{ address }}, '.', 1) || '.' || split_part({{ address }}, '.', 2) || '.0.0/16'
    end
{%- endmacro %}
