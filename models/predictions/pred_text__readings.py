"""Sentiment and theme of what customers write; how they are told is in pylib/techco/predictions/voice.py."""

from techco.predictions.frames import from_pandas, to_pandas
from techco.predictions.voice import read


def model(dbt, session):
    """What dbt calls on either engine."""
    documents = to_pandas(dbt.ref("agg_text__documents"))
    sentiment_words = to_pandas(dbt.ref("sentiment_words"))
    themes = to_pandas(dbt.ref("voice_themes"))
    return from_pandas(read(documents, sentiment_words, themes), session)
