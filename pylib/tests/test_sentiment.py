"""Sentiment of texts: learnt from few sentences, and asked of what people really send."""

import time

import numpy as np
import pandas as pd
import pytest
from techco.predictions import sentiment
from techco.predictions.sentiment import Lexicon, balance, score, train
from techco.predictions.texts import MOST_CHARACTERS, Dictionary, words

GOOD = ["I love it, works perfectly", "great product, very happy", "excellent quality, recommend", "so good, thank you"]
BAD = [
    "terrible, it broke at once",
    "bad quality, very disappointed",
    "awful, waste of money",
    "it stopped working, bad",
]
SO_SO = ["it is okay, nothing special", "fine, but slow", "average, could be better", "does the job but feels cheap"]
TEXTS = [*GOOD, *BAD, *SO_SO]
LABELS = ["positive"] * 4 + ["negative"] * 4 + ["neutral"] * 4
LEXICON = Lexicon(
    [
        ("en", "good", "positive"),
        ("en", "happ*", "positive"),
        ("en", "works", "positive"),
        ("en", "complain*", "negative"),
        ("en", "broken", "negative"),
        ("en", "terrible", "negative"),
        ("en", "awful", "negative"),
        ("en", "bad", "negative"),
        ("en", "waste of time", "negative"),
        ("en", "but", "mixed"),
        ("en", "not", "negation"),
        ("de", "gut", "positive"),
        ("de", "kaputt", "negative"),
        ("de", "nicht", "negation"),
    ]
)


def likeliest(model, texts, languages=None) -> list:
    return score(model, texts, languages).idxmax(axis=1).tolist()


def test_texts_are_told_by_words_that_were_read_before():
    model = train(TEXTS, LABELS)
    assert likeliest(model, TEXTS) == LABELS
    assert likeliest(model, ["great quality", "very bad"]) == ["positive", "negative"]


def test_probabilities_add_up_to_one():
    np.testing.assert_allclose(score(train(TEXTS, LABELS), TEXTS).sum(axis=1), 1, atol=2e-4)


def test_a_language_that_was_never_read_is_told_by_its_lexicon():
    model = train(TEXTS * 3, LABELS * 3, ["en"] * 36, LEXICON)
    assert likeliest(model, ["gut", "kaputt"], ["de", "de"]) == ["positive", "negative"]


def test_what_says_nothing_is_neutral():
    assert likeliest(train(TEXTS, LABELS), ["Rechnungsnummer", "Адрес"]) == ["neutral", "neutral"]


def test_neither_the_order_of_texts_nor_another_run_changes_anything():
    order = np.random.default_rng(3).permutation(len(TEXTS))
    once = score(train(TEXTS, LABELS, ["en"] * 12, LEXICON), TEXTS)
    pd.testing.assert_frame_equal(score(train(TEXTS, LABELS, ["en"] * 12, LEXICON), TEXTS), once)
    mixed = train([TEXTS[at] for at in order], [LABELS[at] for at in order], ["en"] * 12, LEXICON)
    pd.testing.assert_frame_equal(score(mixed, TEXTS), once)


def test_any_two_labels_will_do():
    model = train(GOOD + BAD, ["1"] * 4 + ["0"] * 4)
    assert model.labels == ["0", "1"]
    assert likeliest(model, ["very happy, love it", "terrible waste"]) == ["1", "0"]


def test_twice_the_same_text_weighs_as_much_as_two():
    """Equal texts are read once; a label with many of them is no likelier for that."""
    model = train([*TEXTS, *GOOD * 50], [*LABELS, *["positive"] * 200])
    assert likeliest(model, BAD) == ["negative"] * 4


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        ([], []),
        (GOOD, ["positive"] * 4),
        ([None, None], ["positive", "negative"]),
        (["", "?? 12 …"], ["positive", None]),
        (["...", "123", "[name]"], ["positive", "negative", "neutral"]),
    ],
)
def test_nothing_to_tell_apart_gives_no_model(texts, labels):
    assert train(texts, labels) is None


def test_without_a_model_there_is_no_label():
    assert score(None, ["a", None]).shape == (2, 0)


@pytest.mark.parametrize("text", ["", "7", "...", "\x00", "[name] [email]", None, np.nan, pd.NA])
def test_a_text_without_a_word_has_no_sentiment(text):
    assert score(train(TEXTS, LABELS), [text, "great"]).isna().all(axis=1).tolist() == [True, False]


