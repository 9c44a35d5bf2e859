"""What is said of customers knows nothing that comes later, does not depend on rows' order, and never fails."""

import numpy as np
import pandas as pd
import pytest
from techco.predictions.customer_outlook import COUNTS, SAID, WINDOWS, fit, predict
from techco.predictions.seasons import SeasonClock

ORDINARY = pd.DataFrame({"month_number": range(1, 13), "purchase_index": [1.0] * 12})
CUT_OFFS = pd.to_datetime(["2025-03-02", "2025-04-01", "2025-05-01", "2025-05-31"])


def company(customers: int = 250, seed: int = 4) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Features and outcomes of customers who buy at a rate of their own and leave some day."""
    draw = np.random.default_rng(seed)
    rate, leaves = draw.gamma(1.5, 0.02, customers), draw.exponential(150, customers)
    features, outcomes = [], []
    for number in range(customers):
        days = np.unique(draw.integers(0, 211, draw.poisson(rate[number] * 211)))
        days = days[days < leaves[number]]
        dates = pd.Timestamp("2025-01-01") + pd.to_timedelta(days, "D")
        for cut_off in CUT_OFFS:
            known = dates[dates <= cut_off]
            if not len(known):
                continue
            row = dict.fromkeys(WINDOWS, 0) | {name: len(known) for name in COUNTS}
            ends = {
                f"{end}_{what}_date": known[i]
                for what in ("order", "active")
                for end, i in (("first", 0), ("last", -1))
            }
            key = {"cut_off_date": cut_off, "customer_key": f"{number:05}"}
            features.append(key | row | ends | {"revenue_amount": 20.0 * len(known)})
            next_days = (dates > cut_off) & (dates <= cut_off + pd.Timedelta(days=30))
            outcomes.append(key | {"is_purchased_30_days": bool(next_days.any()), "is_gone_90_days": pd.NA})
    outcomes = pd.DataFrame(
        outcomes, columns=["cut_off_date", "customer_key", "is_purchased_30_days", "is_gone_90_days"]
    )
    return pd.DataFrame(features), outcomes.astype({"is_purchased_30_days": "boolean", "is_gone_90_days": "boolean"})


def said_of(features: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Everything that is said."""
    return predict(features, fit(features, ORDINARY), outcomes, ORDINARY)


def test_what_comes_after_a_cut_off_moves_nothing_of_it():
    """Other features of later cut-offs, and other outcomes of what was not known at one, change no earlier word."""
    features, outcomes = company()
    later = (features["cut_off_date"] > CUT_OFFS[1]).to_numpy()
    changed = features.copy()
    changed.loc[later, ["revenue_amount", *WINDOWS]] = 7
    changed.loc[later, "last_order_date"] = changed.loc[later, "first_order_date"]
    others = outcomes.copy()
    unknown = outcomes["cut_off_date"] + pd.Timedelta(days=30) > CUT_OFFS[1]
    others.loc[unknown, "is_purchased_30_days"] = ~others.loc[unknown, "is_purchased_30_days"]
    before, after = said_of(features, outcomes), said_of(changed, others)
    earlier = before["cut_off_date"] <= CUT_OFFS[1]
    pd.testing.assert_frame_equal(before[earlier], after[earlier])
    assert not before[~earlier].equals(after[~earlier])
    # The second cut-off knows what came of the first: its probabilities are learnt, and held equal above.
    assert before.loc[before["cut_off_date"] == CUT_OFFS[1], "purchase_probability_30_days"].notna().all()


def test_the_order_of_rows_is_nothing():
    """To the last bit."""
    features, outcomes = company()
    shuffled = (frame.sample(frac=1, random_state=2, ignore_index=True) for frame in (features, outcomes))
    pd.testing.assert_frame_equal(said_of(features, outcomes), said_of(*shuffled))


def test_the_first_cut_off_has_nothing_to_learn_from():
    """Whether somebody buys is learnt from cut-offs before; what repeated purchases tell is there at once."""
    said = said_of(*company())
    first = said[said["cut_off_date"] == CUT_OFFS[0]]
    assert first["purchase_probability_30_days"].isna().all()
    assert first["left_probability"].between(0, 1).all()
    assert said["recency_gone_probability_90_days"].isna().all()


def test_who_is_often_there_buys_more_than_who_was_not_seen_for_long():
    """Expected purchases follow what customers did."""
    said = said_of(*company())
    now = said[said["cut_off_date"] == CUT_OFFS[-1]]
    assert now["left_probability"].corr(now["purchase_probability_30_days"], method="spearman") < -0.5
    assert (now["pareto_nbd_purchases_365_days"] > now["pareto_nbd_purchases_90_days"]).all()


@pytest.mark.parametrize("customers", [0, 1, 3])
def test_few_customers_are_no_failure(customers):
    """A row per row, null where nothing can be learnt."""
    features, outcomes = company()
    keys = features["customer_key"].unique()[:customers]
    features, outcomes = (frame[frame["customer_key"].isin(keys)] for frame in (features, outcomes))
    said = said_of(features, outcomes)
    assert len(said) == len(features)
    assert said["purchase_probability_30_days"].isna().all()
    # A table without a row has types, too.
    assert not any(map(pd.api.types.is_object_dtype, fit(features, ORDINARY).dtypes))


def test_everybody_new_says_nothing_of_leaving():
    """Of customers who bought once nobody knows how often they come."""
    features, outcomes = company()
    features = features.assign(last_order_date=features["first_order_date"], **dict.fromkeys(COUNTS, 1))
    features = features.assign(last_active_date=features["first_active_date"])
    parameters = fit(features, ORDINARY)
    assert set(parameters["model_name"]) == {"gamma_gamma"}
    said = predict(features, parameters, outcomes, ORDINARY)
    assert said[[name for name in SAID if name != "expected_purchase_amount"]].isna().all(axis=None)


def test_amounts_that_are_not_known_are_those_of_all():
    """Of a customer with an unknown amount the mean of all is expected: everyone here spends 20."""
    features, outcomes = company()
    features.loc[features["customer_key"] == features["customer_key"][0], "revenue_amount"] = np.nan
    said = said_of(features, outcomes)
    assert said["expected_purchase_amount"].to_numpy() == pytest.approx(20, rel=0.02)


def test_a_month_that_sells_twice_as_much_counts_twice():
    """With an index of 2 in December and 10/11 elsewhere a year has 365.2425 days in the mean, 31 of them double."""
    seasons = pd.DataFrame({"month_number": range(1, 13), "purchase_index": [10 / 11] * 11 + [2.0]})
    clock = SeasonClock(seasons)
    dates = np.array(["2025-11-30", "2025-12-31", "2025-10-30"], dtype="datetime64[D]")
    november, december, october = clock.days(dates)
    assert (december - november) / (november - october) == pytest.approx(2.0 / (10 / 11))
    years = np.array(["1990-01-01", "2390-01-01"], dtype="datetime64[D]")
    assert np.diff(clock.days(years))[0] == pytest.approx(146_097)
