"""Words that tell of a theme or a sentiment; how they are found is in pylib/techco/predictions/voice.py."""

from techco.predictions.frames import from_pandas, to_pandas
from techco.predictions.voice import tell


def model(dbt, session):
    """What dbt calls on either engine."""
    documents = to_pandas(dbt.ref("agg_text__documents"))
    themes = to_pandas(dbt.ref("voice_themes"))
    return from_pandas(tell(documents, themes), session)
