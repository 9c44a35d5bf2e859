"""Customers in clusters of like behaviour; how they are found is in pylib/techco/predictions/customer_clusters.py."""

from techco.predictions.customer_clusters import cluster_customers
from techco.predictions.frames import from_pandas, to_pandas


def model(dbt, session):
    """What dbt calls on either engine."""
    behaviour = to_pandas(dbt.ref("agg_customer__behaviour"))
    currencies = behaviour[["customer_key", "currency_code"]]
    return from_pandas(cluster_customers(behaviour).merge(currencies, on="customer_key"), session)
