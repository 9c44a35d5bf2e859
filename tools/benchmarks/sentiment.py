"""Hold the sentiment of texts against what the simulator hides: `python -m tools.benchmarks.sentiment`.

Of a warehouse that was built of a simulated landing zone: macro F1 of what pred_text__readings says, against the mood
that writers were in, by source, beside the lexicon and the best that anybody could say who reads the same texts; of
reviews and survey comments those alone that the model has not seen. And the same of the reviews of each language by a
model that has not learnt from any text of it. Exit code 1 where less than 0.9 of the best is reached.

With --reviews FILE (CSV) and the names of the columns of texts and labels, the same code learns from four of five rows
of that file and is tested on the others: area under the curve, where there are two labels.
"""

import argparse
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from sklearn.metrics import f1_score, roc_auc_score
from techco.predictions.frames import to_pandas
from techco.predictions.sentiment import Lexicon, score, train
from techco.settings import landing_folder, warehouse_file

from tools.benchmarks.evidence import ROOT, save
from tools.simulator.emit.answers import answers_folder

LEAST_OF_BEST = 0.9
TEST_FOLDS = 5


def main() -> int:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--landing", type=Path, default=landing_folder(ROOT))
    parser.add_argument("--warehouse", type=Path, default=warehouse_file(ROOT), help="built of the landing zone")
    parser.add_argument("--reviews", type=Path, help="measure on this CSV file instead")
    parser.add_argument("--text-columns", nargs="+", default=["Title", "Review Text"])
    parser.add_argument("--label-column", default="Recommended IND")
    chosen = parser.parse_args()
    if chosen.reviews:
        print(public_reviews(chosen.reviews, chosen.text_columns, chosen.label_column))
        return 0
    with duckdb.connect(str(chosen.warehouse), read_only=True) as warehouse:
        texts = hidden_texts(warehouse, chosen.landing)
        lexicon = Lexicon(warehouse.execute("select * from reference.sentiment_words order by all").fetchall())
    results = {"by_source": by_source(texts), "language_held_apart": held_apart(texts, lexicon)}
    missed = [
        f"{name} {row['of']}: {row['macro_f1']} of {row['best']}"
        for name, rows in results.items()
        for row in rows
        if row["macro_f1"] < LEAST_OF_BEST * row["best"]
    ]
    for name, rows in results.items():
        print(name, pd.DataFrame(rows).to_string(index=False), sep="\n")
    print(*(f"NOT REACHED: {what}" for what in missed), sep="\n")
    save("sentiment", results | {"not_reached": missed})
    return int(bool(missed))


def hidden_texts(warehouse: duckdb.DuckDBPyConnection, landing: Path) -> pd.DataFrame:
    """A row per text: what was read in it, and what its writer felt."""
    relation = warehouse.sql(
        """
        select documents.*, readings.* exclude (document_id), hidden.sentiment as felt
        from intermediate.agg_text__documents as documents
        inner join intermediate.pred_text__readings as readings using (document_id)
        left join core.fct_ticket_message as openings
            on documents.document_source = 'ticket' and documents.source_id = openings.ticket_id
        inner join read_parquet($answers) as hidden
            on hidden.key = coalesce(openings.message_id, documents.source_id)
            and hidden.source = case documents.document_source
                when 'review' then 'reviews' when 'survey' then 'surveys' when 'ticket' then 'support' else 'social' end
        where documents.document_text is not null
        order by document_id
        """,
        params={"answers": str(answers_folder(landing) / "texts.parquet")},
    )
    return to_pandas(relation)


def by_source(texts: pd.DataFrame) -> list[dict]:
    """Of each source, and of those texts of it that the model has not seen."""
    unseen = texts[texts["rated_sentiment"].isna() | texts["is_held_out"].astype(bool)]
    rows = [{"of": source} | judged(part, part["sentiment"]) for source, part in unseen.groupby("document_source")]
    everything = texts[texts["document_source"] == "survey"]
    return [*rows, {"of": "survey, seen ones too"} | judged(everything, everything["sentiment"])]


def held_apart(texts: pd.DataFrame, lexicon: Lexicon) -> list[dict]:
    """Of the reviews of each language, by a model that learnt from rated texts of all others."""
    rows = []
    rated = texts.dropna(subset=["rated_sentiment"])
    for language, part in rated[rated["document_source"] == "review"].groupby("language_code"):
        others = rated[rated["language_code"] != language]
        columns = [others[name].astype(object) for name in ("document_text", "rated_sentiment", "language_code")]
        said = score(
            train(*columns, lexicon), part["document_text"].astype(object), part["language_code"].astype(object)
        )
        rows.append({"of": language} | judged(part, said.idxmax(axis=1).set_axis(part.index)))
    return rows


def judged(texts: pd.DataFrame, said: pd.Series) -> dict:
    """Macro F1 over the moods that there are: of what was said, of the lexicon, of the likeliest mood of each text."""
    moods = sorted(texts["felt"].unique())
    likeliest = texts.groupby("document_text")["felt"].agg(lambda felt: felt.value_counts().sort_index().idxmax())
    answers = {
        "macro_f1": said.fillna("unread"),
        "lexicon": texts["lexicon_sentiment"],
        "best": texts["document_text"].map(likeliest),
    }
    figures = {
        name: round(float(f1_score(texts["felt"].astype(str), answer.astype(str), labels=moods, average="macro")), 4)
        for name, answer in answers.items()
    }
    return {"texts": len(texts)} | figures


def public_reviews(file: Path, text_columns: list[str], label_column: str) -> dict:
    """Learn from four of five reviews of a file, and tell the others."""
    rows = pd.read_csv(file).dropna(subset=[label_column])
    if unknown := {*text_columns, label_column} - {*rows.columns}:
        sys.exit(f"{file} has no column {', '.join(sorted(unknown))}; it has {', '.join(rows.columns)}.")
    texts = rows[text_columns].fillna("").agg(". ".join, axis=1)
    rows, texts = rows[texts.str.contains(r"\w")], texts[texts.str.contains(r"\w")]
    labels = rows[label_column].astype(str)
    tested = np.random.default_rng(1).permutation(len(rows)) % TEST_FOLDS == 0
    said = score(train(texts[~tested], labels[~tested]), texts[tested]).fillna(0.5)
    truth, found = labels[tested].to_numpy(), said.idxmax(axis=1).to_numpy()
    result = {"learnt": int((~tested).sum()), "tested": int(tested.sum())}
    result["macro_f1"] = round(float(f1_score(truth, found, average="macro")), 4)
    if said.shape[1] == 2:
        result["auc"] = round(float(roc_auc_score(truth == said.columns[1], said.iloc[:, 1])), 4)
    return result


if __name__ == "__main__":
    raise SystemExit(main())
