"""What customers say: frames as Python models get them, of companies that have little or odd texts."""

import numpy as np
import pandas as pd
import pytest
from techco.predictions.voice import NO_TEXT, OTHER, SENTIMENTS, read, tell, telling_words

WORDS = pd.DataFrame(
    [("en", "great", "positive"), ("en", "bad", "negative"), ("de", "gut", "positive")],
    columns=["language_code", "word", "meaning"],
    dtype="string",
)
THEMES = pd.DataFrame(
    [("delivery", "en", "parcel*"), ("delivery", "en", "late"), ("price", "en", "cheap"), ("price", "de", "preis")],
    columns=["theme", "language_code", "word"],
    dtype="string",
)
SAID = {"positive": "great item", "neutral": "okay thing", "negative": "bad piece"}


def documents(rows) -> pd.DataFrame:
    """Of (text, rating) or (text, rating, language)."""
    frame = pd.DataFrame(
        [(*row, "en")[:3] for row in rows], columns=["document_text", "rated_sentiment", "language_code"]
    )
    return frame.assign(document_id=[f"{at:05}" for at in range(len(frame))]).astype("string")


def rated(count: int = 120, sentiments=SENTIMENTS) -> list[tuple]:
    """Texts of which no two are equal, rated in turn."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    chosen = [sentiments[at % len(sentiments)] for at in range(count)]
    return [(f"{SAID[name]} {letters[at % 26]}{letters[at // 26]}x", name) for at, name in enumerate(chosen)]


def test_rated_texts_are_learnt_and_one_of_five_is_held_out():
    found = read(documents(rated()), WORDS, THEMES)
    assert found["sentiment"].tolist() == [name for _, name in rated()]
    assert 10 <= found["is_held_out"].sum() <= 40


def test_neither_the_order_of_rows_nor_another_run_changes_anything():
    rows = documents([*rated(), ("great parcel", None), (None, None)])
    once = read(rows, WORDS, THEMES)
    pd.testing.assert_frame_equal(read(rows, WORDS, THEMES), once)
    shuffled = [frame.sample(frac=1, random_state=4) for frame in (rows, WORDS, THEMES)]
    pd.testing.assert_frame_equal(read(*shuffled), once)
    pd.testing.assert_frame_equal(tell(shuffled[0], shuffled[2]), tell(rows, THEMES))


def test_equal_texts_are_held_out_together():
    rows = documents([("great item", "positive"), ("bad item", "negative"), ("okay", "neutral")] * 40)
    assert read(rows, WORDS, THEMES).groupby(rows["document_text"])["is_held_out"].nunique().max() == 1


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("great", None), ("bad", None)],
        [("great", "positive"), ("bad", "negative")],
        rated(200, ["positive"]),
        [(None, "positive"), (None, "negative")] * 100,
        [*rated(200, ["positive"]), ("bad", "negative")],
    ],
    ids=["none", "no reviews", "too few", "one class", "stars without text", "one of a second class"],
)
def test_too_little_to_learn_from_gives_no_sentiment(rows):
    found = read(documents(rows), WORDS, THEMES)
    assert len(found) == len(rows)
    assert found[["sentiment", *(f"{name}_probability" for name in SENTIMENTS)]].isna().all(axis=None)
    assert found["lexicon_sentiment"].notna().all()


def test_all_companies_have_the_same_columns_and_types():
    types = read(documents(rated()), WORDS, THEMES).dtypes.to_dict()
    assert read(documents([]), WORDS, THEMES).dtypes.to_dict() == types
    assert read(documents([(None, None)]), WORDS, THEMES).dtypes.to_dict() == types
    told = tell(documents(rated()), THEMES)
    assert len(told)
    assert tell(documents([]), THEMES).dtypes.to_dict() == told.dtypes.to_dict()


def test_odd_texts_pass_through():
    odd = ["a", "😡", "x" * 100_000, "", " ", "…", "\x00", None, "[name]"]
    found = read(documents([*rated(), *((text, None) for text in odd)]), WORDS, THEMES)[-len(odd) :]
    assert found["sentiment"].notna().tolist() == [True, True, True, *[False] * 6]
    assert found["theme"].tolist() == [OTHER] * 3 + [NO_TEXT] * 6


def test_one_language_and_texts_without_a_language():
    rows = [(text, name, np.nan) for text, name in rated()]
    found = read(documents(rows), WORDS, THEMES)
    assert found["sentiment"].tolist() == [name for _, name in rated()]
    assert set(tell(documents(rows), THEMES)["language_code"]) <= {""}


def test_the_second_sentiment_may_be_missing():
    found = read(documents(rated(120, ["positive", "negative"])), WORDS, THEMES)
    assert (found["neutral_probability"] == 0).all()
    assert set(found["sentiment"]) == {"positive", "negative"}


def test_a_text_has_the_theme_of_most_words_of_equals_the_first():
    texts = ["cheap", "my parcels: late and cheap", "cheap parcel", "parcel, cheap", "Preis", "nothing", "..."]
    expected = ["price", "delivery", "price", "delivery", OTHER, OTHER, NO_TEXT]
    assert read(documents((text, None) for text in texts), WORDS, THEMES)["theme"].tolist() == expected


def test_words_that_stand_in_texts_of_a_theme_are_told():
    letters = "abcdefghijklmnopqrst"
    rows = [(f"parcel from courier {one}{two}z", None) for one in letters for two in letters[:4]]
    rows += [(f"nice colour {one}{two}z", None) for one in letters for two in letters[:4]]
    told = tell(documents(rows), THEMES)
    assert told[told["class_name"] == "delivery"].set_index("word")["is_seed"].to_dict() == {
        "parcel": True,
        "courier": False,
        "from": False,
    }
    assert told["text_count"].tolist() == [80, 80, 80]


def test_the_score_of_a_word_by_hand():
    """Of 100 words in texts of price 30 are `cheap`, of 300 of delivery 10. The prior of 500 splits as all 400 do."""
    rows = pd.DataFrame(
        [("en", "price", "cheap")] * 30
        + [("en", "price", "rest")] * 70
        + [("en", "delivery", "cheap")] * 10
        + [("en", "delivery", "rest")] * 290,
        columns=["language_code", "class_name", "word"],
    )
    found = telling_words(rows).set_index(["class_name", "word"])["telling_score"]
    here, there = 30 + 50, 10 + 50
    odds = np.log(here / (600 - here)) - np.log(there / (800 - there))
    assert found["price", "cheap"] == round(odds / np.sqrt(1 / here + 1 / there), 2)