@pytest.mark.parametrize(
    "text", ["a", "é", "字", "ok", "😡", "😍😍😍", "a" * 100_000, "good " * 20_000, "'\u2019-" * 50 + "x", "ﬁ\ud800"]
)
def test_odd_texts_have_one(text):
    found = score(train(TEXTS, LABELS, ["en"] * 12, LEXICON), [text])
    assert found.notna().all(axis=None)


def test_smileys_alone_are_read():
    """Of a text of nothing else, by what smileys mean beside words."""
    texts = [f"{text} {smiley}" for text, smiley in zip(TEXTS, ["😍"] * 4 + ["😡"] * 4 + [""] * 4, strict=True)]
    assert likeliest(train(texts, LABELS), ["😍", "😡😡", "🙂👍", "👎"]) == [
        "positive",
        "negative",
        "positive",
        "negative",
    ]


def test_a_text_counts_as_far_as_it_is_read():
    model = train(TEXTS, LABELS)
    beginning = ("very happy " * MOST_CHARACTERS)[:MOST_CHARACTERS]
    pd.testing.assert_frame_equal(score(model, [beginning + " terrible" * 9999]), score(model, [beginning]))


def test_no_texts_have_no_rows():
    model = train(TEXTS, LABELS)
    assert score(model, []).shape == (0, 3)


def test_a_hundred_thousand_characters_and_thousands_of_texts_take_seconds():
    random = np.random.default_rng(5)
    vocabulary = [f"word{chr(97 + at % 26)}{chr(97 + at // 26 % 26)}{chr(97 + at // 676)}" for at in range(4000)]
    texts = [" ".join(random.choice(vocabulary, 40)) for _ in range(3000)]
    labels = ["positive" if "worda" in text else "negative" for text in texts]
    begun = time.process_time()
    model = train([*texts, "x" * 100_000], [*labels, "negative"])
    score(model, [*texts, "y" * 100_000])
    assert time.process_time() - begun < 60


def test_a_sample_is_taken_of_too_many_texts_and_rare_labels_stay_whole(monkeypatch):
    monkeypatch.setattr(sentiment, "MOST_TEXTS", 30)
    frame = pd.DataFrame({"text": [f"t{at}" for at in range(100)], "label": ["a"] * 95 + ["b"] * 5})
    kept = sentiment.sample(frame)
    assert kept["label"].value_counts().to_dict() == {"a": 25, "b": 5}
    shuffled = sentiment.sample(frame.sample(frac=1, random_state=2))
    assert set(shuffled["text"]) == set(kept["text"])


@pytest.mark.parametrize(
    ("text", "language", "counts"),
    [
        ("Good and happier", "en", (2, 0, 0)),
        ("not good", "en", (0, 1, 0)),
        # Blame that is denied is praise by half; a negation ends with the sentence.
        ("not broken", "en", (0.5, 0, 0)),
        ("Not this. Good", "en", (1, 0, 0)),
        ("not one two three four good", "en", (1, 0, 0)),
        ("good, but a waste of time", "en", (1, 1, 1)),
        ("gut", "en", (0, 0, 0)),
        ("gut", "de", (1, 0, 0)),
        # A language that is not known, or has no entry, is read by all.
        ("gut, good", None, (2, 0, 0)),
        ("gut, good", "sv", (2, 0, 0)),
        ("😍 not 😡", "en", (1.5, 0, 0)),
        ("", "en", (0, 0, 0)),
    ],
)
def test_the_lexicon_counts(text, language, counts):
    assert LEXICON.counts(words(text), language) == counts


def test_balance_is_between_praise_and_blame():
    texts = ["good good broken", "broken", "", None]
    assert balance(LEXICON, texts, ["en"] * 4).round(4).tolist() == [0.3333, -1, 0, 0]


@pytest.mark.parametrize("entry", ["", "*", "a* b", "one two three four", "* *"])
def test_a_seed_word_that_can_never_be_found_is_refused(entry):
    with pytest.raises(ValueError, match="expected one to 3 words"):
        Dictionary([("en", entry, 0)])


def test_a_meaning_that_is_none_is_refused():
    with pytest.raises(ValueError, match="means 'nice': expected one of positive, negative"):
        Lexicon([("en", "good", "nice")])


def test_words_are_parted_and_redacted_values_left_out():
    assert words("Don\u2019t call [name], it's  über-gut!\n2 😍") == [
        "don't",
        "call",
        ".",
        "it's",
        "über-gut",
        "!",
        ".",
        "😍",
    ]
