{{ config(unique_key='name_key') }}

{% set base_customers = ref('base_shop__customers') %}
{% set base_contacts = ref('base_crm__contacts') %}
{% set base_orders = ref('base_shop__orders') %}
{% set guest_orders = '(select order_id, _load_id from ' ~ base_orders ~ ' where guest_email is not null)' %}

-- All states, not the current one: who marries or has a name corrected is still
-- named in what was written before.
with

named_customers as (

    select
        customer_id,
        cast(null as varchar) as contact_id,
        first_name,
        last_name,
        _issues
    from {{ base_customers }}
    {{ where_keys_changed('customer_id', [base_customers, base_contacts]) }}

    union all

    select
        customer_id,
        contact_id,
        first_name,
        last_name,
        _issues
    from {{ base_contacts }}
    {{ where_keys_changed('customer_id', [base_customers, base_contacts]) }}

),

guests as (

    select
        order_id,
        guest_email,
        _issues
    from {{ base_orders }}
    {{ where_keys_changed('order_id', [guest_orders]) }}

),

names as (

    select distinct
        customer_id,
        cast(null as varchar) as order_id,
        case
            when coalesce(first_name, last_name) is not null
                then coalesce(first_name, '') || ' ' || coalesce(last_name, '')
        end as full_name
    from named_customers
    where
        customer_id is not null
        and _issues is null

    union all

    -- Of a guest an order has the address only; most tell the name.
    select distinct
        cast(null as varchar) as customer_id,
        order_id,
        split_part(guest_email, '@', 1) as full_name
    from guests
    where
        guest_email is not null
        and _issues is null

),

of_person as (

    select
        customer_id,
        order_id,
        nullif({{ dbt.listagg('full_name', "' '", 'order by full_name') }}, '') as names
    from names
    group by customer_id, order_id

),

-- What other systems call the person.
contact_ids as (

    select distinct
        customer_id,
        contact_id
    from named_customers
    where
        customer_id is not null
        and contact_id is not null
        and _issues is null

),

ids_of_person as (

    select
        customer_id,
        nullif({{ dbt.listagg('contact_id', "' '", 'order by contact_id') }}, '') as contact_ids
    from contact_ids
    group by customer_id

)

select
    ---------- keys
    coalesce({{ pseudonym('of_person.customer_id') }}, of_person.order_id) as name_key,
    {{ pseudonym('of_person.customer_id') }} as customer_key,
    of_person.order_id,

    ---------- clear values
    of_person.names,
    of_person.customer_id || coalesce(' ' || ids_of_person.contact_ids, '') as ids,

    ---------- technical
    -- The row says all names that are known, so the newest run's replaces it.
    0 as _version,
    {{ current_load_id() }} as _load_id
from of_person
left join ids_of_person
    on of_person.customer_id = ids_of_person.customer_id
