{#- Load a landing zone of this machine into Snowflake: files go to the stage, and from there into the raw tables. `python -m techco.operations.load`
    calls it with what lies in the zone. Loading twice loads nothing twice. A file that cannot be read is told, and the rest loads; the
    operation then fails at its end. On DuckDB there is nothing to load.
    landing_zone_id: which zone it is; folder: where it lies; files: names of files by their folder within it; pepper_file and
    pepper_fingerprint: a file with the pepper, which thus stands in no statement, and what is remembered of it; package_file: the package
    that Python models import, as a zip; pads_file: a file with the pads of the suppression key, where there is one;
    whole_folders: folders of which all files are to be loaded. -#}
{% macro load_landing_zone(landing_zone_id, folder, files, pepper_file, pepper_fingerprint, package_file, pads_file=none, whole_folders=[]) %}
    {%- if not target_is_loaded() -%}
        {%- do log('There is nothing to load: this engine reads landed files where they lie.', info=true) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- do fill_vault(pepper_file, pads_file) -%}
    {%- do check_identity(landing_zone_id, pepper_fingerprint) -%}
    {%- do make_ledgers() -%}
    {%- do put_package(package_file) -%}
    {%- do put_files(folder, files, whole_folders) -%}
    {%- set broken = [] -%}
    {%- for table in contract_tables() -%}
        {%- do broken.extend(copy_files(table)) -%}
    {%- endfor -%}
    {%- if broken -%}
        {%- do exceptions.raise_compiler_error(
            broken | length ~ ' files were not loaded; all others were:\n' ~ broken | join('\n')
            ~ '\nLand each again under another name, and load again.'
        ) -%}
    {%- endif -%}
{% endmacro %}
