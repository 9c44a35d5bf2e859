"""Whether a value lies outside what season, level and noise of its own past explain.

Each point is held against what was expected of it one step before, in four steps, which know earlier points only:

1. What is expected: what is usual for the hour or the weekday, times how the last points compared with what was usual
   for them. Both are exponentially weighted means (Holt and Winters) of values that are drawn in to three deviations,
   so that an outlier moves little (Gelper, Fried and Croux, "Robust forecasting with exponential and Holt-Winters
   smoothing", Journal of Forecasting 29, 2010).
2. Which season, and which memory: of all pairs the one that has forecast this series best so far (Dawid, "Statistical
   theory: the prequential approach", Journal of the Royal Statistical Society A 147, 1984).
3. How far off it is, in deviations that grow with the level as they did before. Rare events are counted instead: by a
   negative binomial distribution (Noufaily et al., "An improved algorithm for outbreak detection in multiple
   surveillance systems", Statistics in Medicine 32, 2013), whose steps are halved (Lancaster, "Significance tests in
   discrete distributions", Journal of the American Statistical Association 56, 1961).
4. How far is too far: as far as the number of false alarms allows, by the tail of earlier distances (peaks over a
   threshold: Siffer et al., "Anomaly detection in streams with extreme value theory", KDD 2017; the shape by the
   moments of Dekkers, Einmahl and de Haan, Annals of Statistics 17, 1989). Before there are any it is Student's t.

So a series with heavy tails gets a wide range, a smooth one a narrow range, and both alarm as often.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.signal import lfilter
from scipy.special import betainc, ndtr, ndtri
from scipy.stats import nbinom, t

DAY = 86_400.0
MONTH = 30.4375 * DAY
# Points before which nothing is said, and before which distances are not learned from.
LEAST_POINTS, FIRST_POINTS = 20, 8
# Of the last points so many are known, or nothing is said: after a gap the level is another.
LAST_POINTS = 28
# After how many points, or days, the level has forgotten half; it may be the last point alone, too.
POINTS_OF_LEVEL, DAYS_OF_LEVEL = 4, (1, 7, 28)
# What is usual for an hour is the mean of about so many visits to it.
VISITS_OF_SEASON, LEAST_VISITS = 10, 2
# After how long, and how many points at least, deviations and the record of a forecast have forgotten half.
DAYS_OF_SCALE, POINTS_OF_SCALE = 7, 50
# Deviations that a value is drawn in to before anything is learned from it, and the most that one miss counts.
DRAWN_IN, WORST_MISS = 3.0, 6.0
# The first look at a series: a moving median, and so many medians of the distance from it.
LOOK_BACK, FAR_FROM_MEDIAN = 60, 8.0
# How deviations grow with the level: not at all, as those of sums of events do, in proportion.
POWERS = (0.0, 0.5, 1.0)
# Whole numbers below this are events that are counted one by one. Bounds of the dispersion of their distribution.
# In their level no point weighs more: the last few hold next to no event.
LEAST_LEVEL = 0.1
RARE, DISPERSIONS, LEAST_RATE = 30.0, (0.002, 5.0), 0.01
# Mean of a standard normal's absolute value, and of its root, squared.
MEAN_ABSOLUTE, MEAN_ROOT = 0.7979, 0.6752
# Where a tail begins, which share of the points it is, how many they are, and bounds of its shape.
TAIL_FROM, TAIL_SHARE, TAIL_POINTS, SHAPES = 1.5, 0.02, 20, (-0.2, 0.5)
# Counts have their heavy tail in their distribution.
MOST_SHAPE_OF_COUNTS = 0.05
# A tail is taken for that of Student's t with 5 degrees, in the deviations above, until more is seen than so many
# points, so many of them in the tail; its mean logarithm beyond TAIL_FROM, and that of its square.
DEGREES, OF_STUDENT, POINTS_BEFORE, SHAPE_BEFORE = 5, 0.8408, 60.0, 0.15
TAIL_BEFORE, MOMENTS_BEFORE = (30.0, 3.0), (0.305, 0.170)
# What is learned of an alarm: no more than so many times the distance that was allowed.
MOST_LEARNED = 1.5


@dataclass
class Verdicts:
    """Arrays of shape (points, series): nan, and no alert, where nothing is known.

    `score` is the distance from what is expected, over the distance that is allowed: beyond 1 is an alert. `forecast`
    is the place in `forecasts` of the one that was taken, nan where there was none.
    """

    lower: np.ndarray
    expected: np.ndarray
    upper: np.ndarray
    is_alert: np.ndarray
    score: np.ndarray
    forecast: np.ndarray
    forecasts: list[str]


@dataclass
class Forecast:
    """What was expected of each point: mean, deviation, dispersion where events are counted; by which forecast."""

    mean: np.ndarray
    deviation: np.ndarray
    dispersion: np.ndarray
    place: np.ndarray


def detect(timestamps: Sequence[Any], values: Sequence[float], false_alarms_per_month: float) -> pd.DataFrame:
    """Which points of a series are outside their expected range.

    `timestamps`: in any step, regular or not, and in any order; those of the business's clock, as seasons are of its
    hours and weekdays. `values`: one for each; nan is not known. `false_alarms_per_month`: how many points of a month
    without incidents may be outside, on both sides together.

    Returns a frame in the order given, with a row per point: `lower`, `expected`, `upper`; `is_alert`, whether the
    value is outside; `score`, how far it is from what was expected, over how far it may be: beyond 1 is an alert. All
    are missing (nan, NA) where nothing is known: of a value that is not there, of the first 20, and of those after a
    gap until eight of the last 28 are known.

    What comes after a point does not move its verdict. Sources of the method: see the module.

    Raises ValueError where lengths differ, a timestamp is missing, or the number of false alarms is not above 0.
    """
    times = pd.DatetimeIndex(pd.to_datetime(np.asarray(timestamps)))
    numbers = np.asarray(pd.to_numeric(pd.Series(list(values), dtype="object"), errors="coerce"), dtype="float64")
    if len(times) != len(numbers):
        raise ValueError(f"{len(times)} timestamps and {len(numbers)} values: expected one value for each timestamp")
    if bool(pd.isna(times).any()):
        raise ValueError(f"{int(pd.isna(times).sum())} timestamps are missing: expected one for each value")
    order = np.argsort(times.to_numpy(), kind="stable")
    found = verdicts(times[order], numbers[order, np.newaxis], false_alarms_per_month)
    columns = {name: np.full(len(order), np.nan) for name in ("lower", "expected", "upper", "score")}
    for name, column in columns.items():
        column[order] = getattr(found, name)[:, 0]
    alerts = np.zeros(len(order), dtype=bool)
    alerts[order] = found.is_alert[:, 0]
    is_alert = pd.Series(alerts).astype("boolean").mask(np.isnan(columns["score"]))
    return pd.DataFrame(columns).assign(is_alert=is_alert)[["lower", "expected", "upper", "is_alert", "score"]]


def verdicts(times: pd.DatetimeIndex, values: np.ndarray, false_alarms_per_month: float, overlap: int = 1) -> Verdicts:
    """The same of several series at the same times, which ascend: `values` is of shape (points, series).

    `overlap`: of how many points each value is the sum, itself the last: it is held against those before all of them.
    """
    if not 0 < false_alarms_per_month < np.inf:
        raise ValueError(f"{false_alarms_per_month} false alarms a month: expected a number above 0")
    values = np.where(np.isfinite(values), values, np.nan)
    if len(times) <= LEAST_POINTS or not values.shape[1]:
        nothing = np.full(values.shape, np.nan)
        return Verdicts(nothing, nothing, nothing, np.zeros(values.shape, dtype=bool), nothing, nothing, [])
    seconds = (times.tz_localize(None) - pd.Timestamp(0)) / pd.Timedelta(seconds=1)
    between = np.diff(seconds, prepend=np.nan)
    series = Series(values, seasons(times, float(np.median(between[1 : LEAST_POINTS + 1])), overlap), between)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return series.verdicts(false_alarms_per_month)


class Series:
    """Several series of the same times, and what is known before each of their points."""

    def __init__(self, values: np.ndarray, seasons: "Seasons", between: np.ndarray):
        """`between`: seconds since the point before."""
        self.values, self.seasons = values, seasons
        self.known = ~np.isnan(values)
        self.number = np.cumsum(self.known, axis=0) - self.known
        recent = self.number - earlier(self.number, 0, LAST_POINTS)
        span = pd.Series(between).rolling(FIRST_POINTS).sum().to_numpy()[:, np.newaxis]
        # Of the last 100 points, so that a gap is none.
        self.step = pd.Series(between).rolling(101, min_periods=1).median().to_numpy()[:, np.newaxis]
        self.is_followed = (recent >= FIRST_POINTS) & (span <= LAST_POINTS * self.step)
        whole = np.logical_and.accumulate(~self.known | (values == np.round(values)))
        below = np.logical_or.accumulate(values < 0)
        self.is_whole, self.was_negative = earlier(whole, True), earlier(below, False)

    def verdicts(self, false_alarms_per_month: float) -> Verdicts:
        """Hold each point against what was expected, and that against what is allowed."""
        forecast, is_counted = self.forecast()
        distance = (self.values - forecast.mean) / forecast.deviation
        counted = is_counted & ~np.isnan(forecast.mean)
        here = counted & self.known
        distance[here] = halved(self.values[here], forecast.mean[here], forecast.dispersion[here])
        learned = self.known & (self.number >= FIRST_POINTS) & ~np.isnan(distance)
        # Half of the alarms on either side.
        chance = false_alarms_per_month * self.step / MONTH / 2
        above, below = (allowed(side * distance, learned, chance, counted) for side in (1, -1))
        score = np.where(distance > 0, distance / above, -distance / below)
        lower, upper = forecast.mean - below * forecast.deviation, forecast.mean + above * forecast.deviation
        lower = np.where(self.was_negative, lower, np.maximum(lower, 0.0))
        told = self.known & self.is_followed & (self.number >= LEAST_POINTS) & ~np.isnan(score)
        here = told & counted
        lower[here], upper[here] = bounds(below[here], above[here], forecast.mean[here], forecast.dispersion[here])
        lower, expected, upper, score, place = (
            np.where(told, found, np.nan) for found in (lower, forecast.mean, upper, score, forecast.place)
        )
        return Verdicts(lower, expected, upper, told & (score > 1), score, place, self.seasons.names())

    def forecast(self) -> tuple[Forecast, np.ndarray]:
        """What is expected, and whether events are counted: of a series that was negative season and level add up."""
        found, is_counted = self.forecast_of(self.values, multiplied=True)
        columns: np.ndarray = np.any(self.was_negative, axis=0)
        if columns.any():
            added, _ = self.forecast_of(self.values[:, columns], multiplied=False, columns=columns)
            negative = self.was_negative[:, columns]
            for name in ("mean", "deviation", "dispersion", "place"):
                column = getattr(found, name)
                column[:, columns] = np.where(negative, getattr(added, name), column[:, columns])
            is_counted[:, columns] &= ~negative
        return found, is_counted

    def forecast_of(
        self, values: np.ndarray, multiplied: bool, columns: np.ndarray | slice = slice(None)
    ) -> tuple[Forecast, np.ndarray]:
        """Look twice: what is far off at the first look is drawn in before the second."""
        known = self.known[:, columns]
        median = before_median(values)
        far = FAR_FROM_MEDIAN * before_median(np.abs(values - median))
        far = np.where(far > 0, far, np.inf)
        near = np.where(np.isnan(median), values, np.clip(values, median - far, median + far))
        size = mean_before(np.abs(near), known, 0.01)
        is_counted = self.is_whole[:, columns] & (size < RARE) & multiplied
        for _ in range(2):
            means = self.seasons.forecasts(near, known, multiplied, LEAST_LEVEL if is_counted.all() else 1.0)
            # Who has seen no event cannot tell a rate of 0 from one of half an event in all that was seen.
            least_rate = np.maximum(LEAST_RATE, self.seasons.overlap / 2 / np.maximum(self.number[:, columns], 1))
            best = best_forecast(means, values, size, is_counted, least_rate, self.seasons.memory(), multiplied)
            reach = DRAWN_IN * best.deviation
            drawn = np.clip(values, best.mean - reach, best.mean + reach)
            near = np.where(np.isnan(best.mean), near, drawn)
        return best, is_counted


@dataclass
class Seasons:
    """For each season its name, the slot that each point is in (such as its hour), and the points of a visit to one."""

    step: float
    slots: list[tuple[str, np.ndarray, float]]
    overlap: int = 1

    def levels(self) -> list[tuple[str, float]]:
        """What the level is taken from, and the weight of the newest point in it."""
        of_days = [(days, days * DAY / self.step) for days in DAYS_OF_LEVEL]
        return [
            ("last point", weight(0)),
            (f"level with a half-life of {POINTS_OF_LEVEL} points", weight(POINTS_OF_LEVEL)),
            *((f"level with a half-life of {days} days", weight(points)) for days, points in of_days if points >= 5),
        ]

    def names(self) -> list[str]:
        """Of the forecasts, in their order."""
        levels = [name for name, _ in self.levels()]
        return levels + [f"{season}, {level}" for season, _, _ in self.slots for level in levels]

    def memory(self) -> float:
        """Weight of the newest point in means of deviations."""
        return weight(max(POINTS_OF_SCALE, DAYS_OF_SCALE * DAY / self.step))

    def forecasts(
        self, values: np.ndarray, known: np.ndarray, multiplied: bool, most: float
    ) -> Iterator[tuple[int, float, np.ndarray]]:
        """What each season and level expects of each point: its place in `names`, weight of the newest point, means.

        Levels that weigh the newest point by more than `most` are left out. nan where the season is not known.
        """
        levels = [(place, newest) for place, (_, newest) in enumerate(self.levels()) if newest <= most]
        for place, newest in levels:
            yield place, newest, earlier(mean_before(values, known, newest), np.nan, self.overlap - 1)
        long_run = np.nan_to_num(np.abs(mean_before(values, known, weight(max(28 * DAY / self.step, 60)))))
        for season, (_, slot, points) in enumerate(self.slots, start=1):
            usual, visits = usual_before(values, known, slot, 1 - (1 - 1 / VISITS_OF_SEASON) ** (1 / points))
            there = known & ~np.isnan(usual)
            usual_or_0 = np.nan_to_num(usual)
            usual = np.where(visits >= LEAST_VISITS * points, usual, np.nan)
            for level, newest in levels:
                place = season * len(self.levels()) + level
                if multiplied:
                    # A tenth of the long run on both sides: two quiet hours say little of the level.
                    quiet = long_run / 10 + 1e-12
                    seen = weighted(np.where(there, values, 0), newest) + quiet
                    yield (
                        place,
                        newest,
                        usual * earlier(seen / (weighted(np.where(there, usual_or_0, 0), newest) + quiet), np.nan),
                    )
                else:
                    yield place, newest, usual + np.nan_to_num(mean_before(values - usual_or_0, there, newest))


def seasons(times: pd.DatetimeIndex, step: float, overlap: int) -> Seasons:
    """Weekdays of daily values; of more frequent ones hours, too: of all days, of work days and weekends, of weekdays.

    Sums of several points have none.
    """
    step = max(step, 1e-3)
    weekday, hour = times.day_of_week.to_numpy(), times.hour.to_numpy()
    if step > 3 * DAY or overlap > 1:
        return Seasons(step, [], overlap)
    if step > DAY / 1.5:
        return Seasons(step, [("weekday", weekday, 1.0)])
    in_hour = max(1.0, 3600 / step)
    return Seasons(
        step,
        [
            ("weekday", weekday, DAY / step),
            ("hour", hour, in_hour),
            ("hour of workdays and weekends", hour + 24 * (weekday >= 5), in_hour),
            ("hour of the week", hour + 24 * weekday, in_hour),
        ],
    )


def best_forecast(
    means: Iterator[tuple[int, float, np.ndarray]],
    values: np.ndarray,
    size: np.ndarray,
    is_counted: np.ndarray,
    least_rate: np.ndarray,
    memory: float,
    multiplied: bool,
) -> Forecast:
    """Of all forecasts the one whose misses were the most likely ones so far: by point, and only by points before."""
    least = np.full(values.shape, np.inf)
    best = Forecast(*(np.full(values.shape, np.nan) for _ in range(4)))

    def keep(place: int, loss: np.ndarray, mean: np.ndarray, deviation: np.ndarray, dispersion: np.ndarray) -> None:
        better = loss < least
        least[better], best.place[better] = loss[better], place
        for kept, found in ((best.mean, mean), (best.deviation, deviation), (best.dispersion, dispersion)):
            kept[better] = found[better]

    smallest, uncounted = 1e-4 * size + 1e-12, np.full(values.shape, np.nan)
    for place, newest, mean in means:
        known = ~np.isnan(values) & ~np.isnan(mean)
        if not is_counted.all():
            miss = np.where(known, np.abs(values - mean), 0)
            for power in POWERS if multiplied else POWERS[:1]:
                unit = np.maximum(mean, 0.02 * size + 1e-12) ** power
                scaled, floor = miss / unit, smallest / unit
                # By roots at first, in which an outlier counts for little.
                rough = np.maximum(mean_before(np.sqrt(scaled), known, memory) ** 2 / MEAN_ROOT, floor)
                drawn = np.where(np.isnan(rough), scaled, np.minimum(scaled, DRAWN_IN * rough))
                mean_miss = np.maximum(mean_before(drawn, known, memory), floor)
                likely = np.log(mean_miss * unit) + np.minimum(scaled / mean_miss, WORST_MISS)
                loss = mean_before(np.nan_to_num(likely), known & ~np.isnan(likely), memory)
                loss = np.where(is_counted | np.isnan(loss), np.inf, loss)
                keep(place, loss, mean, mean_miss * unit / MEAN_ABSOLUTE, uncounted)
        if is_counted.any() and newest <= LEAST_LEVEL:
            rate = np.maximum(np.nan_to_num(mean), least_rate)
            drawn = np.where(known, np.minimum(values, rate + 6 * np.sqrt(rate) + 3), 0)
            beyond_chance = mean_before((drawn - rate) ** 2 - rate, known, memory / 4)
            dispersion = np.clip(beyond_chance / mean_before(rate**2, known, memory / 4), *DISPERSIONS)
            loss = mean_before(rate - drawn * np.log(rate), known, memory / 4)
            loss = np.where(is_counted & ~np.isnan(loss) & ~np.isnan(mean), loss, np.inf)
            keep(place, loss, rate, np.sqrt(rate + dispersion * rate**2), dispersion)
    return best


def halved(counts: np.ndarray, mean: np.ndarray, dispersion: np.ndarray) -> np.ndarray:
    """Counts as distances of a standard normal distribution of the same chance, half of a count's own included."""
    size = 1 / dispersion
    of_more = mean / (size + mean)
    at_least = np.where(counts <= 0, 1.0, betainc(np.maximum(counts, 1e-9), size, of_more))
    beyond = (at_least + betainc(counts + 1, size, of_more)) / 2
    up, down = -ndtri(np.maximum(beyond, 1e-300)), ndtri(np.maximum(1 - beyond, 1e-300))
    distance: np.ndarray = np.where(beyond < 0.5, up, down)
    return distance


