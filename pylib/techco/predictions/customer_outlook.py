"""What customers will do next: who has left, who buys within 30 days, and what is bought within 90 and 365 days.

Everything is said as of several days, the cut-offs: of the last one, which is now, and of earlier ones, so that what
was said can be held against what came. What is said as of a cut-off uses what was known then, and nothing later; of
earlier cut-offs it learns only what had come true by then.

- Who has left: Pareto/NBD (pareto_nbd.py) of days on which customers bought or visited, logged in. Someone who looks
  around has not left, and people look around more often than they buy: in the simulated company this tells who has
  left better than someone could who knew each person's rates and saw purchases alone.
- How many purchases: the rates of Pareto/NBD of days with a purchase, of those who are there by the first model. BG/NBD
  (bg_nbd.py) of the same days stands beside it.
- What a purchase is worth: gamma-gamma (gamma_gamma.py).
- Who buys within 30 days: gradient boosting (Friedman, "Greedy function approximation", Annals of Statistics 29, 2001)
  of what the models above say and of what customers did last, learnt from the cut-offs before.

Time is counted in days of an ordinary season (seasons.py), but for BG/NBD, which is fitted as it was published.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from techco.predictions import bg_nbd, gamma_gamma, pareto_nbd
from techco.predictions.seasons import SeasonClock

WEEK = 7.0
SOON, LATER, YEAR = 30, 90, 365
# More customers than this tell the parameters no better than 1 in 100, and each step takes as long as they are many.
MOST_TO_FIT = 50_000
# Cut-offs that boosting learns from: with the latest alone it takes a season for a habit. In the simulated company
# three close 0.8 to 1.1 of the gap between recency alone and someone who knows all rates, one closes 0.7 to 1.0.
CUT_OFFS_TO_LEARN_FROM = 3
# Fewer rows of either outcome teach nothing.
LEAST_TO_LEARN_FROM = 50
# Small trees and many rows in each leaf: what is learnt is the same for two halves of the customers.
TREES = {"max_iter": 60, "learning_rate": 0.08, "max_leaf_nodes": 8, "min_samples_leaf": 60, "l2_regularization": 1.0}
SEED = 0
# Days since the last purchase up to which customers count as alike, for the baseline that knows recency alone.
RECENCY_BANDS = (7, 14, 30, 60, 90, 180)
# More would show the last bits, in which engines differ.
DIGITS = 6

BOUGHT, ACTIVE, PUBLISHED, VALUE = "pareto_nbd", "pareto_nbd_activity", "bg_nbd", "gamma_gamma"
MODELS: dict[str, Callable[..., Any]] = {
    BOUGHT: pareto_nbd.Parameters,
    ACTIVE: pareto_nbd.Parameters,
    PUBLISHED: bg_nbd.Parameters,
    VALUE: gamma_gamma.Parameters,
}
SAID = (
    *("left_probability", "pareto_nbd_purchases_90_days", "pareto_nbd_purchases_365_days"),
    *("bg_nbd_purchases_90_days", "bg_nbd_purchases_365_days", "expected_purchase_amount"),
)
COUNTS = ("purchase_day_count", "order_count", "discounted_order_count", "active_day_count")
WINDOWS = tuple(f"{what}_last_{days}_days" for what in ("purchase_day_count", "visit_count") for days in (7, 30, 90))


def fit(features: pd.DataFrame, seasons: pd.DataFrame) -> pd.DataFrame:
    """The parameters of the models of repeated purchases as of each cut-off.

    `features`: see `predict`. Returns a row per parameter: `cut_off_date`, `model_name`, `parameter_name`,
    `parameter_value`, and `customer_count`, the customers that it was fitted to. Where nothing can be learnt, none.
    """
    clock = SeasonClock(seasons)
    found: list[tuple[Any, ...]] = []
    for cut_off, rows in in_order(features).groupby("cut_off_date", sort=True):
        # Keys are hashes, so the first of them are a fair sample.
        sample = rows.iloc[:MOST_TO_FIT]
        past = Past.of(sample, clock)
        fitted = {
            BOUGHT: pareto_nbd.fit(*past.bought),
            ACTIVE: pareto_nbd.fit(*past.active),
            PUBLISHED: bg_nbd.fit(*past.by_calendar),
            VALUE: gamma_gamma.fit(past.purchases, past.amounts),
        }
        found.extend(
            (cut_off, model, name, value, len(sample))
            for model, parameters in fitted.items()
            if parameters
            for name, value in vars(parameters).items()
        )
    # Types are said, so that a table without a row has them too.
    types = {
        "cut_off_date": "datetime64[us]",
        "model_name": "string",
        "parameter_name": "string",
        "parameter_value": "float64",
        "customer_count": "int64",
    }
    return pd.DataFrame(found, columns=list(types)).astype(types)


def predict(
    features: pd.DataFrame, parameters: pd.DataFrame, outcomes: pd.DataFrame, seasons: pd.DataFrame
) -> pd.DataFrame:
    """What is expected of each customer as of each cut-off.

    `features`: a row per cut-off and customer who had bought by then, with `cut_off_date`, `customer_key`, the dates
    `first_order_date`, `last_order_date`, `first_active_date` and `last_active_date`, COUNTS, WINDOWS, and
    `revenue_amount` (of all purchases; null where not known). `parameters`: what `fit` returned. `outcomes`: a row per
    cut-off and customer of whom it is known, with `is_purchased_30_days` and `is_gone_90_days`. `seasons`: see
    SeasonClock.

    Returns a row per row of `features`, by cut-off and key: `left_probability`; days with a purchase that are expected,
    `pareto_nbd_purchases_90_days`, `_365_days` and the same of `bg_nbd`; `expected_purchase_amount` of one of them;
    `purchase_probability_30_days`; and what who knows recency alone would say,
    `recency_purchase_probability_30_days` and `recency_gone_probability_90_days`. What nothing can be learnt of is
    null.
    """
    clock = SeasonClock(seasons)
    features = in_order(features)
    said = features[["cut_off_date", "customer_key"]].assign(**dict.fromkeys(SAID, np.nan))
    for cut_off, rows in features.groupby("cut_off_date", sort=True):
        fitted = parameters_of(parameters[parameters["cut_off_date"] == cut_off])
        for name, values in repeat_purchases(rows, fitted, clock).items():
            said.loc[rows.index, name] = values.round(DIGITS)
    return said.assign(
        purchase_probability_30_days=next_purchases(features, said, outcomes, clock),
        recency_purchase_probability_30_days=recency_rates(features, outcomes, "is_purchased_30_days", SOON),
        recency_gone_probability_90_days=recency_rates(features, outcomes, "is_gone_90_days", LATER),
    )


def in_order(features: pd.DataFrame) -> pd.DataFrame:
    """The rows by cut-off and key, so that the order in which they come is nothing."""
    return features.sort_values(["cut_off_date", "customer_key"], ignore_index=True)


def parameters_of(rows: pd.DataFrame) -> dict[str, Any]:
    """The parameters of each model that was fitted as of one cut-off."""
    found = {}
    for model, of_model in rows.groupby("model_name"):
        values = dict(zip(of_model["parameter_name"], of_model["parameter_value"].astype("float64"), strict=True))
        found[str(model)] = MODELS[str(model)](**values)
    return found


@dataclass(frozen=True)
class Past:
    """What customers did up to a cut-off, as the models read it: see their modules. Arrays of shape (customers,)."""

    bought: tuple[np.ndarray, np.ndarray, np.ndarray]
    active: tuple[np.ndarray, np.ndarray, np.ndarray]
    by_calendar: tuple[np.ndarray, np.ndarray, np.ndarray]
    purchases: np.ndarray
    amounts: np.ndarray

    @classmethod
    def of(cls, rows: pd.DataFrame, clock: SeasonClock) -> "Past":
        """From the features of one cut-off."""
        orders = ("first_order_date", "last_order_date", "purchase_day_count")
        actions = ("first_active_date", "last_active_date", "active_day_count")
        purchases = rows["purchase_day_count"].to_numpy(dtype="float64")
        return cls(
            bought=history(rows, orders, clock.days),
            active=history(rows, actions, clock.days),
            by_calendar=history(rows, orders, calendar_days),
            purchases=purchases,
            amounts=rows["revenue_amount"].to_numpy(dtype="float64") / purchases,
        )


def repeat_purchases(rows: pd.DataFrame, fitted: dict[str, Any], clock: SeasonClock) -> dict[str, np.ndarray]:
    """What the models of repeated purchases say as of one cut-off, by column."""
    past, cut_off = Past.of(rows, clock), last_day(rows)
    said = {}
    if ACTIVE in fitted:
        stays = pareto_nbd.alive(fitted[ACTIVE], *past.active)
        said["left_probability"] = 1 - stays
        if BOUGHT in fitted:
            frequency, _, age = past.bought
            for days in (LATER, YEAR):
                weeks = float(clock.days(cut_off + days)[0] - clock.days(cut_off)[0]) / WEEK
                expected = pareto_nbd.expected_while_alive(fitted[BOUGHT], weeks, frequency, age)
                said[f"pareto_nbd_purchases_{days}_days"] = expected * stays
    if PUBLISHED in fitted:
        for days in (LATER, YEAR):
            expected = bg_nbd.expected_purchases(fitted[PUBLISHED], days / WEEK, *past.by_calendar)
            said[f"bg_nbd_purchases_{days}_days"] = expected
    if VALUE in fitted:
        # Whose amounts are not known is expected to spend as all do.
        known = np.where(np.isnan(past.amounts), 0.0, past.purchases)
        said["expected_purchase_amount"] = gamma_gamma.expected_value(fitted[VALUE], known, np.nan_to_num(past.amounts))
    return said


def history(
    rows: pd.DataFrame,
    columns: tuple[str, str, str],
    elapsed: Callable[[np.ndarray], np.ndarray],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many days there are after the first, weeks from the first to the last, and from the first to the cut-off.

    `columns` hold the first day, the last one and how many; `elapsed` gives the days of dates.
    """
    first, last, number = (rows[name].to_numpy() for name in columns)
    begin = elapsed(first)
    frequency = number.astype("float64") - 1
    return frequency, (elapsed(last) - begin) / WEEK, (elapsed(last_day(rows)) - begin) / WEEK


