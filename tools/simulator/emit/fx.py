"""The rates API: what a euro costs in the other currencies."""

import json
from datetime import date, timedelta

from tools.simulator.landing import Landing
from tools.simulator.rates import CURRENCIES, DAYS_BEFORE_START
from tools.simulator.world import DayRecord, World


class Fx:
    """Tells each day's rates; the week before the world begins comes with its first day."""

    def __init__(self, world: World, landing: Landing):
        """`world` is read, never changed."""
        self.world = world
        self.landing = landing

    def emit(self, record: DayRecord) -> None:
        """Land a day."""
        first = -DAYS_BEFORE_START if record.number == 0 else 0
        days = [record.date + timedelta(days=offset) for offset in range(first, 1)]
        lines = [json.dumps(row) + "\n" for day in days for row in self.rows(day, record.date)]
        self.landing.lines("fx", "daily_rates", record.date, lines)

    def rows(self, day: date, landed: date) -> list[dict]:
        """The pairs of a day."""
        return [
            {
                "rate_date": day.isoformat(),
                "base_currency_code": "EUR",
                "quote_currency_code": currency,
                "rate": float(rate),
                "_ingested_at": f"{landed.isoformat()}T16:00:00.000000",
            }
            for currency, rate in zip(CURRENCIES, self.world.rates.on(day), strict=True)
        ]
