{#- The pseudonymous key of a person: 128 bits of a keyed hash of the source's id, as 32 hexadecimal digits; null stays null.
    The pepper comes from the vault by a subquery, so it stands in no SQL text. An id that an erasure has left names its key. `classification`:
    of an id that is hashed alike, but is no person's. -#}
{% macro pseudonym(person_id, classification='person_id') -%}
    {{ masked('coalesce(' ~ erased_key_of(person_id) ~ ', left(' ~ sha256_hex(pepper() ~ " || ':' || cast(" ~ person_id ~ " as varchar)") ~ ', 32))', person_id, classification, 'keyed_hash') }}
{%- endmacro %}

{#- A classified value that stays equal where it was equal, and tells nothing else: 128 bits of a keyed hash. Equal texts of two classes
    differ, so that none is found by another. -#}
{% macro keyed_hash(classification, value) -%}
    {{ masked('left(' ~ sha256_hex(pepper() ~ " || ':" ~ classification ~ ":' || cast(" ~ value ~ " as varchar)") ~ ', 32)', value, classification, 'keyed_hash') }}
{%- endmacro %}

{#- The columns of a raw table whose pseudonymous keys base holds beside them, hashed once when a row is loaded: staging is a view, and
    would hash them for every reader. Change logs are staged in tables, and hash there. -#}
{% macro keyed_columns(table) %}
    {{- return([] if table.feed == 'cdc' else table.columns | selectattr('classification', 'in', ['person_id', 'device_id']) | list) -}}
{% endmacro %}

{#- The name of the key that is made of a column: customer_key of customer_id. techco.privacy.vault has the same rule. -#}
{% macro key_column(column) -%}
    {{- return(column.name | replace('_id', '_key')) -}}
{%- endmacro %}
