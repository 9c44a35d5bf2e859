"""Days: how busy one is, and which promotions run."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

MICROSECONDS_PER_DAY = 86_400_000_000
# Monday to Sunday; electronics sell at the weekend.
WEEKDAY = (0.92, 0.90, 0.93, 0.97, 1.05, 1.15, 1.08)
# In the middle of each month; days between lie between. Summer is quiet, and before Christmas gifts are bought.
MIDDLE_OF_MONTH, DAYS_OF_MONTH = 15.5, 30.4
MONTH = (0.97, 0.88, 0.92, 0.94, 0.95, 0.91, 0.83, 0.82, 0.96, 1.03, 1.22, 1.45)
# From Christmas Eve on, and on the two days when nobody shops.
AFTER_CHRISTMAS, HOLIDAY = 0.72, 0.5
CHRISTMAS_EVE, HOLIDAYS = (12, 24), ((12, 25), (1, 1))
GROWTH_PER_DAY = 0.0006
# With it, the default 396 days have about the orders a day that they are asked for.
LEVEL = 0.83


@dataclass(frozen=True)
class Promotion:
    """`percent` off the lines, or free shipping where it is 0; valid from the day `starts` to the day before `ends`."""

    promotion_id: str
    code: str
    name: str
    percent: int
    lift: float
    starts: date
    ends: date


@cache
def promotions_of(year: int) -> list[Promotion]:
    """The promotions of a year, by rule."""
    christmas = date(year, 12, 10)
    found = [
        Promotion(
            f"PR{year}11A", f"SINGLES{year % 100}", "Singles' Day", 15, 1.8, date(year, 11, 11), date(year, 11, 12)
        ),
        Promotion(f"PR{year}12A", f"XMAS{year % 100}", "Christmas gifts", 10, 1.35, christmas, date(year, 12, 20)),
        Promotion(f"PR{year}07A", f"SUMMER{year % 100}", "Summer sale", 12, 1.4, date(year, 7, 10), date(year, 7, 20)),
    ]
    friday = black_friday(year)
    week = friday - timedelta(days=4)
    found.append(
        Promotion(f"PR{year}11B", f"BLACK{year % 100}", "Black Friday week", 20, 2.4, week, friday + timedelta(days=4))
    )
    for month in range(1, 13):
        first = date(year, month, 5)
        code = f"{first:%b}".upper()
        found.append(
            Promotion(
                f"PR{year}{month:02}M", f"{code}10", f"{first:%B} weekend", 10, 1.15, first, first + timedelta(days=3)
            )
        )
        shipping = date(year, month, 18)
        found.append(
            Promotion(
                f"PR{year}{month:02}S", f"SHIP{code}", "Free shipping", 0, 1.08, shipping, shipping + timedelta(days=2)
            )
        )
    return found


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def running(day: date) -> Promotion | None:
    """The promotion of a day: the strongest where several run."""
    candidates = [p for p in promotions_of(day.year) if p.starts <= day < p.ends]
    return max(candidates, key=lambda p: (p.lift, p.promotion_id), default=None)


def demand(day: date, day_number: int) -> float:
    """How busy a day is; 1 is an ordinary one."""
    promotion = running(day)
    lift = promotion.lift if promotion else 1.0
    return WEEKDAY[day.weekday()] * usual(day, day_number) * lift


def usual(day: date, day_number: int) -> float:
    """How busy a day would be without its weekday and without promotions."""
    return LEVEL * season(day) * (1 + GROWTH_PER_DAY * day_number)


@cache
def season(day: date) -> float:
    """How busy a time of the year is, without promotions and weekdays."""
    behind = day.day - MIDDLE_OF_MONTH
    neighbour = (day + timedelta(days=15 if behind > 0 else -15)).month
    towards = abs(behind) / DAYS_OF_MONTH
    level = MONTH[day.month - 1] * (1 - towards) + MONTH[neighbour - 1] * towards
    if (day.month, day.day) in HOLIDAYS:
        return level * HOLIDAY
    return level * (AFTER_CHRISTMAS if (day.month, day.day) >= CHRISTMAS_EVE else 1.0)


def microseconds(day: date) -> int:
    """Midnight of a day, UTC, in microseconds since 1970."""
    return (day - date(1970, 1, 1)).days * MICROSECONDS_PER_DAY
