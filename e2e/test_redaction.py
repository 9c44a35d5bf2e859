"""Free texts reach marts without what identifies their writers."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from comparing import differences

from tools.benchmarks.redaction.macro import INLINE, found_by_macro, redacted, sql_of
from tools.benchmarks.redaction.scoring import score
from tools.benchmarks.redaction.texts import Text, simulated

SAMPLE = Path(__file__).with_name("redaction_sample.jsonl")
RECALL, PRECISION = 0.99, 0.95
# Text, names of its person, and what is left; `None` for a text that stays as it is.
CASES = [
    ("Write to ann.roe+shop@mail.example.co.uk, please", None, "Write to [email], please"),
    ("ANN@EXAMPLE.ORG", None, "[email]"),
    ("ann (at) example.org", None, "[email]"),
    ("jörg.müller@bücher.example", None, "[email]"),
    ("@TechCo where is my parcel? #late", None, None),
    ("a@b", None, None),
    ("Tel. 030 23125 001 oder 0171-3920012.", None, "Tel. [phone] oder [phone]."),
    ("+49 (0)30 23125001/+1 (415) 555-0123", None, "[phone]/[phone]"),
    ("(11) 90001-2345, 11 90001-2345, +55 11 90001-2345", None, "[phone], [phone], [phone]"),
    ("07700 900123 07700 900124", None, "[phone] [phone]"),
    ("020\u00a07946\u00a00123 or 415\u2011555\u20110123 x12", None, "[phone] or [phone]"),
    ("Call 555-0123", None, "Call [phone]"),
    ("4111 1111 1111 1111\n4012-8888-8888-1881\n5555555555554444", None, "[card]\n[card]\n[card]"),
    ("3782 822463 10005 30569309025904", None, "[card] [card]"),
    ("IBAN DE89 3704 0044 0532 0130 00 ist meine", None, "IBAN [iban] ist meine"),
    ("gb29nwbk60161331926819", None, "[iban]"),
    ("BR15 0000 0000 0000 1093 2840 814P 2", None, "[iban]"),
    ("CPF 111.444.777-35 e CNPJ 11.222.333/0001-81", None, "CPF [national_id] e CNPJ [national_id]"),
    ("cpf: 11144477735", None, "cpf: [national_id]"),
    ("Steuer-ID 86 095 742 719, oder 86095742719", None, "Steuer-ID [national_id], oder [national_id]"),
    ("Ausweis T22000129, Ausweisnummer: L01X00T471", None, "Ausweis [national_id], Ausweisnummer: [national_id]"),
    ("My SSN is 219-09-9999; NI number AB 12 34 56 C", None, "My SSN is [national_id]; NI number [national_id]"),
    ("ann@example.org4111111111111111", None, "[email][card]"),
    ("ann@example.org 4111111111111111 111.444.777-35", None, "[email] [card] [national_id]"),
    # What is no identifier.
    ("Order O000123456 of 2025-08-30, 14:05, total 1,299.00", None, None),
    ("Bestellnummer 4512345678, Rechnung Nr. 20250001234", None, None),
    ("pedido 4512345678 custa R$ 12.345.678,90", None, None),
    ('WH-1000XM4, QE55Q80C, B08N5WRWNW, RTX 4090, 55", 2x 512 GB', None, None),
    ("EAN 4006381333931, Version 10.15.7, 192.168.0.1", None, None),
    ("01.02.2025 and 02/01/2025 and 2025/02/01, 100-200 EUR, 24/7", None, None),
    ("20 % of 1.000.000, 3,5 cm x 10 cm, 1/2, 15 000 km", None, None),
    ("1Z9999999999999999", None, None),
    ("", None, None),
    ("Call me if you dare. Ausweis vergessen!", None, None),
    # Names: whole words, however they are spelt.
    ("Regards, Anna Müller", "Anna Müller", "Regards, [name]"),
    ("ANNA MUELLER; anna muller; Mu\u0308ller!", "Anna Müller", "[name]!"),
    # A name that is a word, too, is read as the word in small letters.
    ("Müller mag Grün, nicht grün", "Hanna Grün", "Müller mag [name], nicht grün"),
    ("Annabel, Hannah and Joanna", "Anna Roe", None),
    ("Weiss, WEISS und Weiß", "Udo Weiß", "[name] und [name]"),
    ("o\u2019connor, OConnor, O'Connor's", "Sue O'Connor", "[name]'s"),
    ("João da Silva\nJoao", "João da Silva", "[name]"),
    ("de nada, da Silva", "João da Silva", "de nada, [name]"),
    ("Anna Kurz schreibt, Kurz auch", "Anna K.", "[name] schreibt, Kurz auch"),
    ("a.b(c)[d]* (x", "a.b(c)[d]* (x", None),
    ("Roe|Doe", "Roe|.*", "[name]|Doe"),
    ("Roe's \\b", "\\b Roe", "[name]'s \\b"),
    ("Ann wrote: ann@roe.example", "Ann Roe", "[name] wrote: [email]"),
    ("Info: the shop is closed", "info shop", None),
    ("It is sue's su", "Sue", "It is [name]'s su"),
]


@pytest.fixture(scope="module")
def query(built) -> str:
    printed = built.dbt("--quiet", "compile", "--inline", INLINE)
    return sql_of(printed)


def test_by_hand(query):
    results = redacted(query, [(text, names) for text, names, _ in CASES])
    wrong = [
        (text, names, result)
        for (text, names, left), result in zip(CASES, results, strict=True)
        if result != (text if left is None else left)
    ]
    assert wrong == []
    assert redacted(query, [(None, "Ann"), ("Ann", None)]) == [None, "Ann"]


def assert_found(query, texts, kinds):
    spans, _ = found_by_macro(query, texts)
    rates = score(texts, spans)
    assert {kind for kind in rates if rates[kind]["hidden"]} >= kinds
    for kind, rate in rates.items():
        assert not rate["hidden"] or rate["recall"] >= RECALL, (kind, rate)
        assert not rate["found"] or rate["precision"] >= PRECISION, (kind, rate)


def test_what_the_simulator_hid(built, query):
    assert_found(query, simulated(built.landing, built.warehouse), {"name"})


def test_a_sample_of_fakers_formats(query):
    told = map(json.loads, SAMPLE.read_text(encoding="utf-8").splitlines())
    texts = [Text(t["text"], t["language"], tuple(t["names"]), tuple(map(tuple, t["hidden"]))) for t in told]
    assert_found(query, texts, {"email", "phone", "card", "iban", "national_id", "name"})


def test_marts_hold_texts_and_nothing_that_was_hidden(built):
    answers = built.landing.with_name("landing_answers") / "hidden_personal_data.jsonl"
    hidden = {json.loads(line)["text"] for line in answers.read_text(encoding="utf-8").splitlines()}
    columns = ["fct_review.review_text", "fct_ticket.subject_text", "fct_ticket_message.message_text"]
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        for column in [*columns, "fct_survey_response.comment_text", "fct_mention.mention_text"]:
            fact, name = column.split(".")
            texts = [text for (text,) in connection.execute(f"select {name} from core.{fact}").fetchall() if text]
            assert texts, column
            assert not [text for text in texts if any(value in text for value in hidden)], column


def test_a_name_that_comes_late_or_changes_redacts_again(built, tmp_path):
    house = built.copy(tmp_path)
    review = (
        "select review_id, customer_id, regexp_extract(body, '[A-Z][a-zé]{4,}') as word from pii.pii_reviews__reviews "
        "where customer_id is not null and word <> '' order by review_id limit 1"
    )
    with duckdb.connect(str(house.warehouse), read_only=True) as connection:
        key, customer, word = connection.execute(review).fetchone()
    assert word in text_of(house, key)
    # First the customer is called like a word of the text, then otherwise: the old name still counts.
    for step, name in enumerate([word, "Quixote"], 1):
        rename(house.landing, customer, name, step)
        house.dbt("run", "--select", "base_shop__customers+1", "person_names+", "stg_shop__customers")
        assert word not in text_of(house, key)
    refreshed = house.copy(tmp_path / "refreshed")
    refreshed.dbt("run", "--full-refresh", "--select", "person_names+")
    assert [
        line for line in differences(refreshed.warehouse, house.warehouse) if "text" in line or "person" in line
    ] == []


def text_of(house, key: str) -> str:
    with duckdb.connect(str(house.warehouse), read_only=True) as connection:
        return connection.execute("select review_text from core.fct_review where review_id = ?", [key]).fetchone()[0]


def rename(landing: Path, customer: str, name: str, step: int) -> None:
    """Land a change of a customer's family name, behind all that has landed."""
    files = sorted(landing.glob("shop/customers/*/*.parquet"))
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    last = max(
        (row for row in rows if row["customer_id"] == customer and row["_op"] != "d"), key=lambda row: row["_lsn"]
    )
    changed = last | {"last_name": name, "_op": "u", "_lsn": max(row["_lsn"] for row in rows) + 1}
    folder = files[-1].parent
    assert date.fromisoformat(folder.name.removeprefix("ingested_on="))
    pq.write_table(pa.Table.from_pylist([changed], pq.read_schema(files[-1])), folder / f"renamed{step}.parquet")
