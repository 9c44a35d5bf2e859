{#- How names are found in a text: every word of theirs as a whole word, whatever its case, with its accents or without, umlauts also as two
    letters (Müller, Mueller, MULLER), and what stands between two such words. Words of one or two letters and particles (de, von) go with
    another word of the name only, unless the name has no other. Names are folded to letters, blanks and apostrophes before they become part
    of an expression, so nothing in a name is read as one. -#}

{#- Plain letters, and what they stand for. -#}
{% macro accented_letters() %}
    {{- return({
        'e': 'ëèéêēęě', 'a': 'äàáâãåāăą', 'o': 'öòóôõøōő', 'u': 'üùúûūůű', 'i': 'ïìíîīı', 'c': 'çćč', 'n': 'ñńň', 's': 'śšş', 'z': 'žźż',
        'y': 'ýÿ', 'l': 'ł', 'd': 'ďđð', 't': 'ťţ', 'r': 'ř', 'g': 'ğ',
    }) -}}
{% endmacro %}

{% macro name_letters() %}{{ return('a-zÀ-῿ぁ-퟿') }}{% endmacro %}

{#- A text as names are compared: small plain letters, umlauts as one letter. -#}
{% macro folded(text) -%}
    {{- replace_matches("replace(" ~ plain_letters(text) ~ ", 'ß', 'ss')", regexp_literal('([aou])e([a-z])'), '\\1\\2') -}}
{%- endmacro %}

{#- All words of some names, with one blank between two. -#}
{% macro name_words(names) -%}
    {%- set all -%}
        {%- for name in names -%}{{ " || ' ' || " if not loop.first }}coalesce({{ name }}, ''){%- endfor -%}
    {%- endset -%}
    trim({{ replace_matches(replace_matches(folded(all), regexp_literal("['‘’´`]"), "'"), regexp_literal("[^" ~ name_letters() ~ "']+"), ' ') }})
{%- endmacro %}

{#- The words that are looked for by themselves. -#}
{% macro telling_name_words(names) -%}
    {%- set words = name_words(names) -%}
    {%- set of_many = 'von|van|vom|zum|zur|der|den|dem|das|dos|del|los|las|the|and|und|herr|frau|mrs|miss|senhor|senhora|prof|junior|filho|neto'
        ~ '|info|mail|email|post|kontakt|contact|contato|contacto|office|service|support|shop|kunde|customer|cliente|guest|gast|anonymous|anonym' -%}
    {%- set without_others = replace_matches("' ' || replace(" ~ words ~ ", ' ', '  ') || ' '", regexp_literal(" ([^ ]{1,2}|" ~ of_many ~ ") "), ' ') -%}
    coalesce(nullif(trim({{ replace_matches(without_others, regexp_literal(' +'), ' ') }}), ''), nullif({{ words }}, ''))
{%- endmacro %}

{#- Whether a telling word of a name is anywhere in a text: an expression is made of names only for the few texts where one is. -#}
{% macro names_occur(value, telling_words) -%}
    {%- set text = replace_matches(folded(value), regexp_literal("['‘’´`]"), '') -%}
    {%- set words = "replace(" ~ telling_words ~ ", '''', '')" -%}
    (
        {%- for place in range(1, 7) %}
        {{ 'or ' if not loop.first }}contains({{ text }}, nullif(split_part({{ words }}, ' ', {{ place }}), ''))
        {%- endfor %}
        or split_part({{ words }}, ' ', 7) <> ''
    )
{%- endmacro %}

{#- An initial (Anna M.) stands for any word that begins with it. -#}
{% macro names_pattern(all_words, telling_words) -%}
    {%- set other = '[^0-9' ~ name_letters() ~ ']' -%}
    {%- set with_initials = replace_matches("' ' || replace(" ~ all_words ~ ", ' ', '  ') || ' '", regexp_literal(' ([^ ]) '), ' \\1* ') -%}
    {%- set any_word = any_spelling("trim(" ~ replace_matches(with_initials, regexp_literal(' +'), ' ') ~ ")") -%}
    '(^|{{ other }})((' || {{ any_word }} || '){{ other }}{1,3})*(' || {{ any_spelling(telling_words) }}
    || ')({{ other }}{1,3}(' || {{ any_word }} || '))*($|{{ other }})'
{%- endmacro %}

{#- An expression for any of some folded words, as people spell them. -#}
{% macro any_spelling(words) -%}
    {%- set ns = namespace(text="replace(" ~ words ~ ", 'ss', 'S')") -%}
    {%- for plain, accented in accented_letters().items() -%}
        {%- set spelt = '[' ~ plain ~ accented ~ '][\u0300-\u036f]?' ~ ('e?' if plain in 'aou') -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", '" ~ plain ~ "', '" ~ spelt ~ "')" -%}
    {%- endfor -%}
    {%- for mark, spelt in {'S': '[sß]s?', "''": "[''‘’´`]?", '*': '[' ~ name_letters() ~ ']*', ' ': '|'}.items() -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", '" ~ mark ~ "', '" ~ spelt ~ "')" -%}
    {%- endfor -%}
    {{- ns.text -}}
{%- endmacro %}
