"""Parameters of the models of repeated purchases; pylib/techco/predictions/customer_outlook.py finds them."""

from techco.predictions.customer_outlook import fit
from techco.predictions.frames import from_pandas, to_pandas


def model(dbt, session):
    """What dbt calls on either engine."""
    features = to_pandas(dbt.ref("agg_customer__features"))
    seasons = to_pandas(dbt.ref("purchase_seasons"))
    return from_pandas(fit(features, seasons), session)
