"""Free texts as people write them: odd spellings are found, and what only looks like an identifier stays."""

import json

import pytest

from tools.benchmarks.redaction.macro import INLINE, answers, found_by_macro, redacted, sql_of
from tools.benchmarks.redaction.scoring import score
from tools.benchmarks.redaction.spellings import KNOWN_ID, spellings

RECALL, PRECISION, LEFT = 0.97, 0.97, 0.97
# Text, names and ids of its person, and what is left; None for a text that stays as it is.
CASES = [
    # Sure by how it is written, whatever word stands before it.
    ("The parcel. 4111 1111 1111 1111", None, None, "The parcel. [card]"),
    ("order 4111111111111111, order 4111111111111112", None, None, "order [card], order 4111111111111112"),
    ("pedido 11144477735, pedido 11144477736", None, None, "pedido [national_id], pedido 11144477736"),
    ("ref 219-09-9999 / ref 219 09 9999", None, None, "ref [national_id] / ref [national_id]"),
    ("Bestellung +49 171 3920012, Paket 0049 171 3920012", None, None, "Bestellung [phone], Paket [phone]"),
    ("I lost my parcel. 4155550123 is my number", None, None, "I lost my parcel. [phone] is my number"),
    ("Bestellung 4512345678. Danke", None, None, None),
    # E-mail addresses.
    ("ann.roe @example.org or ann.roe@ example.org", None, None, "[email] or [email]"),
    ("ann (at) example (dot) org; ann[at]example.org; ann%40example.org", None, None, "[email]; [email]; [email]"),
    ("ann arroba example ponto com", None, None, "[email]"),
    ("ann.roe@example.\norg", None, None, "[email]"),
    ("I bought it at example.com, for 2 arrobas", None, None, None),
    # Numbers in other digits, with other marks, over two lines.
    (
        "\u0664\u0661\u0661\u0661 1111 1111 1111 and \uff14\uff11\uff11\uff11111111111111",
        None,
        None,
        "[card] and [card]",
    ),
    ("4111.1111.1111.1111 or 4111  1111\n1111 1111", None, None, "[card] or [card]"),
    ("0171.3920012 / 0171-392\n0012", None, None, "[phone] / [phone]"),
    ("4111\u200b1111\u200b1111\u200b1111", None, None, "[card]"),
    ("My social is 219099999. 219099999 is my SSN", None, None, "My social is [national_id]. [national_id] is my SSN"),
    ("CPF 111 444 777 35", None, None, "CPF [national_id]"),
    ("family \U0001f469\u200d\U0001f467 and 5 m²", None, None, None),
    # Names.
    (
        "Annas Paket, Müllers, Anna\u2019s, A. Müller, Müller A.",
        "Anna Müller",
        None,
        "[name] Paket, [name]\u2019s, [name]",
    ),
    ("Anna\u2019s und A. Müller", "Anna Müller", None, "[name]\u2019s und [name]"),
    ("O Connor, OConnor, O\u00b4Connors", "Sue O'Connor", None, "[name]"),
    ("Annalena, Anna Lena und Anna-Lena", "Anna-Lena Groß", None, "[name] und [name]"),
    ("may I ask, the price is gut", "May Price Gut", None, None),
    ("May Price. MAY, Gut", "May Price Gut", None, "[name]"),
    ("anna price", "Anna Price", None, "[name]"),
    # Customer numbers: the writer's in any form, another's in the declared form or behind a word for it.
    ("C00000177, c-00000177, 00000177, C177", None, KNOWN_ID, "[person_id], [person_id], [person_id], [person_id]"),
    ("K.4-x77 is me, k4x77", None, "K.4-x77 Z9", "[person_id] is me, k4x77"),
    ("mein Konto: C00012345", None, KNOWN_ID, "mein Konto: [person_id]"),
    ("Kundennummer 177, Kd.-Nr.: 177", None, KNOWN_ID, "Kundennummer [person_id], Kd.-Nr.: [person_id]"),
    (
        "número de cliente 4711, customer no. 4711",
        None,
        None,
        "número de cliente [person_id], customer no. [person_id]",
    ),
    ("17850, not 178501", None, "17850", "[person_id], not 178501"),
    ("12 days", None, "12", None),
    # What only looks so.
    ("ring 12345, Seriennummer 4512345678, S/N 123456789", None, None, None),
    ("Handy gekauft am 12.03.2024 um 14:30 für 1.299,00 €", None, None, None),
    ("Order 302-1234567-1234567, 0034 0434 1234 5678 9012", None, None, None),
    ("Tracking 00340434292135100199, JD014600003456789012", None, None, None),
]


@pytest.fixture(scope="module")
def query(built) -> str:
    return sql_of(built.dbt("--quiet", "compile", "--inline", INLINE))


def test_by_hand(query):
    results = redacted(query, [(text, names, ids) for text, names, ids, _ in CASES])
    wrong = [
        (text, names, result)
        for (text, names, _, left), result in zip(CASES, results, strict=True)
        if result != (text if left is None else left)
    ]
    assert wrong == []


def test_every_pattern_finds_its_example(built, query):
    steps = json.loads(
        built.dbt("--quiet", "compile", "--inline", "{{ tojson(identifier_patterns()) }}").strip().splitlines()[-1]
    )
    examples = [(step["becomes"], example) for step in steps for example, _ in step["patterns"] if example]
    assert len(examples) > 30
    results = redacted(query, [(example, None, None) for _, example in examples])
    for (becomes, example), result in zip(examples, results, strict=True):
        # What is marked is kept, all else is replaced.
        assert ("[" in result) is ("[" in becomes), (example, result)


def test_texts_are_shown_as_they_are_read(query):
    assert answers(query, [("\uff30\uff52\uff45\uff49\uff53\uff1a\uff11\uff12\uff10 \u066a", None, None)]) == [
        ("Preis:120 \u066a", "Preis:120 \u066a")
    ]


def test_the_set_is_large_and_even():
    made = spellings()
    assert len(made) >= 600
    assert sum(bool(told.text.hidden) for told in made) * 2 == len(made)
    assert {told.text.language for told in made} == {"de", "en", "pt", "es"}
    assert made == spellings()


@pytest.mark.parametrize("held_out", [False, True])
def test_people_s_spellings(query, held_out):
    texts = [told.text for told in spellings() if told.held_out == held_out]
    spans, _ = found_by_macro(query, texts, KNOWN_ID)
    rates = score(texts, spans)["all"]
    assert rates["recall"] >= RECALL, rates
    assert rates["precision"] >= PRECISION, rates
    stay = [found for text, found in zip(texts, spans, strict=True) if not text.hidden]
    assert sum(not found for found in stay) >= LEFT * len(stay)
