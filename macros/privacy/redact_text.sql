{#- A free text without what names or identifies somebody: [email], [phone], [card], [iban], [national_id], [person_id], and [name] for the
    names of the persons it belongs to. What is left is as normalised_text() gives it. Where names and ids are known, a model does it in three
    steps, each in a part of its query, as one expression of all would be nested too deeply to be read: normalised_text(), without_identifiers(),
    without_names(). tools/benchmarks/redaction measures what is found, and what is found in vain. -#}
{% macro redact_text(value) -%}
    {%- set text = normalised_text(value) -%}
    {{ masked('case when ' ~ may_identify(text) ~ ' then ' ~ redact_identifiers(text, value) ~ ' else ' ~ text ~ ' end', value, 'free_text', 'redacted') }}
{%- endmacro %}

{#- A normalised text without what identifies somebody by itself. `ids`: an SQL expression of the ids that are known of the person, with
    blanks between; none where none can be. -#}
{% macro without_identifiers(text, ids=none) -%}
    {%- set without_ids = redact_ids(text, "coalesce(" ~ ids ~ ", '')") if ids else text -%}
    case when {{ may_identify(text) }} then {{ redact_identifiers(without_ids, text) }} else {{ without_ids }} end
{%- endmacro %}

{#- What without_identifiers() gives, without the names of some persons. `names`: SQL expressions of names, display names or the local part of
    e-mail addresses, null for none; `telling_words`: what telling_name_words() makes of them, as several texts share it. -#}
{% macro without_names(text, names, telling_words) -%}
    {{ masked('case when ' ~ names_occur(text, telling_words) ~ ' then ' ~ redact_names(text, names, telling_words) ~ ' else ' ~ text ~ ' end', text, 'free_text', 'redacted') }}
{%- endmacro %}

{#- Most texts have nothing that any of the expressions could begin with, and are spared three dozen of them: a number that is not part of an
    order's `O000123`, an @ or what people write for it, words that announce an identity card or a customer's number. -#}
{% macro may_identify(value) -%}
    {%- set signs = [
        '@|%40|&#|&commat|[([{<] ?(at|a|ät|arroba) ?[])}>]|\\barroba\\b| ät |[._][0-9a-z]+[ -]at[ -]|\\bat\\b.{1,60}\\b(dot|punkt|ponto|punto)\\b',
        '\\b([a-z]{2})?[0-9]|_[0-9]|\\b[a-z][0-9b-df-hj-np-tv-z]{7,8}[0-9]|\\b[xyz][0-9]{7}',
        'ausweis|perso|passp|id-?card|\\brg\\b|kunde|\\bkd|cliente|customer|client|account|member|mitglied|konto|conta|cuenta',
    ] -%}
    {{ contains_match(value, (signs + declared_id_forms()) | join('|')) }}
{%- endmacro %}

{#- One expression after the other, the surest first, since what is replaced is not seen by those that follow. `known`: the value that
    valid numbers are looked for in. -#}
{% macro redact_identifiers(text, known) -%}
    {%- set ns = namespace(text=text) -%}
    {%- for step in identifier_patterns() -%}
        {%- if step.becomes == 'valid' -%}
            {%- set ns.text = without_valid_numbers(ns.text, known) -%}
        {%- else -%}
            {%- set ns.text = replace_matches(ns.text, text_literal(step.patterns | map('last') | join('|')), step.becomes) -%}
        {%- endif -%}
    {%- endfor -%}
    replace({{ ns.text }}, '{{ kept_mark() }}', '')
{%- endmacro %}

{#- What stands before a number that is not to be read as an identifier: a character of private use, and one that makes the number part of a word. -#}
{% macro kept_mark() %}{{ return('\ue000_') }}{% endmacro %}

{#- Steps, each with what replaces what it finds, and its patterns, of which the first that fits where one begins counts: [an example, the
    expression]. There is no looking around in RE2, so what stands before a value is a group that is put back. First comes what is sure by the way that
    it is written, whatever stands before it; then what its own words call an order or a date is marked, and kept; then numbers that could
    be anything go by the words before them, and at last by their length. e2e/test_spellings.py runs every example. -#}
{% macro identifier_patterns() %}
    {%- set letters = '0-9a-zÀ-῿ぁ-퟿' -%}
    {#- Between the parts of a value: up to three blanks, of which some do not break, or a line end with the mark of a quoted mail. -#}
    {%- set blank = '[ \t\u00a0]' -%}
    {%- set line_end = blank ~ '?\r?\n[> ]{0,3}' -%}
    {%- set gap = '(' ~ blank ~ '{1,3}|' ~ line_end ~ ')' -%}
    {%- set dash = '[\u2010-\u2015\u2212-]' -%}
    {%- set mark = '[./_\u2010-\u2015\u2212-]' -%}
    {#- A separator that has to be there, and one that may. -#}
    {%- set split = '(' ~ gap ~ '?' ~ mark ~ gap ~ '?|' ~ gap ~ ')' -%}
    {%- set sep = split ~ '?' -%}
    {%- set between = '(' ~ gap ~ '?[([]?[0-9]{0,4}[])]' ~ gap ~ '?|' ~ gap ~ '?' ~ mark ~ gap ~ '?|' ~ gap ~ ')?' -%}
    {#- Groups of digits that go on: rather two numbers taken for one than half of one left. -#}
    {%- set more = '((' ~ blank ~ '{1,3}|' ~ mark ~ ')(0[0-9]{2,3}|[1-9][0-9]{1,8})){0,5}' -%}
    {%- set extension = '(' ~ blank ~ '?(x|ext[.]?|ramal)' ~ blank ~ '?[0-9]{1,5})?\\b' -%}
    {#- From a word to the number that it announces; it ends the group that begins with the word. -#}
    {%- set announces = '([^]0-9_+([\n]{0,25}[^]0-9a-z_+([])?(' ~ line_end ~ ')?)' -%}

    {#- ---- E-mail addresses -#}
    {%- set in_local = '[' ~ letters ~ '.!#$%&*+/=?^_`{|}~' ~ "'" ~ '-]+' -%}
    {%- set dot_word = '(' ~ blank ~ '?[([{<]' ~ blank ~ '?(dot|punkt|ponto|punto|[.])' ~ blank ~ '?[])}>]' ~ blank ~ '?|' ~ blank ~ '(dot|punkt|ponto|punto)' ~ blank ~ ')' -%}
    {%- set local = '(' ~ in_local ~ '(' ~ dot_word ~ in_local ~ ')*|"[^"\n]{1,40}")' -%}
    {%- set label = '[' ~ letters ~ '-]+' -%}
    {%- set top = '(xn--[0-9a-z-]{2,40}|[a-zÀ-῿ぁ-퟿]{2,24})' -%}
    {%- set known_top = '(com([.]br|[.]mx|[.]ar)?|org|net|de|at|ch|eu|(co|org|ac)[.]uk|uk|br|es|pt|fr|it|nl|info|biz|io|me|app|edu|gov|example)\\b' -%}
    {%- set domain = label ~ '(([.]|%2e|' ~ dot_word ~ ')' ~ label ~ ')*([.]|%2e|' ~ dot_word ~ ')' ~ top -%}
    {%- set split_domain = label ~ '(' ~ line_end ~ '|' ~ blank ~ ')?[.](' ~ line_end ~ '|' ~ blank ~ ')?' ~ known_top -%}
    {%- set at_sign = '(' ~ gap ~ '?@' ~ gap ~ '?|' ~ blank ~ '?([([{<]' ~ blank ~ '?(at|a|ät|arroba|@)' ~ blank ~ '?[])}>]|%40|&#0*64;|&#x40;|&commat;)' ~ blank ~ '?|_at_)' -%}
    {%- set providers = '(gmail|googlemail|gmx|hotmail|outlook|yahoo|icloud|t-online|protonmail|ymail|uol|bol)' -%}

    {#- ---- Numbers -#}
    {%- set iban_country = '(a[delptz]|b[aeghry]|c[hrysz]|d[ekoz]|e[egs]|f[ior]|g[beilrt]|h[ru]|i[elqst]|jo|k[wz]|l[bcituvy]|m[cdekrtu]|n[lo]|p[klst]|qa|r[osu]|s[acdeikmtv]|t[lnr]|ua|v[ag]|xk)' -%}
    {%- set iban_sep = '(' ~ gap ~ '|[.]|' ~ dash ~ ')?' -%}
    {%- set card_prefix = '(4[0-9]{3}|5[0-9]{3}|2[2-7][0-9]{2}|6[0-9]{3}|35[0-9]{2})' -%}
    {%- set card_split = '(' ~ split ~ '|,)' -%}
    {%- set dot = '(' ~ blank ~ '?([./]|' ~ dash ~ ')' ~ gap ~ '?|' ~ gap ~ ')' -%}
    {%- set year = '((19|20)[0-9]{2}|[0-9]{2})' -%}
    {%- set currency = '([€£]|r?[$]|\\b(eur|euros?|usd|brl|gbp|reais|d[oó]lar(es)?|dollars?|pounds?)\\b)' -%}
    {%- set unit = '(%|gb|mb|tb|kb|mah|wh?|kwh|v|hz|khz|mhz|ghz|mm|cm|m|km|kg|g|ml|l|zoll|inch(es)?|polegadas|pulgadas|mal|times|vezes|veces|x|tage?n?|days?|dias?|d[ií]as|min(utos?|uten?|utes?)?|st[uü]ck|pcs|pixels?|px|mp)\\b' -%}
    {#- A German identity card without that word: only with a second letter, as many keys are one letter and nine digits. -#}
    {%- set id_letters = 'cfghjklmnprtvwxyz' -%}
    {%- set with_letter = [] -%}
    {%- for digits in range(8) -%}
        {%- do with_letter.append('[0-9]{' ~ digits ~ '}[' ~ id_letters ~ '][0-9' ~ id_letters ~ ']{' ~ (7 - digits) ~ '}') -%}
    {%- endfor -%}

    {#- ---- Words before a number. A number that these call an order is kept; the words end with their number, never beyond a full stop. -#}
    {%- set number = '(numbers?|nummern?|n[uú]meros?|num|nos?|nr|n[.]?[º°]|codes?|c[oó]digos?|ids?)[.]?' -%}
    {%- set is = '(ist|is|are|was|war|lautet|é|es|era|foi|my|meine?|meu|mi)' -%}
    {%- set things = '(orders?|bestell[a-z]*|auftr[aä]g[a-z]*|pedidos?|orden|encomendas?|artikel[a-z]*|art[.]|article|artigo|item|product|produkt[a-z]*|produtos?|productos?'
        ~ '|rechnungs-?[a-z]+|beleg[a-z]*|zip|plz|cep|post(leitzahl|code)|sku|ean|upc|gtin|isbn|tracking|sendung[a-z]*|parcels?|paket[a-z]*|shipments?|delivery|dhl|dpd|gls|ups|usps|fedex|hermes|correios|seur'
        ~ '|liefer[a-z]*|rastreio|rastreamento|seguimiento|env[ií]o|ticket|vorgang[a-z]*|chamado|protocolo|case|returns?|retouren?[a-z]*|rma|ref[.]?|reference|referenz|refer[eê]ncia'
        ~ '|serien[a-z]*|serial|s/n|sn|s[eé]rie|imei|modell?[a-z]*|modelo|model|part|teile?[a-z]*|lote|batch|charge[a-z]*|gutschein[a-z]*|voucher|coupon|cupom|cup[oó]n|filial[a-z]*|version|firmware)' -%}
    {#- Behind `for the invoice:` stands who pays, not the invoice's number. -#}
    {%- set invoices = '((rechnung|invoices?|nota( fiscal)?|nf-?e?|fatura|factura)[ #]+)' -%}
    {%- set personal_number = '([a-z]{1,6}[-_./ ]{0,2}[0-9]+|[0-9]{2,})[0-9a-z]*([-_./][0-9a-z]+)*(' ~ blank ~ '[0-9]{2,})*' -%}
    {%- set until_number = '[^0-9a-z\n_]{0,6}(' ~ is ~ '[^0-9a-z\n_]{1,4})?' -%}
    {%- set for_national_id = '\\b((ssn|soc(ial)?[.]? sec[a-z.]*|(my|the) social|steuer-?[a-z]*|tax[ -](id|number|no)|tin|itin|cpf|cnpj|nino|national insurance|ni number|[a-z]*ausweis[a-z]*|perso'
        ~ '|rg|passport|reisepass[a-z]*|passaporte|pasaporte|id-?card|identity card|[a-z]*versicherung[a-z]*|rvnr|kvnr|dni|nif|nie|curp|documento|c[eé]dula)\\b' ~ announces -%}
    {%- set card_words = '(card|kart[a-zäöü]*|kreditkart[a-zäöü]*|kartennummer|cart[aã]o|tarjeta|visa|mastercard|amex|maestro)' -%}
    {%- set phone_words = '(tel|telefon[a-z]*|tel[eé]fono|telephone|fone|phone|mobile?|mobil[a-z]*|m[oó]vil|handy[a-z]*|cell|celular|whats(app)?|zap|fax|durchwahl|ruf[a-z]*|anruf[a-z]*)' -%}
    {%- set phone_verbs = '(call|ring (me|us|up|back|on|at)|text|dial|reach|ligue[a-z]*|ligar|liguem|chame[a-z]*|ll[aá]m[a-z]*|anrufen|erreich[a-z]*)' -%}

    {%- set keep = kept_mark() -%}
    {%- set steps = [
        {'becomes': '[email]', 'patterns': [
            ['anna (at) example [dot] org', local ~ at_sign ~ domain],
            ['anna@example. org', local ~ at_sign ~ split_domain],
            ['anna@gmail', local ~ at_sign ~ providers ~ '(' ~ blank ~ '?[,;. ]' ~ blank ~ '?' ~ known_top ~ ')?'],
            ['anna@192.168.0.1', local ~ '@[[]?[0-9]{1,3}([.][0-9]{1,3}){3}[]]?'],
            ['anna at example dot org', local ~ blank ~ '(at|ät|arroba)' ~ blank ~ label ~ '([.]' ~ label ~ ')*' ~ dot_word ~ top ~ '([.][a-z]{2,3}\\b)?'],
            ['anna arroba example.org', local ~ blank ~ '(ät|arroba)' ~ blank ~ domain],
            ['anna.roe at example.org', '[a-z][0-9a-z]*([._][0-9a-z]+)+' ~ blank ~ 'at' ~ blank ~ domain],
        ]},
        {'becomes': '\\1' ~ keep, 'patterns': [
            ['www.stay-at-home.example', '\\b(www[.])'],
        ]},
        {'becomes': '[email]', 'patterns': [
            ['anna.roe-at-example.org', '\\b[a-z][0-9a-z]*([._][0-9a-z]+)+-at-' ~ domain],
        ]},
        {'becomes': '[iban]', 'patterns': [
            ['DE89 3704 0044 0532 0130 00', '\\b' ~ iban_country ~ '[0-9]{2}' ~ iban_sep ~ '[0-9a-z]{4}(' ~ iban_sep ~ '[0-9]{4}){2,6}(' ~ iban_sep ~ '([0-9]{3}[a-z]' ~ iban_sep ~ '[0-9a-z]|[0-9]{1,4}))?\\b'],
            ['DE 89 3704 0044 0532 0130 00', '\\b(de|gb|pt|es|br|at|ch|fr|it|nl)' ~ gap ~ '([0-9]{2}' ~ gap ~ '[0-9a-z]{4}(' ~ gap ~ '[0-9]{4}){2,6}(' ~ gap ~ '[0-9]{1,4})?|[0-9]{2}([a-z]{4}[0-9]{14}|[0-9]{18,22}))\\b'],
            ['MT84MALT011000012345MTLCAST001S', '\\b' ~ iban_country ~ '[0-9]{2}[0-9a-z]{4}[0-9]{7}[0-9a-z]{0,16}\\b'],
        ]},
        {'becomes': '[national_id]', 'patterns': [
            ['111.444.777-35', '\\b[0-9]{3}' ~ split ~ '[0-9]{3}' ~ split ~ '[0-9]{3}(' ~ blank ~ '?[/\u2010-\u2015-]' ~ gap ~ '?|' ~ gap ~ ')?[0-9]{2}\\b'],
            ['11.222.333/0001-81', '\\b[0-9a-z]{2}[. ][0-9a-z]{3}[. ][0-9a-z]{3}' ~ gap ~ '?[/ ]' ~ gap ~ '?[0-9a-z]{4}' ~ gap ~ '?(' ~ dash ~ '| )' ~ gap ~ '?[0-9]{2}\\b'],
            ['219-09-9999', '\\b[0-9]{3}' ~ dot ~ '[0-9]{2}' ~ dot ~ '[0-9]{4}\\b'],
            ['86 095 742 719', '\\b[1-9][0-9]' ~ dot ~ '[0-9]{3}' ~ dot ~ '[0-9]{3}' ~ dot ~ '[0-9]{3}\\b'],
            ['AB 12 34 56 C', '\\b[a-ceghj-prstw-z][a-ceghj-nprstw-z]' ~ sep ~ '[0-9]{2}' ~ sep ~ '[0-9]{2}' ~ sep ~ '[0-9]{2}' ~ sep ~ '[a-dt]\\b'],
            ['12.345.678-Z', '\\b[0-9]{1,2}[.][0-9]{3}[.][0-9]{3}' ~ blank ~ '?' ~ dash ~ blank ~ '?[a-z]\\b'],
            ['X-1234567-L', '\\b[xyz]' ~ sep ~ '[0-9]{7}' ~ sep ~ '[a-z]\\b'],
        ]},
        {'becomes': '[card]', 'patterns': [
            ['4111 1111 1111 1111', '\\b' ~ card_prefix ~ '(' ~ card_split ~ '[0-9]{4}){3}(' ~ sep ~ '[0-9]{3})?\\b'],
            ['3782 822463 10005', '\\b3[47][0-9]{2}' ~ card_split ~ '[0-9]{6}' ~ card_split ~ '[0-9]{5}\\b'],
            ['3056 930902 5904', '\\b3[0689][0-9]{2}' ~ card_split ~ '[0-9]{6}' ~ card_split ~ '[0-9]{4}\\b'],
        ]},
        {'becomes': '\\1' ~ keep ~ '00\\2 ' ~ keep ~ '\\3 ' ~ keep ~ '\\4 ' ~ keep ~ '\\5 ' ~ keep ~ '\\6', 'patterns': [
            ['0034 0434 1234 5678 9012', '(^|[^0-9+])00([0-9]{2}) ([0-9]{4}) ([0-9]{4}) ([0-9]{4}) ([0-9]{4})\\b'],
        ]},
        {'becomes': '\\1' ~ keep ~ '\\2', 'patterns': [
            ['00340434123456789012', '(^|[^0-9+])(00[0-9]{18})\\b'],
        ]},
        {'becomes': '[phone]', 'patterns': [
            ['+49 (0)30 23125001', '([+]' ~ blank ~ '?[([]?[1-9]|\\b00' ~ blank ~ '?[1-9])(' ~ between ~ '[0-9]){6,9}((' ~ mark ~ ')?[0-9]|' ~ blank ~ '{1,3}[1-9]|' ~ line_end ~ '[1-9]){0,5}' ~ extension],
            ['(11) 90001-2345', '[([]0?[1-9][0-9][])]' ~ gap ~ '?9?' ~ sep ~ '[0-9]{4}' ~ sep ~ '[0-9]{4}\\b'],
            ['(415) 555-0123', '[([][0-9]{3}[])]' ~ sep ~ '[0-9]{3}' ~ split ~ '[0-9]{4}' ~ extension],
            ['(030) 231 25 001', '[([]0?[1-9][0-9]{1,4}[])]' ~ gap ~ '?/?' ~ gap ~ '?[0-9](' ~ sep ~ '[0-9]){4,9}' ~ more ~ extension],
            ['(0)171 3920012', '[(]0[)]' ~ gap ~ '?[1-9][0-9]{1,4}' ~ sep ~ '[0-9](' ~ sep ~ '[0-9]){4,8}\\b'],
            ['11 90001-2345', '\\b([1-9][0-9]' ~ split ~ '9?' ~ blank ~ '?[0-9]{4}' ~ split ~ '[0-9]{4})\\b'],
            ['415.555.0123', '\\b(1' ~ split ~ ')?[0-9]{3}' ~ split ~ '[0-9]{3}' ~ split ~ '[0-9]{4}' ~ extension],
            ['0171 / 3920012', '\\b0' ~ blank ~ '?1[5-7][0-9]{1,2}' ~ split ~ '[0-9](' ~ sep ~ '[0-9]){5,7}\\b'],
            ['07700-900123', '\\b0' ~ blank ~ '?7[0-9]{3}' ~ split ~ '[0-9]{3}' ~ sep ~ '[0-9]{3}\\b'],
        ]},
        {'becomes': '\\1[person_id]', 'patterns': [
            ['Kunden-Nr. 177', '\\b(((kunden|kd|mitglieds?|benutzer|nutzer|kontakt)[-. ]{0,2}(nummer|nr|no|id|kennung|konto)'
                ~ '|konto[-. ]{0,2}(nummer|nr)|(cust(omer)?|client|member(ship)?|user|account|login|contact|loyalty)(' ~ "'" ~ 's)?[- ]?(numbers?|nos?|nr|num|ids?|code|ref(erence)?|#)'
                ~ '|(n[uú]mero|c[oó]digo|id|n[.]?[º°]) ?(de |do |da |del )?(cliente|conta|cuenta|usu[aá]rio|s[oó]cio|cadastro)'
                ~ '|(cliente|conta|cuenta|usu[aá]rio|s[oó]cio) ?(n[uú]mero|n[.]?[º°o]|num|#|id|c[oó]digo))[.º°]?' ~ until_number ~ ')' ~ personal_number ~ '\\b'],
        ]},
        {'becomes': '\\1[person_id]', 'patterns': [
            ['Kunde 4711', '\\b((kunde|kundin|customer|cliente|client|mitglied|member)' ~ blank ~ '#?)([a-z]{1,4}[-_]?)?[0-9]{3,}\\b'],
        ]},
        {'becomes': '\\1[person_id]', 'patterns': [
            ['mein Konto: C177000', '\\b((mein|my|minha|mi) (kunden)?(konto|account|conta|cuenta)' ~ until_number ~ ')([a-z]{1,4}[-_ ]?)?[0-9]{5,}\\b'],
        ]},
        {'becomes': '\\1[phone]', 'patterns': [
            ['Tel. 612.345.678', '\\b(' ~ phone_words ~ '[^0-9a-z\n_]{1,4}(' ~ number ~ '[^0-9a-z\n_]{1,3})?(' ~ is ~ '[^0-9a-z\n_]{1,3})?)[0-9](' ~ sep ~ '[0-9]){8,11}\\b'],
        ]},
        {'becomes': '\\1' ~ keep ~ '\\2', 'patterns': [
            ['12.03.2024', '(^|[^0-9./' ~ keep ~ '-])('
                ~ '(0?[1-9]|[12][0-9]|3[01])[./-](0?[1-9]|[12][0-9]|3[01])[./-]' ~ year ~ '\\b|(19|20)[0-9]{2}[./-](0[1-9]|1[0-2])[./-][0-3][0-9]\\b|[0-9]{1,2}:[0-9]{2}\\b'
                ~ '|[0-9]{1,6}([.,][0-9]{1,3})*' ~ blank ~ '?(' ~ currency ~ '|' ~ unit ~ ')|[0-9]{1,3}0{6,}\\b'
                ~ '|(0|[1-9][0-9]{0,2})([.][0-9]{1,3}){1,3}\\b|[0-9]{1,3}([.,][0-9]{3})+([.,][0-9]{2})?\\b)'],
        ]},
        {'becomes': '\\1' ~ keep, 'patterns': [
            ['€ 1.299,00', '(' ~ currency ~ blank ~ '?)'],
        ]},
        {'becomes': '\\1' ~ keep, 'patterns': [
            ['Bestellnummer: 4512345678', '\\b((' ~ things ~ '[ :#"(/-]+|' ~ invoices ~ ')(' ~ number ~ '[ :#"(-]*){0,2}(' ~ is ~ '[ :#"(]+){0,2})'],
        ]},
    ] -%}
    {#- The other parts of a number whose first is kept, and others of a list: 302-1234567-1234567; 4512345678 and 4512345679. -#}
    {%- for _ in range(3) -%}
        {%- do steps.append({'becomes': '\\1' ~ keep ~ '\\4', 'patterns': [
            ['302-1234567', '(' ~ keep ~ '[a-z]{0,4}[0-9][0-9a-z]*([-/.,]|[ ]?(,|&|und|and|or|oder|e|y|ou|o)[ ]))([0-9])'],
        ]}) -%}
    {%- endfor -%}
    {%- do steps.extend([
        {'becomes': 'valid', 'patterns': []},
        {'becomes': '\\1[national_id]', 'patterns': [
            ['Ausweis T22000129', for_national_id ~ '([0-9]{8}' ~ sep ~ '[trwagmyfpdxbnjzsqvhlcke]|[0-9](' ~ sep ~ '[0-9]){7,13}|[cfghjklmnprtvwxyz][0-9cfghjklmnprtvwxyz]{8,9})\\b'],
        ]},
        {'becomes': '[national_id]\\2', 'patterns': [
            ['219099999 is my social security number', '\\b([0-9]{9}|[0-9]{11})([ ,(-]{1,3}((is|ist|é|es)' ~ blank ~ ')?((my|meine?|meu|o|mi|die|el|the)' ~ blank ~ ')?(ssn|social|steuer-?id|cpf|nif|dni|tax id))'],
        ]},
        {'becomes': '\\1[card]', 'patterns': [
            ['Karte 5018 0000 0009', '\\b(' ~ card_words ~ '\\b' ~ announces ~ '[0-9](' ~ sep ~ '[0-9]){11,18}\\b'],
        ]},
        {'becomes': '\\1' ~ keep, 'patterns': [
            ['Filialnummer 4512345678', '\\b([a-z]{3,20}-?(nummer|nr[.]?)[ :#"(]+(' ~ is ~ '[ :#"(]+)?)'],
        ]},
        {'becomes': '[card]', 'patterns': [
            ['4111111111111111', '\\b' ~ card_prefix ~ '[0-9]{12}([0-9]{3})?\\b'],
            ['180012345678901', '\\b(2131|1800)[0-9]{11}\\b'],
            ['378282246310005', '\\b3[47][0-9]{13}\\b'],
            ['30569309025904', '\\b3[0689][0-9]{12}\\b'],
            ['501800000009', '\\b(50[0-9]{2}|5[6-8][0-9]{2}|6[0-9]{3})[0-9]{8}\\b'],
        ]},
        {'becomes': '[national_id]', 'patterns': [
            ['111444777-35', '\\b[0-9]{9}' ~ dash ~ '[0-9]{2}\\b'],
            ['L01X00T471', '\\b[' ~ id_letters ~ '](' ~ with_letter | join('|') ~ ')[0-9]\\b'],
            ['65 170839 J 003', '\\b[0-9]{2}' ~ gap ~ '?[0-9]{6}' ~ gap ~ '?[a-z]' ~ gap ~ '?[0-9]{3}\\b'],
            ['12345678Z', '\\b[0-9]{8}' ~ dash ~ '?[trwagmyfpdxbnjzsqvhlcke]\\b'],
        ]},
        {'becomes': '[phone]', 'patterns': [
            ['030 231 25001', '\\b0[1-9][0-9]{1,4}' ~ split ~ '[0-9](' ~ sep ~ '[0-9]){4,9}' ~ more ~ extension],
            ['90001-2345', '\\b9[0-9]{4}' ~ dash ~ '[0-9]{4}\\b'],
            ['612 345 678', '\\b[6-9][0-9]{2}' ~ split ~ '([0-9]{3}' ~ split ~ '[0-9]{3}|[0-9]{2}' ~ split ~ '[0-9]{2}' ~ split ~ '[0-9]{2})\\b'],
        ]},
        {'becomes': '\\1[phone]', 'patterns': [
            ['Handy 555-0123', '\\b(' ~ phone_words ~ '\\b' ~ announces ~ '[([+]?[0-9](' ~ between ~ '[0-9]){4,14}\\b'],
        ]},
        {'becomes': '\\1[phone]', 'patterns': [
            ['Call me: 555-0123', '\\b(' ~ phone_verbs ~ '\\b' ~ announces ~ '[([+]?[0-9](' ~ between ~ '[0-9]){5,14}\\b'],
        ]},
        {'becomes': '[phone]', 'patterns': [
            ['03023125001', '\\b(0[1-9][0-9]{7,10}|[2-9][0-9]{9}|1[2-9][0-9]{2}[2-9][0-9]{6}|49[13-9][0-9]{8,10}|447[0-9]{9}|34[67][0-9]{8}|55[1-9]{2}9[0-9]{8})\\b'],
        ]},
        {'becomes': '\\1[national_id]', 'patterns': [
            ['11144477735', '(^|[^0-9a-z_/=-])([0-9]{11}|[0-9]{9})\\b'],
        ]},
    ]) -%}
    {%- for form in declared_id_forms() -%}
        {%- do steps.insert(0, {'becomes': '[person_id]', 'patterns': [['', '\\b(' ~ form ~ ')\\b']]}) -%}
    {%- endfor -%}
    {{- return(steps) -}}
{% endmacro %}

{#- The forms of persons' ids that the contract declares (config.meta.id_form of a column of class person_id), as expressions. -#}
{% macro declared_id_forms() %}
    {%- set forms = [] -%}
    {#- Unit tests see no sources. -#}
    {%- if execute and 'sources' in graph -%}
        {%- for table in graph.sources.values() | selectattr('package_name', 'equalto', 'techco') | sort(attribute='unique_id') -%}
            {%- for column in table.columns.values() if column.config.meta.id_form -%}
                {%- do forms.append(column.config.meta.id_form) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(forms | unique | list) -}}
{% endmacro %}
