{#- The named segment of three RFM scores (1 worst to 5 best); null scores are people who never bought. The first line that fits counts. -#}
{% macro rfm_segment(recency, frequency, monetary) -%}
    case
        when {{ recency }} is null then 'prospect'
        when {{ recency }} >= 4 and {{ frequency }} >= 4 and {{ monetary }} >= 4 then 'champion'
        when {{ recency }} >= 3 and {{ frequency }} >= 4 then 'loyal'
        when {{ recency }} <= 2 and {{ frequency }} >= 4 and {{ monetary }} >= 4 then 'must_not_lose'
        when {{ recency }} <= 2 and {{ frequency }} >= 3 then 'at_risk'
        when {{ recency }} >= 4 and {{ frequency }} >= 2 then 'potential_loyal'
        when {{ recency }} >= 4 then 'new'
        when {{ recency }} = 3 then 'needs_attention'
        when {{ recency }} = 2 then 'about_to_sleep'
        else 'hibernating'
    end
{%- endmacro %}
