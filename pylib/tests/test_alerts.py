"""Alerts on series whose incidents are planted: every value is a formula, or drawn from a fixed seed."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri
from scipy.stats import poisson
from techco.predictions.alert_series import judge
from techco.predictions.alerts import LEAST_POINTS, MONTH, bounds, detect, halved, verdicts


@pytest.fixture(autouse=True)
def warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def days(count: int) -> pd.DatetimeIndex:
    return pd.date_range("2025-01-06", periods=count, freq="D")


def hours(count: int) -> pd.DatetimeIndex:
    return pd.date_range("2025-01-06", periods=count, freq="h")


def alerts(found: pd.DataFrame) -> list[int]:
    return np.flatnonzero(found["is_alert"].fillna(False)).tolist()


def three_sigmas(values: np.ndarray) -> list[int]:
    return np.flatnonzero(np.abs(values - values.mean()) > 3 * values.std()).tolist()


def shop_of_weekends(count: int = 140) -> np.ndarray:
    """Sales of 100 on Mondays to 400 on Sundays, within 3 % that repeat every eleven days, growing by 0.2 % a day."""
    day = np.arange(count)
    return (100 + 50 * (day % 7)) * (1 + 0.03 * np.sin(2 * np.pi * day / 11)) * 1.002**day


SERIES = {
    "season": (days(140), shop_of_weekends()),
    "counts": (hours(400), np.random.default_rng(3).poisson(0.4, 400).astype(float)),
    "heavy": (hours(400), np.exp(np.random.default_rng(4).standard_t(2, 400))),
    "negative_late": (days(120), np.r_[np.arange(80.0) % 7 + 10, np.arange(40.0) % 7 - 5]),
    "whole_then_not": (days(120), np.r_[np.arange(80.0) % 7, np.arange(40.0) % 7 + 0.5]),
    "constant": (days(60), np.full(60, 5.0)),
    "level_shift": (days(120), np.r_[shop_of_weekends()[:60], 9 * shop_of_weekends()[:60]]),
    "gaps": (days(120), np.where(np.arange(120) % 40 < 10, np.nan, shop_of_weekends()[:120])),
    "walk": (
        pd.DatetimeIndex(pd.Timestamp("2025-01-06") + pd.to_timedelta(np.cumsum(np.arange(300) % 5 + 1), unit="min")),
        np.cumsum(np.random.default_rng(5).normal(size=300)),
    ),
}


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("cut", [25, 47, 95])
def test_what_comes_after_a_point_does_not_move_its_verdict(name, cut):
    times, values = SERIES[name]
    whole = detect(times, values, 2)
    other = values.copy()
    other[cut:] = np.where(np.arange(len(values) - cut) % 2, -1e6, 1e6 + 0.5)
    pd.testing.assert_frame_equal(detect(times[:cut], values[:cut], 2), whole[:cut], check_exact=False, rtol=1e-9)
    pd.testing.assert_frame_equal(detect(times, other, 2)[:cut], whole[:cut], check_exact=False, rtol=1e-9)


def test_a_quiet_sunday_is_found_that_is_an_ordinary_monday():
    values = shop_of_weekends()
    # Sunday of the fifteenth week sells what a Monday does, and Wednesday of the eighteenth twice as much as ever.
    quiet, busy = 14 * 7 + 6, 17 * 7 + 2
    values[quiet], values[busy] = values[quiet - 6], 2 * values[busy]
    found = detect(days(140), values, 0.2)
    # The level moves a little with each, so that the days after may look odd, too.
    assert {quiet, busy} <= set(alerts(found))
    assert not [
        point for point in alerts(found) if point not in range(quiet, quiet + 4) and point not in range(busy, busy + 4)
    ]
    assert quiet not in three_sigmas(values)
    assert found["lower"][quiet] < values[quiet - 7] < found["upper"][quiet]
    # What is expected of the Sunday is what a Sunday sells, which the formula gives.
    assert found["expected"][quiet] == pytest.approx(shop_of_weekends()[quiet], rel=0.06)


def test_an_hour_of_the_night_at_noon_is_found():
    hour = np.arange(24 * 42)
    values = 100 + 90 * np.sin(2 * np.pi * (hour - 6) / 24) + 4 * np.sin(hour * 1.7)
    values[24 * 35 + 12] = 20.0
    found = detect(hours(len(hour)), values, 1)
    assert 24 * 35 + 12 in alerts(found)
    assert three_sigmas(values) == []
    assert len(alerts(found)) <= 3


def test_six_times_as_many_posts_are_found_within_the_day():
    rng = np.random.default_rng(11)
    values = rng.poisson(2.0, 24 * 60).astype(float)
    begins = 24 * 50
    values[begins : begins + 24] = rng.poisson(12.0, 24)
    found = alerts(detect(hours(len(values)), values, 1))
    assert any(begins <= point < begins + 6 for point in found)
    # Two months may have two false alarms, and chance some more.
    assert sum(not begins <= point < begins + 24 for point in found) <= 5


def test_a_level_shift_alarms_and_is_learned():
    values = np.r_[shop_of_weekends()[:98], 5 * shop_of_weekends()[:98]]
    found = alerts(detect(days(196), values, 0.5))
    assert 98 in found
    assert not [point for point in found if point >= 98 + 28]


def test_a_constant_series_alarms_when_it_changes():
    values = np.full(60, 5.0)
    assert alerts(detect(days(60), values, 1)) == []
    values[50] = 6.0
    found = alerts(detect(days(60), values + 0.25, 1))
    assert found[0] == 50
    assert found[-1] < 55


def test_a_trend_is_no_incident():
    day = np.arange(200.0)
    assert len(alerts(detect(days(200), 50 + 3 * day + 5 * np.sin(day * 2.3), 1))) <= 6


def test_short_histories_and_missing_values_are_unknown():
    found = detect(days(30), np.arange(30.0), 1)
    assert found["is_alert"].isna().tolist() == [True] * LEAST_POINTS + [False] * (30 - LEAST_POINTS)
    values = shop_of_weekends()
    values[60:100] = np.nan
    found = detect(days(140), values, 1)
    assert found[60:100].isna().all(axis=None)
    # Forty days without a value are no incident; the level may be another by then, so eight are waited for.
    assert found["is_alert"][100:].isna().tolist() == [True] * 8 + [False] * 32
    assert alerts(found) == []
    without = np.r_[0:60, 100:140]
    pd.testing.assert_series_equal(
        detect(days(140)[without], values[without], 1)["is_alert"], found["is_alert"][without].reset_index(drop=True)
    )
    for count in (0, 1, 5):
        found = detect(days(count), np.arange(float(count)), 1)
        assert len(found) == count
        assert found.isna().all(axis=None)


def test_irregular_steps_and_any_order_give_the_same():
    rng = np.random.default_rng(7)
    times = pd.Timestamp("2025-01-06") + pd.to_timedelta(np.cumsum(rng.integers(60, 900, 500)), unit="s")
    values = rng.normal(100, 5, 500)
    values[400] = 200
    found = detect(times, values, 5)
    assert 400 in alerts(found)
    order = rng.permutation(500)
    other = detect(times[order], values[order], 5)
    pd.testing.assert_frame_equal(other, found.iloc[order].reset_index(drop=True))


@pytest.mark.parametrize("noise", ["normal", "student", "lognormal", "poisson"])
def test_false_alarms_are_as_many_as_asked_for(noise):
    """Of forty series of a year without incidents: 480 months, of which a twelfth goes by before anything is said."""
    rng = np.random.default_rng(1)
    drawn = {
        "normal": lambda: rng.normal(100, 10, 365),
        "student": lambda: 100 + 10 * rng.standard_t(3, 365),
        "lognormal": lambda: rng.lognormal(3, 0.5, 365),
        "poisson": lambda: rng.poisson(4, 365).astype(float),
    }[noise]
    values = np.column_stack([drawn() for _ in range(40)])
    for asked in (0.5, 1, 3):
        found = verdicts(days(365), values, asked)
        per_month = found.is_alert.sum() / ((~np.isnan(found.score)).sum() * 86400 / MONTH)
        assert 0.4 * asked <= per_month <= 1.4 * asked


def test_alerts_are_what_lies_outside_the_range():
    for times, values in SERIES.values():
        found = detect(times, values, 3).dropna()
        shown = values[found.index]
        outside = (shown > found["upper"] + 1e-9) | (shown < found["lower"] - 1e-9)
        assert (outside == found["is_alert"].astype(bool)).all()
        assert ((found["score"] > 1) == found["is_alert"].astype(bool)).all()


def test_counts_are_placed_by_half_their_own_chance():
    """Against Poisson's distribution, which the negative binomial one is with next to no dispersion."""
    counts = np.array([0.0, 1, 2, 5, 9])
    mean, dispersion = np.full(5, 2.0), np.full(5, 1e-9)
    chance = 1 - poisson.cdf(counts - 1, 2) + -poisson.pmf(counts, 2) / 2
    assert halved(counts, mean, dispersion) == pytest.approx(-ndtri(chance), abs=1e-4)
    # Of a mean of 2, 6 has a chance of 1.20 %, more 0.45 %: with half of its own it is beyond 1.05 %, which is 2.306.
    for distance, most in ((2.30, 5), (2.31, 6)):
        lower, upper = bounds(np.full(1, distance), np.full(1, distance), np.full(1, 2.0), np.full(1, 1e-9))
        assert (lower[0], upper[0]) == (0, most)


