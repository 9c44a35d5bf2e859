{#- What is declared of KPIs in models/marts/kpi/definitions: metrics and semantic models, in the spec that dbt 1.11 reads. -#}

{#- All measures of the semantic models: of which table and SQL, whether that names a country, and its groups of vars: measure_groups.
    Usage: {% for measure in kpi_measures() if measure.table == 'daily_web' %} -#}
{% macro kpi_measures() %}
    {%- set found = [] -%}
    {%- for semantic_model in graph.semantic_models.values() -%}
        {%- set has_country = 'country_code' in semantic_model.dimensions | map(attribute='name') -%}
        {%- for measure in semantic_model.measures -%}
            {%- do found.append({
                'name': measure.name,
                'table': semantic_model.node_relation.alias,
                'agg': measure.agg,
                'expr': measure.expr or measure.name,
                'has_country': has_country,
                'groups': measure.config.meta.get('measure_groups', []),
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}

{#- All KPIs, which are the metrics that say their unit: what is declared of them, the SQL of their value out of columns that are called like
    measures (`sql`), and how they are worked out, for people (`formula`). -#}
{% macro declared_kpis() %}
    {%- set found, columns, formulas, all_measures = [], {}, {}, kpi_measures() -%}
    {%- for measure in all_measures -%}
        {%- do columns.update({measure.name: 'cast(' ~ measure.name ~ ' as double)'}) -%}
        {%- do formulas.update({measure.name: ('count(distinct ' if measure.agg == 'count_distinct' else 'sum(') ~ measure.expr ~ ')'}) -%}
    {%- endfor -%}
    {%- for metric in graph.metrics.values() | sort(attribute='name') if metric.config.meta.get('unit') -%}
        {%- set names = metric.type_params.input_measures | map(attribute='name') | list -%}
        {%- set measures = all_measures | selectattr('name', 'in', names) | list -%}
        {%- set value = metric.type_params.measure.name if metric.type == 'simple' else 'round(' ~ kpi_formula(metric, columns) ~ ', 4)' -%}
        {%- do found.append({
            'name': metric.name,
            'label': metric.label,
            'meaning': metric.description,
            'unit': var('reporting_currency') if metric.config.meta.unit == 'currency' else metric.config.meta.unit,
            'direction': metric.config.meta.direction,
            'owner': graph.groups['group.techco.' ~ metric.group].owner.name,
            'has_country': not measures | rejectattr('has_country') | list,
            'source_tables': measures | map(attribute='table') | unique | sort | join(', '),
            'sql': value,
            'formula': kpi_formula(metric, formulas),
        }) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}

{#- A metric as an expression, in which each measure stands as `measures` says. -#}
{% macro kpi_formula(metric, measures) %}
    {%- set params = metric.type_params -%}
    {%- set ratio = [params.numerator, params.denominator] if metric.type == 'ratio' -%}
    {%- set inputs = ratio or params.metrics or [params.measure] -%}
    {%- if metric.type not in ('simple', 'ratio', 'derived') or metric.filter or inputs | selectattr('filter') | list or inputs | selectattr('offset_window') | list -%}
        {%- do exceptions.raise_compiler_error(
            'Metric ' ~ metric.name ~ ' is ' ~ metric.type ~ ', or has a filter or an offset; expected is a simple, ratio or derived one without. Filter in the expr of its measure.'
        ) -%}
    {%- elif metric.type == 'simple' -%}
        {{- return(measures[params.measure.name]) -}}
    {%- endif -%}
    {%- set formula = namespace(text=ratio[0].name ~ ' / nullif(' ~ ratio[1].name ~ ', 0)' if ratio else params.expr) -%}
    {%- set parts = [] -%}
    {%- for input in inputs -%}
        {%- set part = graph.metrics['metric.techco.' ~ input.name] -%}
        {%- set text = kpi_formula(part, measures) -%}
        {%- do parts.append(text if part.type == 'simple' else '(' ~ text ~ ')') -%}
        {%- set formula.text = modules.re.sub('\\b' ~ input.name ~ '\\b', '{' ~ loop.index0 ~ '}', formula.text) -%}
    {%- endfor -%}
    {{- return(formula.text.format(*parts)) -}}
{% endmacro %}
