"""Recall and precision of what a program takes out of texts."""

import re
from collections import Counter
from collections.abc import Iterable

from tools.benchmarks.redaction.texts import FOUND, Text

PLACEHOLDER = re.compile(rf"\[({'|'.join(FOUND)})\]")


def spans_of(before: str, after: str) -> list[tuple[str, int, int]]:
    """(kind, begin, end) of what placeholders stand for; all else is as it was."""
    parts = PLACEHOLDER.split(after)
    found = re.fullmatch("(.+?)".join(map(re.escape, parts[::2])), before, re.DOTALL)
    if found is None:
        raise ValueError(f"more than placeholders has changed: {before!r} became {after!r}")
    return [(kind, *found.span(place)) for place, kind in enumerate(parts[1::2], 1)]


def score(texts: Iterable[Text], found: Iterable[list[tuple[str, int, int]]]) -> dict[str, dict]:
    """By kind: identifiers, how many are covered whole, spans found, and how many of those cover an identifier.

    An identifier counts as found whatever it is called, as it is gone; `named_rightly` are those with the right name.
    A span is right where more of its letters and digits belong to identifiers than do not.
    """
    counts = {kind: Counter() for kind in FOUND}
    for text, spans in zip(texts, found, strict=True):
        for kind, begin, end in text.hidden:
            counts[kind]["hidden"] += 1
            counts[kind]["covered"] += all(
                any(b <= at < e for _, b, e in spans) for at in range(begin, end) if text.text[at].isalnum()
            )
            counts[kind]["named_rightly"] += any(k == kind and b < end and begin < e for k, b, e in spans)
        for kind, begin, end in spans:
            letters = [at for at in range(begin, end) if text.text[at].isalnum()]
            inside = sum(any(b <= at < e for _, b, e in text.hidden) for at in letters)
            counts[kind]["found"] += 1
            counts[kind]["right"] += 2 * inside > len(letters)
    counts["all"] = sum(counts.values(), Counter())
    return {kind: rates(count) for kind, count in counts.items()}


def rates(count: Counter) -> dict:
    """Counts, and the two rates of them; None where there is nothing to count."""
    names = ("hidden", "covered", "named_rightly", "found", "right")
    return {name: count[name] for name in names} | {
        "recall": round(count["covered"] / count["hidden"], 4) if count["hidden"] else None,
        "precision": round(count["right"] / count["found"], 4) if count["found"] else None,
    }
