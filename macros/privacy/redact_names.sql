{#- How names are found in a text: every telling word of theirs as a whole word, whatever its case, with its accents or without, umlauts also as
    two letters (Müller, Mueller, MULLER), and what stands behind it and belongs to it: more words of the name, particles (da, von), a word
    that begins as an initial does (Anna M.). Names are folded to letters, blanks and apostrophes before they become part of an expression, so
    nothing in a name is read as one. An expression of its own costs 0.4 ms a text, so one is made only where a telling word is in the text. -#}

{#- Plain letters, and those that people put for them or leave for them. -#}
{% macro accented_letters() %}
    {{- return({
        'e': 'ëèéêēęě', 'a': 'äàáâãåāă', 'o': 'öòóôõøő', 'u': 'üùúûůű', 'i': 'ïìíîı', 'c': 'çćč', 'n': 'ñńň', 's': 'śšş', 'z': 'žźż',
        'y': 'ýÿ', 'l': 'ł', 'd': 'ďđð', 't': 'ťţ', 'r': 'ř', 'g': 'ğ',
    }) -}}
{% endmacro %}

{#- Of words: beyond ASCII there are hardly any others than letters up to ῿ and from ぁ. -#}
{% macro letters() %}{{ return('A-Za-zÀ-῿ぁ-퟿') }}{% endmacro %}

{#- A text as names are compared: small plain letters, umlauts as one letter. -#}
{% macro folded(text) -%}
    {{- replace_matches("replace(" ~ plain_letters(text) ~ ", 'ß', 'ss')", text_literal('([aou])e([a-z])'), '\\1\\2') -}}
{%- endmacro %}

{#- All words of some names, with one blank between two. -#}
{% macro name_words(names) -%}
    {%- set all -%}
        {%- for name in names -%}{{ " || ' ' || " if not loop.first }}coalesce({{ name }}, ''){%- endfor -%}
    {%- endset -%}
    {%- set with_plain_marks = replace_matches(folded(all), text_literal("['‘’´`]"), "'") -%}
    trim({{ replace_matches(with_plain_marks, text_literal("[^" ~ letters() ~ "']+"), ' ') }})
{%- endmacro %}

{% macro particles() %}{{ return('de|da|do|di|du|la|le|el|al|van|von|vom|zum|zur|der|den|dem|das|dos|del|los|las') }}{% endmacro %}

{#- The words that are looked for by themselves: no initials, and none that stand in many texts. -#}
{% macro telling_name_words(names) -%}
    {%- set others = '[^ ]|' ~ particles() ~ '|the|and|und|herr|frau|mrs|ms|mr|dr'
        ~ '|miss|senhor|senhora|prof|junior|filho|neto|info|mail|email|post|kontakt|contact|contato|contacto|office|service|support|shop|kunde'
        ~ '|customer|cliente|guest|gast|anonymous|anonym' -%}
    {%- set telling = replace_matches("' ' || replace(" ~ name_words(names) ~ ", ' ', '  ') || ' '", text_literal(' (' ~ others ~ ') '), '') -%}
    trim({{ replace_matches(telling, text_literal(' +'), ' ') }})
{%- endmacro %}

{#- Whether a telling word is anywhere in a text; with more than six it is not asked. -#}
{% macro names_occur(value, telling_words) -%}
    {%- set text = replace_matches(folded(value), text_literal("['‘’´`]"), '') -%}
    {%- set words = "replace(" ~ telling_words ~ ", '''', '')" -%}
    (
        {%- for place in range(1, 7) %}
        {{ 'or ' if not loop.first }}contains({{ text }}, nullif(split_part({{ words }}, ' ', {{ place }}), ''))
        {%- endfor %}
        or split_part({{ words }}, ' ', 7) <> ''
    )
{%- endmacro %}

{% macro redact_names(text, names, telling_words) -%}
    {%- set other = '[^0-9' ~ letters() ~ ']' -%}
    {#- An initial is one letter and a star. -#}
    {%- set words = replace_matches("' ' || replace(" ~ name_words(names) ~ ", ' ', '  ') || ' '", text_literal(' ([^ ]) '), ' \\1* ') -%}
    {%- set words = "trim(" ~ replace_matches(words, text_literal(' +'), ' ') ~ ")" -%}
    {#- A particle belongs to the word behind it: da_silva, before silva alone. -#}
    {%- set joined = replace_matches(name_words(names), text_literal('\\b(' ~ particles() ~ ') '), '\\1_') -%}
    {%- set joined = replace_matches("' ' || replace(" ~ joined ~ ", ' ', '  ') || ' '", text_literal(' [^ _]+ '), '') -%}
    {%- set first_words = "trim(" ~ replace_matches(joined ~ " || ' ' || " ~ telling_words, text_literal(' +'), ' ') ~ ")" -%}
    {%- set pattern -%}
        '(^|{{ other }})(' || {{ any_spelling(first_words) }} || ')({{ other }}{1,3}(' || {{ any_spelling(words) }} || '))*($|{{ other }})'
    {%- endset -%}
    {#- Accents that stand behind their letter are no letters. -#}
    {%- set text = replace_matches(text, text_literal('[\u0300-\u036f]'), '') -%}
    {{- replace_matches(text, pattern, '\\1[name]\\5') -}}
{%- endmacro %}

{#- An expression for any of some folded words, as people spell them: a letter that may have an accent, with whichever. -#}
{% macro any_spelling(words) -%}
    {%- set ns = namespace(text="replace(" ~ words ~ ", 'ss', '%')") -%}
    {%- set ns.text = replace_matches(ns.text, text_literal('([aou])'), '\\1~') -%}
    {%- set ns.text = replace_matches(ns.text, text_literal('([acdegilnorstuyz])'), '[\\1À-ž]') -%}
    {%- for mark, spelt in {'~': 'e?', '_': '[^0-9' ~ letters() ~ ']{1,3}', '%': '[sß]s?', "''": "[''‘’´`]?", '*': '[' ~ letters() ~ ']*', ' ': '|'}.items() -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", '" ~ mark ~ "', '" ~ spelt ~ "')" -%}
    {%- endfor -%}
    {{- ns.text -}}
{%- endmacro %}
