"""The second secret: HMAC-SHA256 as Python knows it, made of pads."""

import hashlib
import hmac
from pathlib import Path

import duckdb
import pytest
from techco.privacy import vault

MACRO = Path(__file__).resolve().parents[2] / "macros" / "engine" / "hashing.sql"


def sql_of(text: str) -> str:
    """What the macro makes of a text on DuckDB."""
    macro = MACRO.read_text().split("{% macro suppression_hash(text) -%}")[1].split("{%- endmacro %}")[0]
    body = macro.split("{%- set duckdb -%}")[1].split("{%- endset -%}")[0]
    return body.replace("{{ pads }}", "vault.main.suppression").replace("{{ text }}", text)


@pytest.mark.parametrize("key", ["k" * 16, "long " * 40, "schlüssel-mit-ümlaut-ß"])
def test_the_macro_makes_an_hmac(monkeypatch, key):
    monkeypatch.setenv("TECHCO_SUPPRESSION_KEY", key)
    with duckdb.connect() as connection:
        vault.attach(connection, holds_persons=False)
        for text in ("", "C-1", "João; '--", "x" * 500):
            made = connection.execute(f"select {sql_of('?')}", [text]).fetchone()[0]
            assert made == hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
        assert connection.execute(f"select {sql_of('cast(null as varchar)')}").fetchone() == (None,)


def test_real_persons_have_no_public_key(monkeypatch):
    monkeypatch.delenv("TECHCO_SUPPRESSION_KEY", raising=False)
    monkeypatch.setenv("TECHCO_PEPPER", "a pepper of enough characters")
    assert vault.suppression_key(holds_persons=True) is None
    with duckdb.connect() as connection:
        vault.attach(connection, holds_persons=True)
        assert connection.execute("select " + sql_of("'C-1'")).fetchone() == (None,)


@pytest.mark.parametrize(
    ("key", "words"), [("short", "at least 16"), ("a pepper of enough characters", "second secret")]
)
def test_a_bad_key_is_refused(monkeypatch, key, words):
    monkeypatch.setenv("TECHCO_PEPPER", "a pepper of enough characters")
    monkeypatch.setenv("TECHCO_SUPPRESSION_KEY", key)
    with pytest.raises(vault.VaultError, match=words):
        vault.suppression_key(holds_persons=True)
