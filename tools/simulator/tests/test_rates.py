"""Exchange rates have no gap."""

from tools.simulator.tests.conftest import SMALL_DAYS


def test_every_day_and_currency(zone):
    days = zone.rows("""
        select quote_currency_code, count(*), count(distinct rate_date), cast(min(rate_date) as varchar), min(rate) > 0
        from fx_daily_rates where base_currency_code = 'EUR' group by 1 order by 1
    """)
    expected = SMALL_DAYS + 7
    assert days == [(code, expected, expected, "2025-08-25", True) for code in ("BRL", "GBP", "USD")]


def test_each_rate_lands_on_its_day(zone):
    zone.none("from fx_daily_rates where rate_date > ingested_on")
    zone.none("from fx_daily_rates where rate_date <> ingested_on and ingested_on > '2025-09-01'")


def test_rates_stay_near_their_level(long_zone):
    levels = dict(long_zone.rows("select quote_currency_code, avg(rate) from fx_daily_rates group by 1"))
    for code, level in {"USD": 1.10, "BRL": 6.20, "GBP": 0.86}.items():
        assert 0.9 < levels[code] / level < 1.1
