"""How content people are, told from what they wrote: a linear classifier of texts in any language.

`train(texts, labels)` learns from texts whose label is known, such as reviews with stars, and gives a model;
`score(model, texts)` gives the probability of each label for other texts. Both take thousands of texts in seconds, need
to know neither the language nor any word of it, and say the same of the same texts in whatever order.

Features are words, pairs of words and parts of words (character n-grams), hashed and weighed by TF-IDF, and cues that
mean the same in all languages: smileys, ! and ?, and, where a lexicon is given, words of praise and of blame, hedges
and negations. The classifier is logistic regression. It learns each text twice, the second time by its cues alone, so
that it knows what they are worth by themselves: a text in a language, or about a matter, that it has never read is told
by them. One that gives no cue is neutral.

Linear models of n-grams as a baseline that is hard to beat: Wang and Manning, "Baselines and Bigrams: Simple, Good
Sentiment and Topic Classification", 2012. Character n-grams across languages: Cavnar and Trenkle, "N-Gram-Based Text
Categorization", 1994.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from techco.predictions.texts import MOST_CHARACTERS, PAUSE, Dictionary, spoken, words

NEUTRAL = "neutral"
# More different texts than these make training longer and hardly better. So many are scored at once, to bound memory.
MOST_TEXTS, CHUNK = 20_000, 20_000
BUCKETS = 2**18
# Inverse of the penalty. A copy of which only the cues are seen counts as much as the text itself, and all those that
# say nothing, together, as a twentieth of the texts.
STRENGTH, CUES_ALONE, SAYS_NOTHING = 16.0, 1.0, 0.05
# A negation turns round what follows within so many words, up to the next pause: "não tenho do que reclamar" has four.
REACH = 4
DIGITS = 4

PLEASED = frozenset("😍🥰😊🙂😀😃😄😁🤩👍🙏🎉🚀🔥⭐🌟💯❤💚💙👏😎🙌✨😻💪")
ANGRY = frozenset("😡😠😤😕😞😢😭👎💔🤬😒🙄😩😫😖😣☹🙁😔🤮💩")
MEANINGS = ("positive", "negative", "mixed", "negation")
POSITIVE, NEGATIVE, MIXED, NEGATION = (1 << place for place in range(len(MEANINGS)))

WORDS = HashingVectorizer(
    analyzer=lambda said: [*said, *map(" ".join, pairwise(said))],
    n_features=BUCKETS,
    alternate_sign=False,
    norm=None,
)
PARTS = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), n_features=BUCKETS, alternate_sign=False, norm=None)


class Lexicon:
    """Words that praise, blame, hedge or negate, by language."""

    def __init__(self, entries: Iterable[tuple[str, str, str]] = ()):
        """`entries`: language, word as in Dictionary, and one of MEANINGS."""
        numbered = []
        for language, word, meaning in entries:
            if meaning not in MEANINGS:
                raise ValueError(
                    f"sentiment word {word!r} ({language}) means {meaning!r}: expected one of {', '.join(MEANINGS)}"
                )
            numbered.append((language, word, MEANINGS.index(meaning)))
        self.dictionary = Dictionary(numbered)

    def counts(self, said: Sequence[str], language: str | None) -> tuple[float, float, int]:
        """How much of a text praises, blames and hedges; after a negation praise is blame, and blame half a praise."""
        praise = blame = 0.0
        hedges, negated = 0, -REACH - 1
        for at, bits, is_phrase in self.dictionary.find(said, language):
            word = said[at]
            if bits & NEGATION:
                negated = at
            elif word in (PAUSE, "!", "?"):
                negated = -REACH - 1
            turned = not is_phrase and 0 < at - negated <= REACH
            if bits & POSITIVE or word in PLEASED:
                praise, blame = praise + (not turned), blame + turned
            if bits & NEGATIVE or word in ANGRY:
                praise, blame = praise + turned / 2, blame + (not turned)
            hedges += bool(bits & MIXED)
        return praise, blame, hedges


NO_LEXICON = Lexicon()


@dataclass(frozen=True)
class Model:
    """What was learnt.

    `rarity` and `kept`: of all buckets of words and of parts of words, and which of them are known. `weights`, of shape
    (labels, known buckets and cues), and `offsets`: the regression.
    """

    labels: list[str]
    lexicon: Lexicon
    rarity: list[np.ndarray]
    kept: list[np.ndarray]
    cue_mean: np.ndarray
    cue_deviation: np.ndarray
    weights: np.ndarray
    offsets: np.ndarray

    def scaled(self, cues: np.ndarray) -> sparse.csr_matrix:
        """Cues in standard deviations from their mean."""
        return sparse.csr_matrix((cues - self.cue_mean) / self.cue_deviation)


def train(
    texts: Iterable[str | None],
    labels: Iterable[str | None],
    languages: Iterable[str | None] | None = None,
    lexicon: Lexicon = NO_LEXICON,
) -> Model | None:
    """Learn from texts with labels; None where fewer than two labels have a text, as there is nothing to tell apart.

    `languages` (codes) and `lexicon` help with languages and matters of which there are few texts or none, and may be
    left out. Texts without a word and those without a label are passed over. Of more than MOST_TEXTS different ones a
    sample is taken, the same each time, in which rare labels stay whole.
    """
    frame = pd.DataFrame({"text": list(texts), "label": list(labels)}, dtype=object)
    frame["language"] = "" if languages is None else list(languages)
    frame = frame.dropna(subset=["text", "label"]).fillna({"language": ""})
    if frame["label"].nunique() < 2:
        return None
    frame["text"] = frame["text"].str[:MOST_CHARACTERS]
    frame = sample(frame.groupby(["text", "label", "language"]).size().rename("count").reset_index())
    said = [words(text) for text in frame["text"]]
    frame, said = frame[[bool(spoken(each)) for each in said]], [each for each in said if spoken(each)]
    found = sorted(frame["label"].unique())
    if len(found) < 2:
        return None
    counts = bucket_counts(said)
    rarity = [inverse_frequency(each) for each in counts]
    # A bucket of one text tells nothing of others, where there are others.
    kept = [np.flatnonzero(each.getnnz(axis=0) > (len(said) > 100)) for each in counts]
    cues = cues_of(said, frame["language"], lexicon)
    grams = sparse.hstack([weighed(*each) for each in zip(counts, rarity, kept, strict=True)]).tocsr()
    model = Model(
        labels=found,
        lexicon=lexicon,
        rarity=rarity,
        kept=kept,
        cue_mean=cues.mean(axis=0),
        cue_deviation=np.maximum(cues.std(axis=0), 1e-6),
        weights=np.zeros((len(found), grams.shape[1] + cues.shape[1])),
        offsets=np.zeros(len(found)),
    )
    fit(model, grams, cues, frame)
    return model


def fit(model: Model, grams: sparse.csr_matrix, cues: np.ndarray, frame: pd.DataFrame) -> None:
    """Fill in the weights; all labels count alike, however many texts they have."""
    hidden = sparse.csr_matrix(grams.shape)
    rows = [sparse.hstack([grams, model.scaled(cues)]), sparse.hstack([hidden, model.scaled(cues)])]
    answers = [frame["label"].to_numpy()] * 2
    by_label = frame.groupby("label")["count"].transform("sum").to_numpy(dtype=float)
    importance = frame["count"].to_numpy(dtype=float) * frame["count"].sum() / len(model.labels) / by_label
    weights = [importance, CUES_ALONE * importance]
    if NEUTRAL in model.labels:
        rows.append(sparse.hstack([hidden[:1], model.scaled(cues_of([[]], [""], model.lexicon))]))
        answers.append(np.array([NEUTRAL], dtype=object))
        weights.append(np.array([SAYS_NOTHING * importance.sum()]))
    # One thread adds in one order, so that no last bit differs between two builds.
    with threadpool_limits(1):
        regression = LogisticRegression(C=STRENGTH, tol=1e-3, max_iter=500).fit(
            sparse.vstack(rows).tocsr(), np.concatenate(answers), sample_weight=np.concatenate(weights)
        )
    # Of two labels it gives the second one's odds only.
    model.weights[-len(regression.coef_) :] = regression.coef_
    model.offsets[-len(regression.intercept_) :] = regression.intercept_


def score(
    model: Model | None, texts: Iterable[str | None], languages: Iterable[str | None] | None = None
) -> pd.DataFrame:
    """The probability of each label, of shape (texts, labels), as if all labels were equally frequent.

    Nan for a text without a word or smiley. Without a model there is no label, so there are no columns.
    """
    frame = pd.DataFrame({"text": list(texts)}, dtype=object)
    frame["language"] = "" if languages is None else list(languages)
    frame = frame.fillna("")
    if model is None:
        return pd.DataFrame(index=frame.index)
    frame["text"] = frame["text"].str[:MOST_CHARACTERS]
    different = frame.drop_duplicates(ignore_index=True)
    parts = [probabilities(model, different.iloc[at : at + CHUNK]) for at in range(0, len(different), CHUNK)]
    found = pd.DataFrame(np.vstack([np.zeros((0, len(model.labels))), *parts]), columns=model.labels)
    return frame.merge(pd.concat([different, found], axis=1), how="left", on=["text", "language"])[model.labels]


def probabilities(model: Model, frame: pd.DataFrame) -> np.ndarray:
    """Of texts, of shape (texts, labels)."""
    said = [words(text) for text in frame["text"]]
    grams = [weighed(*each) for each in zip(bucket_counts(said), model.rarity, model.kept, strict=True)]
    cues = model.scaled(cues_of(said, frame["language"], model.lexicon))
    sums = sparse.hstack([*grams, cues]).tocsr() @ model.weights.T + model.offsets
    odds = np.exp(sums - sums.max(axis=1, keepdims=True))
    result: np.ndarray = (odds / odds.sum(axis=1, keepdims=True)).round(DIGITS)
    result[[not spoken(each) for each in said]] = np.nan
    return result


def balance(lexicon: Lexicon, texts: Iterable[str | None], languages: Iterable[str | None]) -> np.ndarray:
    """Praise less blame of each text, from -1 to 1, by the lexicon alone; 0 for a text with neither."""
    known: dict[tuple[str, str | None], float] = {}
    found = []
    for text, language in zip(texts, languages, strict=True):
        if not isinstance(text, str):
            found.append(0.0)
            continue
        if (text, language) not in known:
            praise, blame, _ = lexicon.counts(words(text), language)
            known[text, language] = (praise - blame) / (praise + blame) if praise + blame else 0.0
        found.append(known[text, language])
    return np.array(found, dtype=float)


def cues_of(said: Sequence[Sequence[str]], languages: Iterable[str | None], lexicon: Lexicon) -> np.ndarray:
    """What means the same in all languages, of shape (texts, cues)."""
    rows = []
    for each, language in zip(said, languages, strict=True):
        praise, blame, hedges = lexicon.counts(each, language)
        amounts = (np.log1p(praise), np.log1p(blame), np.log1p(hedges), (praise - blame) / (praise + blame + 1))
        rows.append((*amounts, praise > 0 < blame, praise + blame + hedges == 0, "!" in each, "?" in each))
    return np.array(rows, dtype=float).reshape(len(rows), 8)


def sample(frame: pd.DataFrame) -> pd.DataFrame:
    """At most MOST_TEXTS rows, chosen by a hash of the text; all labels are cut to one size, so a rare one stays."""
    if len(frame) <= MOST_TEXTS:
        return frame
    drawn = pd.util.hash_pandas_object(frame["text"], index=False)
    place = drawn.groupby(frame["label"]).rank(method="first")
    return frame.loc[place.sort_values(kind="stable").index[:MOST_TEXTS].sort_values()]


def bucket_counts(said: Sequence[Sequence[str]]) -> list[sparse.csr_matrix]:
    """How often each text has each bucket of words and pairs of words, and each of parts of words."""
    texts = [spoken(each) for each in said]
    # Parts do not reach over words, so each word is taken apart once.
    vocabulary: dict[str, int] = {}
    places = [vocabulary.setdefault(word, len(vocabulary)) for text in texts for word in text]
    if not places:
        return [sparse.csr_matrix((len(texts), BUCKETS))] * 2
    ends = np.cumsum([0, *map(len, texts)])
    by_word = sparse.csr_matrix((np.ones(len(places)), places, ends), shape=(len(texts), len(vocabulary)))
    return [WORDS.transform(texts), by_word @ PARTS.transform(vocabulary)]


def inverse_frequency(counts: sparse.csr_matrix) -> np.ndarray:
    """How rare each bucket is among texts; one that no text has is rarest."""
    rarity: np.ndarray = np.log((1 + counts.shape[0]) / (1 + counts.getnnz(axis=0))) + 1
    return rarity


def weighed(counts: sparse.csr_matrix, rarity: np.ndarray, kept: np.ndarray) -> sparse.csr_matrix:
    """TF-IDF of the known buckets, of length 1 with the unknown ones: a text that is little known weighs little."""
    weights = counts.astype(float)
    weights.data = (1 + np.log(weights.data)) * rarity[weights.indices]
    length = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.maximum(length, 1e-12)) @ weights).tocsc()[:, kept].tocsr()