def last_day(rows: pd.DataFrame) -> np.ndarray:
    """The cut-off of rows that have one in common, of shape (1,)."""
    return rows["cut_off_date"].to_numpy()[:1].astype("datetime64[D]")


def calendar_days(dates: np.ndarray) -> np.ndarray:
    """Days of dates by the calendar."""
    return dates.astype("datetime64[D]").astype("int64").astype("float64")


def next_purchases(features: pd.DataFrame, said: pd.DataFrame, outcomes: pd.DataFrame, clock: SeasonClock) -> pd.Series:
    """Of each row the probability to buy within SOON days."""
    probability = pd.Series(np.nan, index=features.index)
    inputs = propensity_inputs(features, said)
    cut_offs = features["cut_off_date"].to_numpy().astype("datetime64[D]")
    season = clock.days(cut_offs + SOON) - clock.days(cut_offs)
    for now, learnt, bought in lessons(features, outcomes, "is_purchased_30_days", SOON):
        # What is known of nobody cannot be cut into bins.
        seen = ~np.isnan(inputs[learnt]).all(axis=0)
        # One thread adds in one order.
        with threadpool_limits(1):
            model = HistGradientBoostingClassifier(**TREES, random_state=SEED).fit(inputs[learnt][:, seen], bought)
            learnt_probability = model.predict_proba(inputs[now][:, seen])[:, 1]
        # The chance not to buy shrinks from day to day; it does so faster in a season that sells more than those that
        # it was learnt in.
        faster = season[now] / season[learnt].mean()
        probability[now] = (1 - (1 - learnt_probability) ** faster).round(DIGITS)
    return probability


