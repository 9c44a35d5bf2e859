"""Which values of which series are outside their range; how that is found is in pylib/techco/predictions/alerts.py."""

from techco.predictions.alert_series import judge
from techco.predictions.frames import from_pandas, to_pandas


def model(dbt, session):
    """What dbt calls on either engine."""
    kpis = to_pandas(dbt.ref("agg_kpi__daily_values"))
    mentions = to_pandas(dbt.ref("agg_mention__hourly_counts"))
    counts = to_pandas(dbt.ref("agg_signal__daily_counts"))
    ratios = to_pandas(dbt.ref("agg_signal__daily_ratios"))
    false_alarms = float(dbt.config.meta_get("false_alarms_per_month"))
    least_events = float(dbt.config.meta_get("least_events"))
    return from_pandas(judge(kpis, mentions, counts, ratios, false_alarms, least_events), session)
