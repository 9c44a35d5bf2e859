{#- An input of where_touched(): the rows of some table whose person has got names that the model has not seen. `column`: says whose a row is,
    by a key of person_names. -#}
{% macro rows_of_persons(key, rows, column, names) -%}
    (
        select
            rows_of_persons.{{ key }},
            persons._batch
        from {{ rows }} as rows_of_persons
        inner join {{ names }} as persons
            on rows_of_persons.{{ column }} = persons.name_key
    )
{%- endmacro %}

{#- One row per ticket: the names and the ids of who asks. -#}
{% macro names_of_requesters() -%}
    (
        select
            requests.ticket_id,
            -- Who is not recognised has an address; most tell the name.
            coalesce(persons.names, split_part(requests.requester_email, '@', 1)) as names,
            coalesce(persons.ids, requests.customer_id) as ids
        from {{ ref('pii_support__tickets') }} as requests
        left join {{ ref('person_names') }} as persons
            on requests.customer_key = persons.name_key
    )
{%- endmacro %}
