{#- Values that look like somebody's e-mail address, phone, card or national id, in columns that have no class: a customer types an address into
    the wrong field, a newsletter's tool puts it into utm_campaign. Base keeps `[held back]` in their place, so that no later table, no release
    and no view has them, and one such value stops nobody's build; governance.held_back_values counts them. What a value looks like stands once,
    in vars: privacy: looks_personal; techco.serving.publish holds releases against it, too. -#}

{#- Whether a column of the contract could hold such a value: a text without class that is no key, no reference to another row and from no
    closed list. A column that is declared not_personal is what it is declared to be. -#}
{% macro could_look_personal(column, table) %}
    {{- return(
        column.data_type == 'varchar' and not column.classification and not column.not_personal and not column.accepted and not column.elements
        and column.name not in table.key and not column.name.endswith('_id') and column.name not in link_columns(table)
    ) -}}
{% endmacro %}

{#- A text as it is, or `[held back]` where it looks personal. -#}
{% macro held_back(value) -%}
    case when {{ contains_match(value, var('privacy').looks_personal | join('|')) }} then '[held back]' else {{ value }} end
{%- endmacro %}
