"""The advertising agency: campaigns and what each spent, with semicolons, decimal commas, German dates, in Latin-1."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np

from tools.simulator import countries
from tools.simulator.calendar import MICROSECONDS_PER_DAY, microseconds
from tools.simulator.campaigns import BACK_TO_SCHOOL, BRAND, BROUGHT, NAMES, RETARGETING, season
from tools.simulator.columns import iso
from tools.simulator.landing import Landing
from tools.simulator.orders import HOUR
from tools.simulator.randomness import stream
from tools.simulator.shopping import CONVERSION, PAID, SHARE_OF_VISITS, SOURCES
from tools.simulator.world import DayRecord, World

ENCODING = "latin-1"
CAMPAIGN_COLUMNS = (
    *("campaign_id", "campaign_name", "platform", "utm_source", "utm_campaign", "country_code", "started_on"),
    *("ended_on", "currency_code", "daily_budget_amount", "_ingested_at"),
)
SPEND_COLUMNS = (
    *("campaign_id", "spend_date", "currency_code", "spend_amount", "impression_count", "click_count"),
    *("platform_conversion_count", "_ingested_at"),
)
# The partners' links are paid by the sale, not through an advertising platform.
PLATFORMS = {"google": "google", "instagram": "meta", "newsletter": "newsletter"}
# By campaign.
TITLES = ["Marke für alle", "Zurück zur Schule", "Geschenke für jeden", "Rückkehr der Besucher"]
# Euro cents for a click, and how often an advertisement is shown for each.
CENTS_PER_CLICK = {"google": 120, "meta": 90, "newsletter": 6}
SHOWN_PER_CLICK = {"google": 22, "meta": 61, "newsletter": 14}
# Platforms count clicks that never arrive, and claim sales that others brought too.
CLICKS_PER_VISIT, CLAIMED_PER_SALE = 1.12, 1.35
# The evening's figures miss some clicks; most days are corrected up to three days later.
FIRST_FIGURES = (0.88, 1.0)
CORRECTED = 0.75
REVIEWED_ON_MONDAYS = 0
# A review tells the campaigns of the days up to the next one.
REVIEWED_DAYS = timedelta(days=7)


@dataclass(frozen=True)
class Campaign:
    """`source`, `name`: positions of its utm values; `country`: position or -1 for all; `currency`: position.

    `days`: the first and the last, or None where it runs all year.
    """

    number: int
    source: int
    name: int
    country: int
    currency: int
    days: tuple[date, date] | None

    @property
    def campaign_id(self) -> str:
        """Each year's season is a campaign of its own."""
        return f"AC{self.number:04}" + (f"-{self.days[0].year}" if self.days else "")

    @property
    def platform(self) -> str:
        """Where it runs."""
        return PLATFORMS[SOURCES[self.source]]

    def runs(self, first: date, last: date) -> bool:
        """Whether it runs on any of these days."""
        return self.days is None or (self.days[0] <= last and first <= self.days[1])


@cache
def campaigns(year: int) -> list[Campaign]:
    """One for each pair of utm values; for each country where Google's is for the brand, or where their days differ."""
    found = []
    for source, label in enumerate(SOURCES):
        for name in range(len(NAMES)):
            if label not in PLATFORMS:
                continue
            split = name == BACK_TO_SCHOOL or (label == "google" and name == BRAND)
            dollars = label == "instagram" and name == RETARGETING
            for country in range(len(countries.CODES)) if split else (-1,):
                currency = country if split else countries.US if dollars else countries.DE
                # One for all countries has the same days in each.
                days = season(name, max(country, 0), year)
                found.append(Campaign(len(found) + 1, source, name, country, currency, days))
    return found


def running(first: date, last: date) -> list[Campaign]:
    """The campaigns of any of these days; those that run all year once."""
    years = {first.year, last.year}
    found = {campaign.campaign_id: campaign for year in sorted(years) for campaign in campaigns(year)}
    return [campaign for campaign in found.values() if campaign.runs(first, last)]


