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

{#- Some names as one text. -#}
{% macro all_of(names) -%}
    {%- for name in names -%}{{ " || ' ' || " if not loop.first }}coalesce({{ name }}, ''){%- endfor -%}
{%- endmacro %}

{#- All words of some names, with one blank between two. -#}
{% macro name_words(names) -%}
    {%- set with_plain_marks = replace_matches(folded(all_of(names)), text_literal("['‘’´`]"), "'") -%}
    trim({{ replace_matches(with_plain_marks, text_literal("[^" ~ letters() ~ "']+"), ' ') }})
{%- endmacro %}

{#- Words within names that are everybody's: alone they name nobody. -#}
{% macro particles() %}{{ return('de|da|do|di|du|la|le|el|al|van|von|vom|zum|zur|der|den|dem|das|dos|del|los|las') }}{% endmacro %}

{#- The words that are looked for by themselves: no initials, and none that stand in many texts. -#}
{% macro telling_name_words(names) -%}
    {%- set others = '[^ ]|' ~ particles() ~ '|the|and|und|herr|frau|mrs|ms|mr|dr'
        ~ '|miss|senhor|senhora|prof|junior|filho|neto|info|mail|email|post|kontakt|contact|contato|contacto|office|service|support|shop|kunde'
        ~ '|customer|cliente|guest|gast|anonymous|anonym' -%}
    {{ without_words(name_words(names), others) }}
{%- endmacro %}

{#- Whether a telling word is anywhere in a text; with more than six it is not asked. Of O'Connor and McBride the part is asked for that stands
    alone where a blank is typed. -#}
{% macro names_occur(value, telling_words) -%}
    {%- set text = replace_matches(folded(value), text_literal("['‘’´`]"), '') -%}
    {%- set words = "replace(" ~ replace_matches(telling_words, text_literal("\\b([a-z]{1,2}'|ma?c)([a-z]{3})"), '\\2') ~ ", '''', '')" -%}
    (
        {%- for place in range(1, 7) %}
        {{ 'or ' if not loop.first }}contains({{ text }}, nullif(split_part({{ words }}, ' ', {{ place }}), ''))
        {%- endfor %}
        or split_part({{ words }}, ' ', 7) <> ''
    )
{%- endmacro %}

{#- First the names that are nothing else, with what belongs to them: initials before (A. Müller, O Connor) and behind (Anna M.), other words of the
    name, a German genitive (Annas). Then those that are words, too (May, Gut), where they are not in small letters: these are marked before. -#}
{% macro redact_names(text, names, telling_words) -%}
    {%- set no_word = '[^0-9' ~ letters() ~ kept_word_mark() ~ ']' -%}
    {#- An initial is one letter and a star. -#}
    {%- set words = with_single_blanks(replace_matches(set_apart(name_words(names)), text_literal(' ([^ ]) '), ' \\1* ')) -%}
    {#- A particle belongs to the word behind it: da_silva, before silva alone. -#}
    {%- set joined = replace_matches(name_words(names), text_literal('\\b(' ~ particles() ~ ') '), '\\1_') -%}
    {%- set joined = without_words(joined, '[^ _]+') -%}
    {#- Anna-Lena is Annalena and Anna Lena, too. -#}
    {%- set doubles = without_words(replace_matches(folded(all_of(names)), text_literal("[^" ~ letters() ~ "'-]+"), ' '), '[^ -]+') -%}
    {%- set names_and_words = words_that_are_names() -%}
    {%- set ordinary = without_words(telling_words, names_and_words) -%}
    {%- set first_words = with_single_blanks(doubles ~ " || ' ' || " ~ joined ~ " || ' ' || " ~ ordinary) -%}
    {%- set are_words = only_words(telling_words, names_and_words) -%}
    {%- set initials = "'" ~ unused_character() ~ "' || " ~ replace_matches(name_words(names), text_literal('([^ ])[^ ]* ?'), '\\1') -%}
    {#- Alone a vowel is a word: a, e, o, y. -#}
    {%- set no_vowels = replace_matches(initials, text_literal('[aeiouy]'), '') -%}
    {%- set before -%}
        '(^|{{ no_word }})([' || {{ initials }} || '][. ''‘’´`][ \n]?|[À-ž][.][ \n]?){0,3}('
    {%- endset -%}
    {%- set behind -%}
        ')({{ no_word }}{1,3}((' || {{ any_spelling(words) }} || ')s?|[' || {{ initials }} || 'À-ž][.])|[ ][' || {{ no_vowels }} || '])*($|{{ no_word }})'
    {%- endset -%}
    {%- set of_ordinary = before ~ " || '(' || " ~ any_spelling(first_words) ~ " || ')s?' || " ~ behind -%}
    {%- set of_words = before ~ " || '(' || " ~ any_spelling(are_words) ~ " || ')s?' || " ~ behind -%}
    {%- set in_small_letters = "'(^|" ~ no_word ~ ")((' || " ~ any_spelling(are_words) ~ " || ')s?)($|" ~ no_word ~ ")'" -%}
    {#- Accents that stand behind their letter are no letters. -#}
    {%- set ns = namespace(text=replace_matches(text, text_literal('[\u0300-\u036f]'), '')) -%}
    {%- set ns.text = replace_matches(ns.text, unless_empty(first_words, of_ordinary), '\\1[name]\\8') -%}
    {#- Twice, as two words that stand together share the blank between. -#}
    {%- for _ in range(2) -%}
        {%- set ns.text = replace_matches(ns.text, unless_empty(are_words, in_small_letters), '\\1' ~ kept_word_mark() ~ '\\2\\4', exact=true) -%}
    {%- endfor -%}
    {%- set ns.text = replace_matches(ns.text, unless_empty(are_words, of_words), '\\1[name]\\8') -%}
    replace({{ ns.text }}, '{{ kept_word_mark() }}', '')
{%- endmacro %}

{#- What stands before a word that is no name here: a character of private use. -#}
{% macro kept_word_mark() %}{{ return('\ue001') }}{% endmacro %}

{#- An expression of words, or one that finds nothing in as many groups as a replacement may name. -#}
{% macro unless_empty(words, pattern) -%}
    case when {{ words }} <> '' then {{ pattern }} else '{{ '()' * 8 ~ unused_character() }}' end
{%- endmacro %}

{#- Words with two blanks between them and one around, so that an expression may take a word with a blank on each side. -#}
{% macro set_apart(words) %}{{ return("' ' || replace(" ~ words ~ ", ' ', '  ') || ' '") }}{% endmacro %}

{#- Words with one blank between them, and none around. -#}
{% macro with_single_blanks(words) %}{{ return('trim(' ~ replace_matches(words, text_literal(' +'), ' ') ~ ')') }}{% endmacro %}

{#- Words without those that a pattern fits, and only those of a list. -#}
{% macro without_words(words, pattern) -%}
    {{ with_single_blanks(replace_matches(set_apart(words), text_literal(' (' ~ pattern ~ ') '), '')) }}
{%- endmacro %}

{#- Of words those that are listed. -#}
{% macro only_words(words, listed) -%}
    {%- set starred = replace_matches(set_apart(words), text_literal(' (' ~ listed ~ ') '), ' *\\1 ') -%}
    replace({{ without_words(starred, '[^ *]+') }}, '*', '')
{%- endmacro %}

{#- An expression for any of some folded words, as people spell them: a letter that may have an accent, with whichever. -#}
{% macro any_spelling(words) -%}
    {%- set ns = namespace(text="replace(replace(" ~ words ~ ", '-', '#'), 'ss', '%')") -%}
    {%- set ns.text = replace_matches(ns.text, text_literal('\\b(ma?c)([a-z]{3})'), '\\1=\\2') -%}
    {%- set ns.text = replace_matches(ns.text, text_literal('([aou])'), '\\1~') -%}
    {%- set ns.text = replace_matches(ns.text, text_literal('([acdegilnorstuyz])'), '[\\1À-ž]') -%}
    {#- In this order: what is put in holds characters that stand for something themselves. -#}
    {%- set spelt = {
        '~': 'e?', '_': '[^0-9' ~ letters() ~ ']{1,3}', '%': '[sß]s?', '*': '[' ~ letters() ~ ']*', ' ': '|', "''": "[''‘’´` ]{0,2}",
        '=': "[''’ ]?", '#': '[ /\u2010-]{0,3}',
    } -%}
    {%- for mark, spelling in spelt.items() -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", '" ~ mark ~ "', '" ~ spelling ~ "')" -%}
    {%- endfor -%}
    {{- ns.text -}}
{%- endmacro %}
