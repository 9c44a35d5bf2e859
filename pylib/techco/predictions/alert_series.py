"""All series that kpi.kpi_alerts follows, each held against its own past by `alerts.verdicts`."""

import numpy as np
import pandas as pd

from techco.predictions.alerts import verdicts

KEYS = ["series_kind", "subject_key", "country_code"]
NUMBERS = ["value", "group_size", "expected_value", "lower_value", "upper_value", "score"]
TEXTS = [*KEYS, "period_kind", "based_on", "unknown_reason"]
DIGITS = 4


def judge(
    kpis: pd.DataFrame,
    mentions: pd.DataFrame,
    counts: pd.DataFrame,
    ratios: pd.DataFrame,
    false_alarms_per_month: float,
    least_events: float,
) -> pd.DataFrame:
    """A verdict on each period of each series of the tables agg_kpi__daily_values to agg_signal__daily_ratios.

    `false_alarms_per_month`: of one series. Fewer events than `least_events` are no alert. Events are looked at in
    their period, and together with those of a day, or two weeks, up to its end.

    Returns a row per series and period, with KEYS, `period_kind` (day or hour), `period_start`, NUMBERS, `is_alert` (NA
    where it is not known), `based_on`, what was expected from, and `unknown_reason`: `no_value`, `small_group` or
    `short_history`.
    """
    names = {
        **dict.fromkeys(["kpi_name", "brand"], "subject_key"),
        **dict.fromkeys(["date_day", "hour_start"], "period_start"),
        **dict.fromkeys(["event_count", "mention_count"], "value"),
        "signal_kind": "series_kind",
    }
    defaults: dict[str, str | float] = {"country_code": "all", "group_size": np.nan, "period_kind": "day"}
    judged = []
    for rows, window in (
        (kpis.assign(series_kind="kpi"), 0),
        (mentions.assign(series_kind="mentions", period_kind="hour"), 24),
        (counts, 14),
        (ratios, 0),
    ):
        rows = rows.rename(columns=names)
        for name, value in defaults.items():
            rows[name] = rows.get(name, value)
        for periods in (1, window):
            if periods and not rows.empty:
                judged.append(of_table(rows, false_alarms_per_month, periods))
    columns = [*TEXTS, "period_start", *NUMBERS, "is_alert"]
    if not judged:
        types = dict.fromkeys(TEXTS, "string") | dict.fromkeys(NUMBERS, "float64")
        return pd.DataFrame(columns=columns).astype(types | {"period_start": "datetime64[us]", "is_alert": "boolean"})
    found = pd.concat(judged, ignore_index=True)
    is_counted = found["series_kind"].str.startswith(("mentions", "returns", "damaged_returns", "tickets"))
    found = with_least_events(found, is_counted, least_events)
    return found[columns].astype(dict.fromkeys(TEXTS, "string"))


def of_table(rows: pd.DataFrame, false_alarms_per_month: float, window: int = 1) -> pd.DataFrame:
    """Verdicts on the series of one table, or on sums of so many periods: what is rare shows in days, not in hours."""
    rows = rows.sort_values([*KEYS, "period_start"], ignore_index=True)
    rows = rows.astype({"value": "float64", "group_size": "float64"})
    series = rows.groupby(KEYS, sort=False).ngroup().to_numpy()
    times, place = np.unique(rows["period_start"].to_numpy(), return_inverse=True)
    laid_out = np.full((len(times), series.max() + 1), np.nan)
    laid_out[place, series] = rows["value"].to_numpy()
    if window > 1:
        laid_out = pd.DataFrame(laid_out).rolling(window).sum().round().to_numpy()
        kinds = rows["series_kind"] + f"_{window}_" + rows["period_kind"] + "s"
        rows = rows.assign(series_kind=kinds, value=laid_out[place, series])
    found = verdicts(pd.DatetimeIndex(times), laid_out, false_alarms_per_month, window)

    def of_rows(values: np.ndarray) -> np.ndarray:
        cells: np.ndarray = values[place, series]
        return cells

    score = of_rows(found.score)
    forecast = of_rows(found.forecast)
    names = np.array([*found.forecasts, ""], dtype="object")
    reason = np.where(rows["group_size"].notna(), "small_group", "no_value")
    reason = np.where(rows["value"].notna(), "short_history", reason)
    return rows.assign(
        expected_value=of_rows(found.expected).round(DIGITS),
        lower_value=of_rows(found.lower).round(DIGITS),
        upper_value=of_rows(found.upper).round(DIGITS),
        score=score.round(DIGITS),
        is_alert=pd.Series(of_rows(found.is_alert)).astype("boolean").mask(np.isnan(score)),
        based_on=pd.Series(names[np.where(np.isnan(forecast), -1, forecast).astype("int64")]).mask(np.isnan(score)),
        unknown_reason=pd.Series(reason, dtype="object").mask(~np.isnan(score)),
    )


def with_least_events(found: pd.DataFrame, is_counted: pd.Series, least_events: float) -> pd.DataFrame:
    """One or two events are no alert, however rare they are."""
    is_few = is_counted & (found["value"] < least_events)
    is_above = is_few & (found["value"] > found["upper_value"])
    return found.assign(
        upper_value=found["upper_value"].where(~is_counted, found["upper_value"].clip(lower=least_events - 1)),
        is_alert=found["is_alert"].mask(is_above, False),
        score=found["score"].mask(is_above, 1.0),
    )
