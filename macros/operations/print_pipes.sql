{#- `dbt run-operation print_pipes --args '{url: "s3://bucket/landing/", integration: name}'`: print, ready to run, how files are loaded that
    land in a bucket: the stage on it, and a pipe for each raw table and format, which loads a file as soon as the bucket tells of it. -#}
{% macro print_pipes(url, integration) %}
    {%- do print(bucket_stage(url, integration) ~ ';') -%}
    {%- for table in contract_tables() -%}
        {%- for format in var('formats') -%}
            {%- do print(pipe_statement(dict(table, format=format)) ~ ';') -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do print(
        '-- Let the bucket notify the queue that `show pipes` names, then load what lay there before: alter pipe … refresh. What a pipe could not '
        ~ 'load stands in information_schema.copy_history.'
    ) -%}
{% endmacro %}
