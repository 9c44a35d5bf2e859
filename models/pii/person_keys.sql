{{ config(unique_key='person_key') }}
{#- What is read is written down, so that the lineage knows it; the contract says whether that is all. -#}
{%- set id_columns = [
    'shop.customers.customer_id',
    'shop.addresses.customer_id',
    'shop.orders.customer_id',
    'shop.refunds.customer_id',
    'wms.returns.customer_id',
    'web.events.customer_id',
    'carts.carts.customer_id',
    'reviews.reviews.customer_id',
    'crm.contacts.customer_id',
    'crm.consents.customer_id',
    'crm.privacy_requests.customer_id',
    'support.tickets.customer_id',
    'surveys.nps_responses.customer_id',
] %}
{%- if execute %}
    {%- set declared = [] %}
    {%- for table in contract_tables() %}
        {%- for column in table.columns if column.classification == 'person_id' %}
            {%- do declared.append(table.source ~ '.' ~ table.table ~ '.' ~ column.name) %}
        {%- endfor %}
    {%- endfor %}
    {%- if declared | sort != id_columns | sort %}
        {%- do exceptions.raise_compiler_error(
            'person_keys must name the columns that the contract classifies person_id: ' ~ declared | sort
        ) %}
    {%- endif %}
{%- endif %}
{%- set new = is_new_load() %}

with

-- Erased persons have none.
persons as (

    {% for column in id_columns -%}
        {%- set source_name, table_name, column_name = column.split('.') -%}
        {{ 'union' if not loop.first }}
        select {{ column_name }} as person_id
        from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
        where
            {{ column_name }} is not null
            and {{ new }}
            and {{ erased_key_of(column_name) }} is null
    {% endfor %}

)

select
    ---------- keys
    {{ pseudonym('person_id') }} as person_key,
    person_id,

    ---------- technical
    -- A key never changes, so the first row of a person stays.
    0 as _version,
    {{ current_load_id() }} as _load_id
from persons
