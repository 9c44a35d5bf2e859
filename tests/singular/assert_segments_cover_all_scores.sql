-- Combinations of scores that no segment takes, and segments that take none: each rule is reached, whatever stands before it.
{%- set scores = [1, 2, 3, 4, 5] %}
with

combinations as (

    select
        0 as recency_score,
        0 as frequency_score,
        0 as monetary_score

    {% for recency in scores %}
        {%- for frequency in scores %}
            {%- for monetary in [0] + scores %}
                union all
                select {{ recency }}, {{ frequency }}, {{ monetary }}
            {%- endfor %}
        {%- endfor %}
    {%- endfor %}

),

definitions as (

    select *
    from {{ ref('segment_definitions') }}

),

first_rules as (

    select
        combinations.recency_score,
        combinations.frequency_score,
        combinations.monetary_score,
        min(definitions.rule_number) as rule_number
    from combinations
    left join definitions
        on
            combinations.recency_score >= definitions.recency_from
            and combinations.recency_score <= definitions.recency_to
            and combinations.frequency_score >= definitions.frequency_from
            and combinations.monetary_score >= definitions.monetary_from
    group by
        combinations.recency_score,
        combinations.frequency_score,
        combinations.monetary_score

)

select
    first_rules.recency_score,
    first_rules.frequency_score,
    first_rules.monetary_score,
    definitions.segment_name
from first_rules
full join definitions
    on first_rules.rule_number = definitions.rule_number
where
    first_rules.rule_number is null
    or definitions.rule_number is null