@pytest.mark.parametrize(
    ("times", "values", "alarms", "message"),
    [
        (days(3), [1, 2], 1, "3 timestamps and 2 values: expected one value for each timestamp"),
        ([pd.Timestamp("2025-01-06"), None], [1, 2], 1, "1 timestamps are missing: expected one for each value"),
        (days(30), range(30), 0, "0 false alarms a month: expected a number above 0"),
    ],
)
def test_bad_input_is_named(times, values, alarms, message):
    with pytest.raises(ValueError, match=message):
        detect(times, values, alarms)


def tables() -> dict[str, pd.DataFrame]:
    """A KPI whose newest day is not delivered, posts of three days, returns, and a price of few clicks."""
    kpis = pd.DataFrame({"date_day": days(60), "value": np.r_[shop_of_weekends()[:59], np.nan]})
    hourly = pd.DataFrame({"hour_start": hours(72), "mention_count": np.arange(72) % 2, "brand": "all"})
    counts = pd.DataFrame({"date_day": days(40), "event_count": 0, "subject_key": "p"})
    counts.loc[37, "event_count"], counts.loc[38, "event_count"] = 2, 9
    ratios = pd.DataFrame({"date_day": days(40), "value": 0.5, "group_size": 20.0, "subject_key": "c"})
    ratios.loc[39, ["value", "group_size"]] = [np.nan, 3.0]
    texts = {"kpi_name": "orders", "country_code": "DE", "group_size": np.nan}
    return {
        "kpis": kpis.assign(**texts),
        "mentions": hourly.astype({"mention_count": "Int64"}),
        "counts": counts.assign(signal_kind="returns").astype({"event_count": "Int64"}),
        "ratios": ratios.assign(signal_kind="campaign_click_price"),
    }