def bounds(
    below: np.ndarray, above: np.ndarray, mean: np.ndarray, dispersion: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The least and the greatest count that is within the distances which are allowed."""
    size = 1 / dispersion
    chance = size / (size + mean)
    upper = nbinom.isf(ndtr(-above), size, chance)
    upper -= halved(upper, mean, dispersion) > above
    lower = nbinom.ppf(ndtr(-below), size, chance)
    lower += halved(lower, mean, dispersion) < -below
    return lower, upper


def allowed(distance: np.ndarray, learned: np.ndarray, chance: np.ndarray, is_counted: np.ndarray) -> np.ndarray:
    """The distance that is exceeded with a chance, as of before each point.

    `learned`: which points are learned from. The tail is fitted anew whenever there is a 64th more to fit it to.
    """
    points = len(distance)
    found = np.full(distance.shape, np.nan)
    number = np.cumsum(learned, axis=0)
    # No tail is made of more.
    largest = np.full((places(number).max() + 1, distance.shape[1]), -np.inf)
    start, edge = 0, FIRST_POINTS
    while edge < points:
        seen = np.where(learned[start:edge], np.minimum(distance[start:edge], most_learned(found[start:edge])), -np.inf)
        largest = -np.sort(-np.concatenate([largest, seen]), axis=0)[: len(largest)]
        start, edge = edge, min(edge + max(4, edge // 64), points)
        most = np.where(is_counted[start], MOST_SHAPE_OF_COUNTS, SHAPES[1])
        found[start:edge] = Tail(largest, number[start - 1], most).exceeded_with(chance[start:edge])
    return found


def most_learned(distance: np.ndarray) -> np.ndarray:
    """What a distance counts at most, by what was allowed; all of it before there was anything."""
    return np.where(np.isnan(distance), np.inf, MOST_LEARNED * distance)


def places(number: np.ndarray) -> np.ndarray:
    """How many of so many distances the tail is made of."""
    share = np.minimum(np.maximum(TAIL_POINTS, TAIL_SHARE * number) / np.maximum(number, 1), 0.1)
    count: np.ndarray = np.ceil(share * number).astype("int64")
    return count


class Tail:
    """The upper tail of distances: a generalised Pareto distribution beyond a threshold."""

    def __init__(self, largest: np.ndarray, number: np.ndarray, most_shape: np.ndarray):
        """`largest`: the largest distances, descending, of so many, by series; -inf where there are no more."""
        self.threshold = np.maximum(largest[places(number), np.arange(largest.shape[1])], TAIL_FROM)
        is_beyond = largest > self.threshold
        logarithms = np.where(is_beyond, np.log(np.where(is_beyond, largest, 1) / self.threshold), 0)
        count = is_beyond.sum(axis=0)
        before = POINTS_BEFORE * t.sf(self.threshold / OF_STUDENT, DEGREES)
        self.share = (count + before) / (number + POINTS_BEFORE)
        shape_weight, moment_weight = TAIL_BEFORE
        first, second = (
            ((logarithms**power).sum(axis=0) + moment_weight * moment) / (count + moment_weight)
            for power, moment in zip((1, 2), MOMENTS_BEFORE, strict=True)
        )
        negative = 1 - 0.5 / np.maximum(1 - first**2 / second, 1e-3)
        shape = (count * (first + negative) + shape_weight * SHAPE_BEFORE) / (count + shape_weight)
        shape = np.clip(shape, SHAPES[0], most_shape)
        self.shape = np.where(np.abs(shape) < 1e-4, 1e-4, shape)
        self.scale = self.threshold * first * (1 - np.clip(negative, -1, 0))

    def exceeded_with(self, chance: np.ndarray) -> np.ndarray:
        """The distance, of shape (points, series), for chances of shape (points, 1)."""
        ratio = self.share / chance
        beyond = self.threshold + self.scale * (np.maximum(ratio, 1e-9) ** self.shape - 1) / self.shape
        # Nearer than the tail: in proportion to a normal distribution.
        nearer = self.threshold * ndtri(1 - np.minimum(chance, 0.49)) / ndtri(1 - np.minimum(self.share, 0.49))
        distance: np.ndarray = np.where(ratio >= 1, beyond, nearer)
        return distance


def weight(points: float) -> float:
    """Of the newest point, where half is forgotten after so many."""
    return float(1 - 0.5 ** (1 / points)) if points else 1.0


def weighted(values: np.ndarray, newest: float) -> np.ndarray:
    """Exponentially weighted sums down the first axis, whose weights add up to 1 in the end."""
    sums: np.ndarray = lfilter([newest], [1, newest - 1], values, axis=0)
    return sums


def mean_before(values: np.ndarray, known: np.ndarray, newest: float) -> np.ndarray:
    """Exponentially weighted mean of the points before each; nan before the first."""
    sums = weighted(np.where(known, values, 0), newest)
    return earlier(sums / weighted(known.astype("float64"), newest), np.nan)


def usual_before(
    values: np.ndarray, known: np.ndarray, slots: np.ndarray, newest: float
) -> tuple[np.ndarray, np.ndarray]:
    """The same within each slot, and how many points of it came before."""
    usual, visits = np.full(values.shape, np.nan), np.zeros(values.shape)
    order = np.argsort(slots, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(slots[order])) + 1):
        usual[rows] = mean_before(values[rows], known[rows], newest)
        visits[rows] = np.cumsum(known[rows], axis=0) - known[rows]
    return usual, visits


def before_median(values: np.ndarray) -> np.ndarray:
    """Median of the last points before each."""
    return earlier(pd.DataFrame(values).rolling(LOOK_BACK, min_periods=FIRST_POINTS).median().to_numpy(), np.nan)


def earlier(values: np.ndarray, first: float | bool, rows: int = 1) -> np.ndarray:
    """What stood so many rows before, and something else in the first ones."""
    moved = np.full_like(values, first)
    moved[rows:] = values[: max(len(values) - rows, 0)]
    return moved
