"""`python -m tools.benchmarks.redaction`: what is found in three kinds of text; exit code 1 for a rate too low."""

import argparse
import os
from pathlib import Path

from tools.benchmarks.evidence import ROOT, save
from tools.benchmarks.redaction.macro import compiled, found_by_macro
from tools.benchmarks.redaction.presidio import at_least, found_by_presidio
from tools.benchmarks.redaction.scoring import score
from tools.benchmarks.redaction.spellings import KNOWN_ID, spellings
from tools.benchmarks.redaction.texts import generated, simulated

RECALL, PRECISION = 0.99, 0.95
# Of texts in people's spellings, those held out too.
SPELT_RECALL, SPELT_PRECISION = 0.97, 0.97
# Presidio leaves it to its user from which score on something counts: for each kind the best one for it is taken.
SCORES = (0.01, 0.3, 0.4, 0.5, 0.6)


def main() -> int:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--landing", type=Path, default=Path(os.environ.get("TECHCO_LANDING", ROOT / "landing")))
    warehouse = Path(os.environ.get("TECHCO_WAREHOUSE", ROOT / "warehouse" / "techco.duckdb"))
    parser.add_argument("--warehouse", type=Path, default=warehouse, help="built of the landing zone")
    parser.add_argument("--per-locale", type=int, default=5_000, help="texts in Faker's formats (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    query = compiled()
    corpora = {
        "simulator": simulated(chosen.landing, chosen.warehouse),
        "faker": generated(chosen.per_locale, chosen.seed),
    }
    results, too_low = {}, []
    for corpus, texts in corpora.items():
        spans, microseconds = found_by_macro(query, texts)
        ours = {"microseconds_a_text": round(microseconds), "by_kind": score(texts, spans)}
        spans, microseconds = found_by_presidio(texts)
        by_score = {least: score(texts, at_least(spans, least)) for least in SCORES}
        theirs = {
            "microseconds_a_text": round(microseconds),
            "by_kind": {kind: best(by_score, kind) for kind in ours["by_kind"]},
        }
        results[corpus] = {"texts": len(texts), "redact_text": ours, "presidio": theirs}
        for kind, rates in ours["by_kind"].items():
            other = theirs["by_kind"][kind]
            print(
                f"{corpus:10}{kind:13}{rates['hidden']:6} recall {rates['recall']} precision {rates['precision']}"
                f"  presidio {other['recall']} {other['precision']}"
            )
            if rates["hidden"] and (rates["recall"] < RECALL or (rates["precision"] or 1) < PRECISION):
                too_low.append(f"{corpus} {kind}")
    for held_out in (False, True):
        corpus = f"spellings, {'held out' if held_out else 'tuned on'}"
        results[corpus] = rates = spelt(query, held_out)
        both = rates["by_kind"]["all"]
        print(
            f"{corpus}: recall {both['recall']} precision {both['precision']}, "
            f"{rates['left_as_they_were']} of {rates['texts_to_stay']} texts that hide nothing are left as they were"
        )
        if both["recall"] < SPELT_RECALL or both["precision"] < SPELT_PRECISION:
            too_low.append(corpus)
    save("redaction", {"seed": chosen.seed, "corpora": results, "too_low": too_low})
    return 1 if too_low else 0


def spelt(query: str, held_out: bool) -> dict:
    """The rates of one half of the texts in people's spellings."""
    texts = [told.text for told in spellings() if told.held_out == held_out]
    spans, microseconds = found_by_macro(query, texts, KNOWN_ID)
    stay = [found for text, found in zip(texts, spans, strict=True) if not text.hidden]
    return {
        "texts": len(texts),
        "texts_to_stay": len(stay),
        "left_as_they_were": sum(not found for found in stay),
        "microseconds_a_text": round(microseconds),
        "by_kind": score(texts, spans),
    }


def best(by_score: dict[float, dict], kind: str) -> dict:
    """The rates of a kind at the score that is best for it."""
    least = max(by_score, key=lambda least: harmonic(by_score[least][kind]))
    return {"least_score": least} | by_score[least][kind]


def harmonic(rates: dict) -> float:
    """Both rates in one."""
    recall, precision = rates["recall"] or 0, rates["precision"] or 0
    return 2 * recall * precision / (recall + precision) if recall + precision else 0


raise SystemExit(main())
