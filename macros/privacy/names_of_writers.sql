{#- An input of where_keys_changed(): the rows of some table whose person has got names that the model has not seen. `column`: says whose a row is,
    by a key of person_names. -#}
{% macro rows_of_persons(key, rows, column, names) -%}
    (
        select
            rows_of_persons.{{ key }},
            persons._load_id
        from {{ rows }} as rows_of_persons
        inner join {{ names }} as persons
            on rows_of_persons.{{ column }} = persons.name_key
    )
{%- endmacro %}
