"""`python -m tools.benchmarks.redaction`: what is found in three kinds of text; exit code 1 for a rate too low."""

import argparse
from pathlib import Path

from techco.settings import landing_folder, warehouse_file

from tools.benchmarks.evidence import ROOT, save
from tools.benchmarks.redaction.macro import compiled, found_by_macro
from tools.benchmarks.redaction.scoring import score
from tools.benchmarks.redaction.spellings import KNOWN_ID, spellings
from tools.benchmarks.redaction.texts import generated, simulated

RECALL, PRECISION = 0.99, 0.95
# Of texts in people's spellings, those held out too.
SPELT_RECALL, SPELT_PRECISION = 0.97, 0.97


def main() -> int:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--landing", type=Path, default=landing_folder(ROOT))
    parser.add_argument("--warehouse", type=Path, default=warehouse_file(ROOT), help="built of the landing zone")
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
        by_kind = score(texts, spans)
        results[corpus] = {"texts": len(texts), "microseconds_a_text": round(microseconds), "by_kind": by_kind}
        for kind, rates in by_kind.items():
            print(f"{corpus:10}{kind:13}{rates['hidden']:6} recall {rates['recall']} precision {rates['precision']}")
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


raise SystemExit(main())
