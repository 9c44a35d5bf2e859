"""What customers say: sentiment and theme of each text, and the words that tell of them.

Sentiment is told by a model (sentiment.py) that learns from rated texts, four of five, and is tested on the others;
equal texts are on one side, so that no text is tested that was seen. Themes are told by the words of a seed. Which
other words tell of a theme or a sentiment is found: those that stand in its texts far more often than in others of the
language, by log-odds with a prior (Monroe, Colaresi and Quinn, "Fightin' Words", Political Analysis 16, 2008).
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from techco.predictions.sentiment import DIGITS, Lexicon, balance, score, train
from techco.predictions.texts import Dictionary, spoken, words

SENTIMENTS = ("negative", "neutral", "positive")
# One of so many rated texts is held out. With fewer rated texts, or fewer of a second sentiment, nothing is learnt.
FOLDS, LEAST_RATED, LEAST_OF_SENTIMENT = 5, 50, 5
OTHER, NO_TEXT = "other", "none"
# A word tells from so many texts, so that it is no one person's, and this score on; of each class the first ones.
LEAST_TEXTS, LEAST_SCORE, MOST_WORDS = 10, 3.0, 12
LEAST_LETTERS, PRIOR_WORDS = 3, 500.0


def read(documents: pd.DataFrame, sentiment_words: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    """One row per document, of document_id, language_code, document_text and rated_sentiment.

    `sentiment_words`: language_code, word, meaning. `themes`: theme, language_code, word.
    Sentiment and probabilities are null for a text without a word, and for all where too little is rated to learn from.
    """
    rows = documents.sort_values("document_id", ignore_index=True)
    lexicon = Lexicon(sorted_rows(sentiment_words, ["language_code", "word", "meaning"]))
    texts, languages = rows["document_text"].astype(object).where(rows["document_text"].notna(), None), codes(rows)
    held_out = rows["rated_sentiment"].notna() & is_held_out(texts)
    learnt = rows["rated_sentiment"].notna() & ~held_out & texts.notna()
    ratings = rows["rated_sentiment"][learnt].astype(object)
    is_enough = len(ratings) >= LEAST_RATED and (ratings.value_counts() >= LEAST_OF_SENTIMENT).sum() >= 2
    model = train(texts[learnt], ratings, languages[learnt], lexicon) if is_enough else None
    found = score(model, texts, languages).reindex(columns=SENTIMENTS).astype("float64")
    readable = found.notna().any(axis=1)
    found = found.mask(readable, found.fillna(0))
    likeliest = pd.Series(pd.NA, index=rows.index, dtype="string")
    likeliest[readable] = found[readable].idxmax(axis=1).to_numpy()
    praise = balance(lexicon, texts, languages).round(DIGITS)
    return pd.DataFrame(
        {
            "document_id": rows["document_id"],
            "sentiment": likeliest,
            **{f"{name}_probability": found[name] for name in SENTIMENTS},
            "lexicon_sentiment": pd.Series(np.array(SENTIMENTS)[np.sign(praise).astype(int) + 1], dtype="string"),
            "lexicon_balance": praise,
            "is_held_out": held_out.astype("boolean"),
            "theme": themes_of(texts, languages, themes),
        }
    )


def tell(documents: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    """The words that tell of a theme, and of a sentiment as texts are rated, by language: one row each.

    Themes are those of the seed's words; `is_seed` marks these. Words of sentiment are found in rated texts.
    """
    texts = documents.dropna(subset=["document_text"]).sort_values("document_id", ignore_index=True)
    texts["language_code"] = codes(texts)
    texts = texts.drop_duplicates(["document_text", "language_code"], ignore_index=True)
    names, dictionary = theme_dictionary(themes)
    said = [words(text) for text in texts["document_text"]]
    themes_said = [first_theme(*each, dictionary, names) for each in zip(said, texts["language_code"], strict=True)]
    kinds = {"theme": pd.Series(themes_said, dtype=object), "sentiment": texts["rated_sentiment"].astype(object)}
    different = [sorted({word for word in spoken(each) if len(word) >= LEAST_LETTERS}) for each in said]
    listed = pd.DataFrame({"language_code": texts["language_code"], "word": pd.Series(different, dtype=object)})
    parts = []
    for kind, classes in kinds.items():
        rows = listed.assign(class_name=classes).explode("word").dropna(subset=["class_name", "word"])
        found = telling_words(rows)
        parts.append(found[found["class_name"] != OTHER].assign(kind=kind))
    result = pd.concat(parts, ignore_index=True)
    result["is_seed"] = [
        kind == "theme" and bool(dictionary.meaning(language, word) >> names.index(name) & 1)
        for kind, name, language, word in result[["kind", "class_name", "language_code", "word"]].itertuples(
            index=False
        )
    ]
    types = dict.fromkeys(("kind", "class_name", "language_code", "word"), "string")
    types |= {"text_count": "int64", "telling_score": "float64", "is_seed": "boolean"}
    return result.astype(types)[[*types]]


def telling_words(rows: pd.DataFrame) -> pd.DataFrame:
    """Words that tell of a class, with score and number of texts; `rows`: language_code, class_name, word of a text."""
    known = rows.groupby(["language_code", "class_name", "word"]).size().rename("text_count").reset_index()
    of_word = known.groupby(["language_code", "word"])["text_count"].transform("sum")
    of_class = known.groupby(["language_code", "class_name"])["text_count"].transform("sum")
    of_all = known.groupby("language_code")["text_count"].transform("sum")
    prior = PRIOR_WORDS * of_word / of_all
    here, there = known["text_count"] + prior, of_word - known["text_count"] + prior
    odds = np.log(here / (of_class + PRIOR_WORDS - here)) - np.log(there / (of_all - of_class + PRIOR_WORDS - there))
    known["telling_score"] = (odds / np.sqrt(1 / here + 1 / there)).round(2)
    known = known[(known["text_count"] >= LEAST_TEXTS) & (known["telling_score"] >= LEAST_SCORE)]
    order = ["language_code", "class_name", "telling_score", "word"]
    known = known.sort_values(order, ascending=[True, True, False, True])
    return known.groupby(["language_code", "class_name"]).head(MOST_WORDS)


def themes_of(texts: pd.Series, languages: pd.Series, themes: pd.DataFrame) -> pd.Series:
    """The theme of each text; OTHER where no word of the seed is in it, NO_TEXT for one without a word."""
    names, dictionary = theme_dictionary(themes)
    different = pd.DataFrame({"text": texts, "language": languages}).drop_duplicates()
    known = {
        (text, language): first_theme(said, language, dictionary, names) if spoken(said := words(text)) else NO_TEXT
        for text, language in different.dropna().itertuples(index=False)
    }
    answers = [known.get((text, language), NO_TEXT) for text, language in zip(texts, languages, strict=True)]
    return pd.Series(answers, index=texts.index, dtype="string")


def theme_dictionary(themes: pd.DataFrame) -> tuple[list[str], Dictionary]:
    """The names of themes, and their words."""
    names = sorted(themes["theme"].unique())
    entries = sorted_rows(themes, ["language_code", "word", "theme"])
    return names, Dictionary((language, word, names.index(theme)) for language, word, theme in entries)


def first_theme(said: list[str], language: str, dictionary: Dictionary, names: list[str]) -> str:
    """The theme of most words; of equals the one that is named first."""
    counts: dict[int, int] = {}
    for _, bits, _ in dictionary.find(said, language):
        for place in range(bits.bit_length()):
            if bits >> place & 1:
                counts[place] = counts.get(place, 0) + 1
    return names[max(counts, key=lambda place: counts[place])] if counts else OTHER


def is_held_out(texts: pd.Series) -> pd.Series:
    """Whether a text is one to be tested on: by a hash of it, the same wherever and whenever it is asked."""
    drawn = pd.util.hash_array(texts.fillna("").to_numpy(dtype=object), categorize=True)
    return pd.Series(drawn % np.uint64(FOLDS) == 0, index=texts.index)


def codes(rows: pd.DataFrame) -> pd.Series:
    """Codes of languages; empty where not known."""
    return rows["language_code"].astype(object).where(rows["language_code"].notna(), "")


def sorted_rows(frame: pd.DataFrame, columns: list[str]) -> Iterable[tuple[str, str, str]]:
    """The rows of some columns, in one order."""
    return frame[columns].astype(str).sort_values(columns).itertuples(index=False, name=None)
