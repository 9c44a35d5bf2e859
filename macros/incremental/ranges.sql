{#- Engines skip storage by literals, and hardly by what a join finds. So where a model looks something up in history, a condition that follows
    from the look-up stands beside it as literals: what equals one of some values lies between the least and the greatest of them. It
    leaves nothing out and needs no index. Systems count their keys upwards, so a day's rows name few blocks of a long history. -#}

{#- The columns `keys`, which `rows` have too, lie within the range of theirs. `rows`: what follows the word from, looked at when the model is
    compiled; `alias`: of the relation that the condition is on. Only beside an equality of these columns, which a null never fulfils. `always`: in what
    is no incremental model, too. -#}
{% macro within_keys(keys, rows, alias=none, always=false) %}
    {%- set bounds = [] -%}
    {%- for key in exact_as_text(keys) -%}
        {%- do bounds.append([alias ~ '.' ~ key if alias else key, 'min(' ~ key ~ ')', 'max(' ~ key ~ ')']) -%}
    {%- endfor -%}
    {{- return(within_bounds(bounds, rows, always)) -}}
{% endmacro %}

{#- The same for any bounds, [column, least value among `rows`, greatest]. Where `rows` have no value nothing can equal it: false. On a full
    build, which reads everything: true. -#}
{% macro within_bounds(bounds, rows, always=false) %}
    {%- if not (bounds and execute and (always or is_incremental())) -%}
        {{- return('true') -}}
    {%- endif -%}
    {%- set query -%}
        select
            {%- for _, least, greatest in bounds %}
            cast({{ least }} as varchar), cast({{ greatest }} as varchar){{ ',' if not loop.last }}
            {%- endfor %}
        from {{ rows }}
    {%- endset -%}
    {%- set values = run_query(query).rows[0] -%}
    {%- set conditions = [] -%}
    {%- for column, _, _ in bounds -%}
        {%- set least, greatest = values[2 * loop.index0], values[2 * loop.index0 + 1] -%}
        {%- if least is none -%}
            {{- return('false') -}}
        {%- endif -%}
        {%- do conditions.append(column ~ ' between ' ~ text_literal(least) ~ ' and ' ~ text_literal(greatest)) -%}
    {%- endfor -%}
    {{- return(conditions | join(' and ')) -}}
{% endmacro %}

{#- Those of some columns of a raw table whose values may stand in a query, and so in compiled files and logs. -#}
{% macro not_personal(columns, table) %}
    {{- return(table.columns | rejectattr('classification') | map(attribute='name') | select('in', columns) | list) -}}
{% endmacro %}
