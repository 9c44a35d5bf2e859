{#- A text, or null where it is empty or holds nothing but blanks: such a text is no value, in whatever format it landed. Blanks are all that
    Unicode calls white space, characters of no width, and control characters. Blanks around other text stay, as no model guesses what was
    meant. Only a text that does not begin with a visible ASCII character is held against the pattern. techco.contract.blank has the same pattern.

    Usage: `{{ filled('customer_id') }} as customer_id` -#}
{% macro filled(text) -%}
    case when {{ text }} between '!' and '~' or not {{ matches(text, blank_pattern()) }} then {{ text }} end
{%- endmacro %}

{#- The pattern of a text of blanks alone; filled() says which these are. -#}
{% macro blank_pattern() -%}
    {{ "[[:space:][:cntrl:]\u0085\u00a0\u1680\u180e\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]*" }}
{%- endmacro %}
