{#- A free text without what names or identifies somebody: [email], [phone], [card], [iban], [national_id], and [name] for the names of the
    persons it belongs to. What is left is as it was typed. `names`: SQL expressions of names, display names or the local part of e-mail
    addresses, null for none; `telling_words`: what telling_name_words() makes of them, where several texts share it.
    benchmarks/redaction.py measures what is found, and what is found in vain. -#}
{% macro redact_text(value, names=none, telling_words=none) -%}
    /*<masked*/
    {%- set without_identifiers -%}
        case when {{ may_identify(value) }} then {{ redact_identifiers(value) }} else {{ value }} end
    {%- endset -%}
    {%- if not names -%}
        {{ without_identifiers }}
    {%- else -%}
        {%- set telling_words = telling_words or telling_name_words(names) -%}
        case
            when {{ names_occur(value, telling_words) }} then {{ redact_names(without_identifiers, names, telling_words) }}
            else {{ without_identifiers }}
        end
    {%- endif -%}
    /*masked>*/
{%- endmacro %}

{#- Most texts have nothing that any of the expressions could begin with, and are spared two dozen of them: a number that is not part of an
    order's `O000123`, an @, a word that announces an identity card. -#}
{% macro may_identify(value) -%}
    {{ contains_match(value, "@|[([]at[])]|\\b([a-z]{2})?[0-9]|\\b[a-z][0-9b-df-hj-np-tv-z]{7,8}[0-9]|ausweis|perso|passp|id-?card|\\brg\\b") }}
{%- endmacro %}

{#- One expression after the other, the surest first, since what is replaced is not seen by those that follow. Numbers that their own words
    call an order, an invoice or a parcel are marked before and freed afterwards. -#}
{% macro redact_identifiers(value) -%}
    {%- set ns = namespace(text=value) -%}
    {%- for step in identifier_patterns() -%}
        {%- set ns.text = replace_matches(ns.text, text_literal(step[0] | join('|')), step[1]) -%}
    {%- endfor -%}
    replace({{ ns.text }}, '_kept_', '')
{%- endmacro %}

{#- Steps: patterns, of which the first that fits where one begins counts, and what replaces them. There is no looking around in RE2, so what stands before a number is a group that is put back.
    Luhn and other check digits cannot be counted by a regular expression: cards go by their first digits and their length, other numbers by
    how they are written, and those that could be anything by the word before them. -#}
{% macro identifier_patterns() %}
    {%- set letters = '0-9a-zÀ-῿ぁ-퟿' -%}
    {#- People type blanks that do not break and dashes of all lengths. -#}
    {%- set gap = '[ \u00a0\u2007\u2009\u202f]' -%}
    {%- set dash = '[\u2010-\u2014-]' -%}
    {%- set sep = '(' ~ gap ~ '|' ~ dash ~ ')?' -%}
    {%- set between = '(' ~ gap ~ '?[(][0-9]{0,4}[)]' ~ gap ~ '?|[./]|' ~ gap ~ '?' ~ dash ~ gap ~ '?|' ~ gap ~ '/?' ~ gap ~ '?)?' -%}
    {#- Groups of digits that go on: rather two numbers taken for one than half of one left. -#}
    {%- set more = '((' ~ gap ~ '|[./]|' ~ dash ~ ')(0[0-9]{2,3}|[1-9][0-9]{1,8})){0,5}' -%}
    {%- set extension = '(' ~ gap ~ '?(x|ext[.]?|ramal)' ~ gap ~ '?[0-9]{1,5})?\\b' -%}
    {#- From a word to the number that it announces. -#}
    {%- set announces = '([^]0-9_+([\n]{0,25}[^]0-9a-z_+([])?)' -%}
    {%- set number = 'no|nr|num|nummer|number|número|numero|id|code|código' -%}
    {%- set ours = '\\b((order|bestell[a-z]*|auftrag[a-z]*|pedido|orden|encomenda|artikel[a-z]*|article|artigo|item|product|produkt[a-z]*|produto'
        ~ '|(rechnung|invoice|nota fiscal)(s?-?| )(' ~ number ~ ')|fatura|factura|sku|ean|gtin|isbn|tracking|sendung[a-z]*|parcel|paket[a-z]*'
        ~ '|rastreio|rastreamento|ticket|vorgang[a-z]*|chamado|protocolo|case|return|retoure[a-z]*|rma|ref|reference|referenz)'
        ~ '[ :#.-]*((' ~ number ~ '|is|ist|é|es)[ :#.-]*){0,2})([0-9])' -%}
    {%- set for_card = '\\b((card|kart[a-zäöü]*|kreditkart[a-zäöü]*|kartennummer|cart[aã]o|tarjeta|visa|mastercard|amex|maestro)\\b' ~ announces -%}
    {%- set for_national_id = '\\b((ssn|social security|steuer-?[a-z]*|tax id|tin|itin|cpf|cnpj|nino|national insurance|[a-z]*ausweis[a-z]*|perso'
        ~ '|rg|passport|reisepass[a-z]*|passaporte|id-?card|identity card|[a-z]*versicherung[a-z]*|rvnr|kvnr)\\b' ~ announces -%}
    {%- set for_phone = '\\b((tel|telefon[a-z]*|telephone|fone|phone|mobile|mobil|mobilnummer|handy[a-z]*|cell|celular|whatsapp|fax|durchwahl'
        ~ '|ruf[a-z]*|anruf[a-z]*|call|ring|ligue[a-z]*|ligar|liguem|llám[a-z]*|llam[a-z]*)\\b' ~ announces -%}
    {#- A German identity card without that word: only with a second letter, as many keys are one letter and nine digits. -#}
    {%- set id_letters = 'cfghjklmnprtvwxyz' -%}
    {%- set with_letter = [] -%}
    {%- for digits in range(8) -%}
        {%- do with_letter.append('[0-9]{' ~ digits ~ '}[' ~ id_letters ~ '][0-9' ~ id_letters ~ ']{' ~ (7 - digits) ~ '}') -%}
    {%- endfor -%}
    {{- return([
        [["([" ~ letters ~ ".!#$%&*+/=?^_`{|}~'-]+)" ~ '(@| ?[([]at[])] ?)[' ~ letters ~ '-]+([.][' ~ letters ~ '-]+)*[.][a-zÀ-῿]{2,24}'], '[email]'],
        [[ours], '\\1_kept_\\8'],
        [[for_national_id ~ '([0-9]([ ./-]?[0-9]){7,13}|[cfghjklmnprtvwxyz][0-9cfghjklmnprtvwxyz]{8,9})\\b'], '\\1[national_id]'],
        [[for_card ~ '[0-9](' ~ sep ~ '[0-9]){11,18}\\b'], '\\1[card]'],
        [[
            '\\b[a-z]{2}[0-9]{2}' ~ gap ~ '?[0-9a-z]{4}(' ~ gap ~ '?[0-9]{4}){2,6}(' ~ gap ~ '?([0-9]{3}[a-z]' ~ gap ~ '?[0-9a-z]|[0-9]{1,4}))?\\b',
            '\\b[a-z]{2}[0-9]{2}[0-9a-z]{4}[0-9]{7}[0-9a-z]{0,16}\\b',
        ], '[iban]'],
        [[
            '\\b(4[0-9]{3}|5[0-9]{3}|2[2-7][0-9]{2}|6[0-9]{3}|35[0-9]{2})(' ~ sep ~ '[0-9]{4}){3}([0-9]{3})?\\b',
            '\\b(2131|1800)[0-9]{11}\\b',
            '\\b3[47][0-9]{2}' ~ sep ~ '[0-9]{6}' ~ sep ~ '[0-9]{5}\\b',
            '\\b3[0689][0-9]{2}' ~ sep ~ '[0-9]{6}' ~ sep ~ '[0-9]{4}\\b',
            '\\b(50[0-9]{2}|5[6-8][0-9]{2}|6[0-9]{3})[0-9]{8}\\b',
        ], '[card]'],
        [[
            '\\b[0-9]{3}[. ][0-9]{3}[. ][0-9]{3}' ~ sep ~ '[0-9]{2}\\b',
            '\\b[0-9a-z]{2}[.][0-9a-z]{3}[.][0-9a-z]{3}/[0-9a-z]{4}' ~ dash ~ '[0-9]{2}\\b',
            '\\b[0-9]{3}' ~ dash ~ '[0-9]{2}' ~ dash ~ '[0-9]{4}\\b',
            '\\b[1-9][0-9]' ~ gap ~ '[0-9]{3}' ~ gap ~ '[0-9]{3}' ~ gap ~ '[0-9]{3}\\b',
            '\\b[a-ceghj-prstw-z][a-ceghj-nprstw-z]' ~ gap ~ '?[0-9]{2}' ~ gap ~ '?[0-9]{2}' ~ gap ~ '?[0-9]{2}' ~ gap ~ '?[a-dt]\\b',
            '\\b[' ~ id_letters ~ '](' ~ with_letter | join('|') ~ ')[0-9]\\b',
            '\\b[0-9]{2}' ~ gap ~ '?[0-9]{6}' ~ gap ~ '?[a-z]' ~ gap ~ '?[0-9]{3}\\b',
        ], '[national_id]'],
        [[
            '[(]0?[1-9][0-9][)]' ~ gap ~ '?9?' ~ gap ~ '?[0-9]{4}' ~ sep ~ '[0-9]{4}\\b',
            '[(][0-9]{3}[)]' ~ sep ~ '[0-9]{3}([.]|' ~ dash ~ '|' ~ gap ~ ')[0-9]{4}' ~ extension,
            '([+]' ~ gap ~ '?[1-9]|\\b00[1-9])(' ~ between ~ '[0-9]){6,9}(([./]|' ~ dash ~ ')?[0-9]|' ~ gap ~ '[1-9]){0,5}' ~ extension,
            '[(]0?[0-9]{2,5}[)]' ~ gap ~ '?/?' ~ gap ~ '?[0-9]{2,9}' ~ more ~ extension,
            '\\b([1-9][0-9]' ~ gap ~ '9?[0-9]{4}(' ~ gap ~ '|' ~ dash ~ ')[0-9]{4}|9[0-9]{4}' ~ dash ~ '[0-9]{4})\\b',
            '\\b0[1-9][0-9]{1,4}' ~ gap ~ '?(' ~ gap ~ '|/|' ~ dash ~ ')' ~ gap ~ '?([0-9]{3,9}|[0-9]{2}' ~ gap ~ '[0-9]{2,6})' ~ more ~ extension,
            '\\b(1[-. ])?[0-9]{3}([.]|' ~ dash ~ '|' ~ gap ~ ')[0-9]{3}([.]|' ~ dash ~ '|' ~ gap ~ ')[0-9]{4}' ~ extension,
        ], '[phone]'],
        [[for_phone ~ '[+(]?[0-9](' ~ between ~ '[0-9]){4,14}'], '\\1[phone]'],
        [['\\b(0[1-9][0-9]{7,10}|[2-9][0-9]{9})\\b'], '[phone]'],
        [['\\b[0-9]{11}\\b'], '[national_id]'],
    ]) -}}
{% endmacro %}