def test_series_of_all_tables_are_judged():
    found = judge(**tables(), false_alarms_per_month=1, least_events=3).set_index(["series_kind", "period_start"])
    assert set(found.index.get_level_values(0)) == {
        *("kpi", "mentions", "mentions_24_hours", "returns", "returns_14_days", "campaign_click_price"),
    }
    assert found.loc[("kpi", days(60)[59]), "unknown_reason"] == "no_value"
    assert found.loc[("kpi", days(60)[5]), "unknown_reason"] == "short_history"
    assert found.loc[("campaign_click_price", days(40)[39]), "unknown_reason"] == "small_group"
    # Two of what has never come back are fewer than three, nine are an alert; two weeks hold both.
    assert not found.loc[("returns", days(40)[37]), "is_alert"]
    assert found.loc[("returns", days(40)[37]), "upper_value"] >= 2
    assert found.loc[("returns", days(40)[38]), "is_alert"]
    assert found.loc[("returns_14_days", days(40)[38]), "value"] == 11
    assert found["period_kind"].groupby(level=0).first()["mentions"] == "hour"


def test_no_table_gives_an_empty_frame_of_the_same_types():
    empty = {name: table[:0] for name, table in tables().items()}
    none = judge(**empty, false_alarms_per_month=1, least_events=3)
    some = judge(**tables(), false_alarms_per_month=1, least_events=3)
    assert none.empty
    assert set(none.columns) == set(some.columns)
    assert none.dtypes.drop("period_start").equals(some.dtypes[none.columns].drop("period_start"))
