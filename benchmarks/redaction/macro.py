"""redact_text() as dbt compiles it for DuckDB."""

import os
import re
import subprocess
import time

import duckdb
import pyarrow as pa

from benchmarks.evidence import ROOT
from benchmarks.redaction.scoring import spans_of
from benchmarks.redaction.texts import Text

INLINE = "select {{ redact_text('text', names=['names']) }} as redacted from texts"


def compiled() -> str:
    """The macro as a query on `texts`."""
    command = ["dbt", "--quiet", "compile", "--inline", INLINE]
    environment = os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    printed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    return re.search(r"\bselect\b.*", printed, re.DOTALL)[0]


def redacted(query: str, texts: list[tuple[str | None, str | None]]) -> list[str | None]:
    """Texts with the names of their persons, redacted."""
    columns = zip(*texts, strict=True)
    with duckdb.connect() as connection:
        rows = pa.table(
            {name: pa.array(values, pa.string()) for name, values in zip(("text", "names"), columns, strict=True)}
        )
        connection.register("texts", rows)
        return [text for (text,) in connection.execute(query).fetchall()]


def found_by_macro(query: str, texts: list[Text]) -> tuple[list[list[tuple[str, int, int]]], float]:
    """What the macro takes out of each text, and the microseconds that a text takes."""
    started = time.process_time()
    results = redacted(query, [(text.text, " ".join(text.names)) for text in texts])
    seconds = time.process_time() - started
    spans = [spans_of(text.text, result) for text, result in zip(texts, results, strict=True)]
    return spans, seconds / len(texts) * 1e6