class Ads:
    """Tells what campaigns cost on each day, and corrects it later."""

    def __init__(self, world: World, landing: Landing):
        """`world` is read, never changed."""
        self.world = world
        self.landing = landing
        self.corrections: dict[int, list[list]] = {}

    def emit(self, record: DayRecord) -> None:
        """Land a day: the campaigns at first and on Mondays, its figures, and corrections of earlier days."""
        if record.number == 0 or record.date.weekday() == REVIEWED_ON_MONDAYS:
            told = running(record.date, record.date + REVIEWED_DAYS)
            rows = [self.campaign_row(campaign, record) for campaign in told]
            self.land("campaigns", CAMPAIGN_COLUMNS, rows, record)
        corrected_at = iso(record.midnight + 5 * HOUR)
        rows = [[*row, corrected_at] for row in self.corrections.pop(record.number, [])]
        self.land("daily_spend", SPEND_COLUMNS, rows + self.figures(record), record)

    def land(self, table: str, header: tuple, rows: list[list], record: DayRecord) -> None:
        """Land rows below their header."""
        text = "".join(";".join(cell(value) for value in row) + "\n" for row in [header, *rows])
        self.landing.text("ads", table, record.date, "csv", text, ENCODING)

    def campaign_row(self, campaign: Campaign, record: DayRecord) -> list:
        """A campaign as it stands; budgets grow with the season."""
        per_euro = self.world.rates.per_euro(record.date)[campaign.currency]
        share = countries.SHARES[campaign.country] if campaign.country >= 0 else 1.0
        busy = 1.5 if record.date.month in (11, 12) else 1.0
        for_an_order = PAID * SHARE_OF_VISITS / CONVERSION
        visits = self.world.options.orders_per_day * for_an_order * BROUGHT[campaign.name] * share
        euros = visits * CENTS_PER_CLICK[campaign.platform] / 100 * 1.6 * busy
        country = countries.CODES[campaign.country] if campaign.country >= 0 else None
        started_on, ended_on = campaign.days or (self.world.start_date, None)
        return [
            campaign.campaign_id,
            f"{TITLES[campaign.name]} | {campaign.platform}" + (f" | {country}" if country else ""),
            campaign.platform,
            SOURCES[campaign.source],
            NAMES[campaign.name],
            country,
            started_on,
            ended_on,
            countries.CURRENCIES[campaign.currency],
            float(round(max(euros * per_euro, 1.0))),
            iso(record.midnight + 4 * HOUR),
        ]

    def figures(self, record: DayRecord) -> list[list]:
        """The evening's figures; what will be corrected is kept for its day."""
        rng = stream(self.world.options.seed, "advertising", record.number)
        visits, shape = record.visits, (len(SOURCES), len(NAMES), len(countries.CODES))
        paid = visits.source >= 0
        where = np.ravel_multi_index((visits.source[paid], visits.campaign[paid], visits.country[paid]), shape)
        came = np.bincount(where, minlength=np.prod(shape)).reshape(shape)
        bought = np.bincount(where, weights=visits.order[paid] >= 0, minlength=np.prod(shape)).reshape(shape)
        per_euro = self.world.rates.per_euro(record.date)
        told_at = iso(microseconds(record.date) + MICROSECONDS_PER_DAY - HOUR)
        rows = []
        for campaign in running(record.date, record.date):
            of = (campaign.source, campaign.name, slice(None) if campaign.country < 0 else campaign.country)
            clicks = round(came[of].sum() * CLICKS_PER_VISIT * rng.uniform(0.97, 1.05))
            cents = clicks * CENTS_PER_CLICK[campaign.platform] * per_euro[campaign.currency] * rng.uniform(0.9, 1.1)
            cents *= record.day.troubles.click_prices.get(SOURCES[campaign.source], 1.0)
            shown = int(clicks * SHOWN_PER_CLICK[campaign.platform] * rng.uniform(0.8, 1.2))
            claimed = rng.poisson(bought[of].sum() * CLAIMED_PER_SALE)
            seen, later, delay = rng.uniform(*FIRST_FIGURES), rng.random() < CORRECTED, int(rng.integers(1, 4))
            head = [campaign.campaign_id, record.date, countries.CURRENCIES[campaign.currency]]
            final = [*head, round(cents) / 100, shown, clicks, claimed]
            first = final
            if later:
                first = [*head, round(cents * seen) / 100, int(shown * seen), int(clicks * seen), int(claimed * seen)]
                self.corrections.setdefault(record.number + delay, []).append(final)
            rows.append([*first, told_at])
        return rows


def cell(value) -> str:
    """A value as the agency writes it; none of its texts needs quotes."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return f"{value:.2f}".replace(".", ",") if isinstance(value, float) else str(value)
