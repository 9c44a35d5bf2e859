{#- Whether files of the landing zone have been loaded, so that a run can spoil something. -#}
{% macro holds_data() %}
    {{- return(run_query('select count(*) from ' ~ ledger('loaded_files')).columns[0].values()[0] > 0) -}}
{% endmacro %}

{#- Before a run that is recorded: refuse options by which models read a part of their inputs. The rule of load ids counts an input as read up to the
    present load (macros/incremental/load_ids.sql), so rows that were cut off would never be passed on. -#}
{% macro refuse_parts_of_inputs() %}
    {%- set given = [] -%}
    {%- for option in ('sample', 'event_time_start', 'event_time_end') if invocation_args_dict.get(option) -%}
        {%- do given.append('--' ~ option | replace('_', '-')) -%}
    {%- endfor -%}
    {%- if invocation_args_dict.get('empty') and holds_data() -%}
        {%- do given.append('--empty') -%}
    {%- endif -%}
    {%- if given -%}
        {%- do exceptions.raise_compiler_error(
            'Nothing was run: with ' ~ given | join(', ') ~ ' models read a part of their inputs, and rows that they leave out would count as read for ever'
            ~ (', and the tables of this warehouse would be emptied' if '--empty' in given else '') ~ '. Run without it, or try out code on a few days: '
            ~ '`python -m tools.simulator --out /tmp/zone --days 3`, and TECHCO_LANDING and TECHCO_WAREHOUSE set to that folder and a new file; --empty builds '
            ~ 'a new warehouse without rows.'
        ) -%}
    {%- endif -%}
    {#- With --defer inputs may be tables of another environment, whose loads are counted apart. -#}
    {%- set incremental = names_of_incremental_models() | select('in', nodes_of_this_run()) | list if invocation_args_dict.get('defer') -%}
    {%- if incremental -%}
        {%- do exceptions.raise_compiler_error(
            'Nothing was run: with --defer ' ~ graph.nodes[incremental[0]].name ~ ' could read tables of another environment, and load ids say what is new, which '
            ~ 'each environment counts for itself. Leave --defer out, or incremental models: --exclude config.materialized:incremental.'
        ) -%}
    {%- endif -%}
{% endmacro %}