def recency_rates(features: pd.DataFrame, outcomes: pd.DataFrame, outcome: str, horizon: int) -> pd.Series:
    """Of each row the probability of an outcome as who knows nothing but the days since the last purchase has it."""
    probability = pd.Series(np.nan, index=features.index)
    bands = len(RECENCY_BANDS) + 1
    band = np.digitize(days_since(features, "last_order_date"), RECENCY_BANDS, right=True)
    for now, learnt, happened in lessons(features, outcomes, outcome, horizon):
        totals = np.bincount(band[learnt], minlength=bands)
        cases = np.bincount(band[learnt], weights=happened, minlength=bands)
        # One more who is like all of them: a band without anybody says what all do.
        probability[now] = ((cases + happened.mean()) / (totals + 1))[band[now]].round(DIGITS)
    return probability


def lessons(
    features: pd.DataFrame, outcomes: pd.DataFrame, outcome: str, horizon: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """For each cut-off its rows, the rows of cut-offs whose outcomes it knows, and these outcomes; the latest of them.

    A cut-off that knows too few of either outcome has none.
    """
    keys = ["cut_off_date", "customer_key"]
    happened = features[keys].merge(outcomes[[*keys, outcome]], how="left")[outcome]
    cut_offs = features["cut_off_date"]
    for cut_off in cut_offs.drop_duplicates():
        past = sorted(cut_offs[cut_offs <= cut_off - pd.Timedelta(days=horizon)].unique())[-CUT_OFFS_TO_LEARN_FROM:]
        learnt = (cut_offs.isin(past) & happened.notna()).to_numpy()
        known = happened[learnt].to_numpy(dtype="bool")
        if min(known.sum(), (~known).sum()) >= LEAST_TO_LEARN_FROM:
            yield (cut_offs == cut_off).to_numpy(), learnt, known


def propensity_inputs(features: pd.DataFrame, predictions: pd.DataFrame) -> np.ndarray:
    """What boosting sees, of shape (rows, inputs); nan where it is not known, which trees can tell apart."""
    since = [days_since(features, name) for name in ("first_order_date", "last_order_date", "last_active_date")]
    counts = [features[name].to_numpy(dtype="float64") for name in (*COUNTS, *WINDOWS, "revenue_amount")]
    models = [predictions[name].to_numpy() for name in ("left_probability", "pareto_nbd_purchases_90_days")]
    return np.column_stack([*since, *counts, *models])


def days_since(features: pd.DataFrame, name: str) -> np.ndarray:
    """Days from a date to the cut-off."""
    days: np.ndarray = calendar_days(features["cut_off_date"].to_numpy()) - calendar_days(features[name].to_numpy())
    return days
