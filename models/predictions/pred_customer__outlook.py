"""What customers will do next; how it is worked out is in pylib/techco/predictions/customer_outlook.py."""

from techco.predictions.customer_outlook import predict
from techco.predictions.frames import from_pandas, to_pandas


def model(dbt, session):
    """What dbt calls on either engine."""
    features = to_pandas(dbt.ref("agg_customer__features"))
    parameters = to_pandas(dbt.ref("pred_customer__parameters"))
    outcomes = to_pandas(dbt.ref("agg_customer__outcomes"))
    seasons = to_pandas(dbt.ref("purchase_seasons"))
    return from_pandas(predict(features, parameters, outcomes, seasons), session)
