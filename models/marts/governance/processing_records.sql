{%- set records = [] %}
{%- if execute %}
    {%- for name, purpose in var('privacy').purposes.items() %}
        {%- set classes, retentions = [], [] %}
        {%- for table in contract_tables() if table.source in purpose.sources %}
            {%- set found = table.columns | map(attribute='classification') | select | list %}
            {%- do classes.extend(found) %}
            {%- do retentions.append(table.retention_text) if found and table.retention_text %}
        {%- endfor %}
        {%- do records.append([
            name, purpose.description, var('privacy').controller, purpose.legal_basis, purpose.get('consent'),
            purpose.persons | join(', '), classes | unique | sort | join(', '), purpose.sources | sort | join(', '),
            purpose.recipients | sort | join(', '), purpose.get('transfers', 'none'),
            retentions | unique | sort | join('; ') or none,
        ]) %}
    {%- endfor %}
{%- endif %}
{{
    declared_rows(
        [
            'purpose', 'description', 'controller', 'legal_basis', 'consent_purpose', 'categories_of_persons',
            'categories_of_data', 'source_names', 'recipients', 'transfers_to_third_countries', 'retention',
        ],
        records,
    )
}}
