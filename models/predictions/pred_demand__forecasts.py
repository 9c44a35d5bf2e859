"""Demand of the weeks to come; how it is forecast is in pylib/techco/predictions/demand_forecast.py."""

from techco.predictions.demand_forecast import forecast
from techco.predictions.frames import from_pandas, to_pandas


def model(dbt, session):
    """What dbt calls on either engine."""
    demand = to_pandas(dbt.ref("agg_inventory__weekly_demand"))
    seasons = to_pandas(dbt.ref("sales_seasons"))
    return from_pandas(forecast(demand, seasons), session)
