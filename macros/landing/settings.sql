{#- What incremental tables were made with. A row that was written in another reporting currency, or on another day of business, stays as it is
    when the var changes, and the next run adds rows of the new kind to it. So each incremental model remembers the settings of its last full
    build (base.model_settings; base.settings says what they were), and a run with others is refused, unless it builds all such models again. -#}

{#- The settings of this run, as {name: value in text}: the vars that vars: needs_full_refresh names, and seeds that are read on the way to an
    incremental model. -#}
{% macro present_settings() %}
    {%- set settings = {} -%}
    {%- for name in var('needs_full_refresh') -%}
        {%- set value = var(name) -%}
        {%- do settings.update({name: value | string if value is string or value is number or value is not iterable else tojson(value, sort_keys=true)}) -%}
    {%- endfor -%}
    {%- for name in nodes_behind(names_of_incremental_models()) if graph.nodes[name].resource_type == 'seed' -%}
        {%- do settings.update({'seed ' ~ graph.nodes[name].name: graph.nodes[name].checksum.checksum}) -%}
    {%- endfor -%}
    {{- return(settings) -}}
{% endmacro %}

{#- Settings as one short text, the same for the same. -#}
{% macro fingerprint_of(settings) -%}
    {{ local_md5(tojson(settings, sort_keys=true)) }}
{%- endmacro %}

{#- Before a run that is recorded: refuse settings that incremental models were not made with. A warehouse of before this was remembered, and a
    model that is new, take on the present ones; so does a warehouse without data. -#}
{% macro check_settings() %}
    {%- set settings = present_settings() -%}
    {%- set present = fingerprint_of(settings) -%}
    {%- do run_query('delete from ' ~ ledger('model_settings')) if not holds_data() -%}
    {%- set known = dict(run_query('select node_id, fingerprint from ' ~ ledger('model_settings')).rows | map('list')) -%}
    {%- set new, others = [], [] -%}
    {%- for name in names_of_incremental_models() if known.get(name) != present -%}
        {%- do others.append(name) if name in known else new.append([name, present]) -%}
    {%- endfor -%}
    {%- set kept = others if not flags.FULL_REFRESH else others | reject('in', nodes_of_this_run()) | list -%}
    {%- do refuse_settings(settings, kept, known) if kept -%}
    {#- Until the full refresh of these has ended, nobody knows what they hold. -#}
    {%- do run_query('update ' ~ ledger('model_settings') ~ " set fingerprint = '' where fingerprint <> '" ~ present ~ "'") if others -%}
    {%- do run_query('insert into ' ~ ledger('model_settings') ~ ' ' ~ declared_rows(['node_id', 'fingerprint'], new)) if new -%}
    {%- if run_query('select count(*) from ' ~ ledger('settings') ~ " where fingerprint = '" ~ present ~ "'").columns[0].values()[0] == 0 -%}
        {%- set rows = [] -%}
        {%- for name, value in settings.items() -%}{%- do rows.append([present, name, value]) -%}{%- endfor -%}
        {%- do run_query('insert into ' ~ ledger('settings') ~ ' ' ~ declared_rows(['fingerprint', 'setting_name', 'setting_value'], rows)) -%}
    {%- endif -%}
{% endmacro %}

{#- Stop: these models hold values that were made with other settings. -#}
{% macro refuse_settings(settings, models, known) %}
    {%- set example = models[0] -%}
    {%- set before = dict(run_query('select setting_name, setting_value from ' ~ ledger('settings') ~ " where fingerprint = '" ~ known[example] ~ "'").rows | map('list')) -%}
    {%- set changed = [] -%}
    {%- for name, value in settings.items() if before and before.get(name) != value -%}
        {%- set short = (before.get(name) or 'not set') | length <= 60 and value | length <= 60 and not name.startswith('seed ') -%}
        {%- do changed.append(name ~ (' was ' ~ (before.get(name) or 'not set') ~ ' and is ' ~ value if short else ' has changed')) -%}
    {%- endfor -%}
    {%- do exceptions.raise_compiler_error(
        'Nothing was run: ' ~ (changed | join(', ') or 'a full refresh with other settings has not ended') ~ '. ' ~ models | length
        ~ ' incremental tables, such as ' ~ graph.nodes[example].name ~ ', hold what was made with the settings of before, and would mix both. '
        ~ 'Set it back, or build all tables with the new settings: `dbt build --full-refresh` without a selection, and with the same --vars if any.'
    ) -%}
{% endmacro %}

{#- After a run: which models a full refresh has made with the present settings. Those of which that is not known can only have been built by one. -#}
{% macro remember_full_refreshes() %}
    {%- set made = [] -%}
    {%- for result in results if flags.FULL_REFRESH and result.status == 'success' and result.node.resource_type == 'model' -%}
        {%- do made.append([result.node.unique_id]) -%}
    {%- endfor -%}
    {%- if made -%}
        {%- do run_query(
            'update ' ~ ledger('model_settings') ~ " set fingerprint = '" ~ fingerprint_of(present_settings()) ~ "' where fingerprint = '' and node_id in ("
            ~ declared_rows(['node_id'], made) ~ ')'
        ) -%}
    {%- endif -%}
{% endmacro %}
