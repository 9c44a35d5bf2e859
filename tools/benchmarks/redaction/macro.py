"""redact_text() as dbt compiles it for DuckDB."""

import os
import re
import subprocess
import time

import duckdb
import pyarrow as pa

from tools.benchmarks.evidence import ROOT
from tools.benchmarks.redaction.scoring import spans_of
from tools.benchmarks.redaction.texts import Text

# As the models of texts call it.
INLINE = """
with told as (
    select {{ normalised_text('text') }} as text, names, ids, {{ telling_name_words(['names']) }} as telling_words
    from texts
), identified as (
    select text, names, telling_words, {{ without_identifiers('text', 'ids') }} as left_over from told
)
select {{ without_names('left_over', ['names'], 'telling_words') }} as redacted, text from identified
"""


def compiled() -> str:
    """The macro as a query on `texts`."""
    command = ["dbt", "--quiet", "compile", "--inline", INLINE]
    environment = os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    printed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    return sql_of(printed)


def sql_of(printed: str) -> str:
    """The query in what `dbt compile` prints."""
    return re.search(r"\bwith told as\b.*", printed, re.DOTALL)[0]


def redacted(query: str, texts: list[tuple[str | None, ...]]) -> list[str | None]:
    """Texts with the names and, where there are, the ids of their persons, redacted."""
    return [text for text, _ in answers(query, texts)]


def answers(query: str, texts: list[tuple[str | None, ...]]) -> list[tuple[str | None, str | None]]:
    """Texts redacted, and as the patterns read them."""
    columns = zip(*((*text, None, None)[:3] for text in texts), strict=True)
    with duckdb.connect() as connection:
        rows = pa.table(
            {
                name: pa.array(values, pa.string())
                for name, values in zip(("text", "names", "ids"), columns, strict=True)
            }
        )
        connection.register("texts", rows)
        return connection.execute(query).fetchall()


def found_by_macro(
    query: str, texts: list[Text], ids: str | None = None
) -> tuple[list[list[tuple[str, int, int]]], float]:
    """What the macro takes out of each text, by its places in it, and the microseconds that a text takes."""
    started = time.process_time()
    results = answers(query, [(text.text, " ".join(text.names), ids) for text in texts])
    seconds = time.process_time() - started
    changed = [text.text for text, (_, read) in zip(texts, results, strict=True) if text.text != read]
    places = places_as_read(query, changed)
    spans = [
        [
            (kind, places[text.text][begin], places[text.text][end]) if text.text in places else (kind, begin, end)
            for kind, begin, end in spans_of(read, result)
        ]
        for text, (result, read) in zip(texts, results, strict=True)
    ]
    return spans, seconds / len(texts) * 1e6


def places_as_read(query: str, texts: list[str]) -> dict[str, list[int]]:
    """For each place of each text as the patterns read it, and its end, the place in the text as it came."""
    beginnings = [(text[:end],) for text in texts for end in range(len(text) + 1)]
    lengths = iter(answers(query, beginnings)) if beginnings else iter(())
    places: dict[str, list[int]] = {}
    for text in texts:
        at: list[int] = []
        for end in range(len(text) + 1):
            read = len(next(lengths)[1])
            at += [end] * (read + 1 - len(at))
        places[text] = at
    return places
