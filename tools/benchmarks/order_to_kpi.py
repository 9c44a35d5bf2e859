"""How long from an order in the shop's database to `kpi.daily_sales` of the published release, by `make watch`?

A shop's database takes orders at a steady rate, its log is followed into a landing zone that holds the rest of a small
simulated company, and `make watch` builds and publishes. Measured for each order: from its insert to the release whose
daily sales count it. Needs PostgreSQL's server programs and the group `ingest`. Exit code 1 where the figure that is
wanted is not reached, or daily sales do not count what the release's orders say.
"""

import argparse
import shutil
import signal
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from ingest.shop.driver import FIRST_ORDER
from tools.benchmarks.change_capture import Play, hindrance, kill, playing
from tools.benchmarks.evidence import ROOT, save

WANTED_P95 = 60.0
# Orders that were placed while people shopped, and those that daily sales count.
ORDERED = f"select order_id, ordered_at from core.fct_order where is_sale and order_id >= 'O{FIRST_ORDER:09}'"
COUNTED = "select coalesce(sum(order_count), 0) from kpi.daily_sales"
SALES = "select count(*) from core.fct_order where is_sale"


class Releases:
    """The published releases of a warehouse as they appear, and when each order was seen first."""

    def __init__(self, folder: Path):
        self.folder = folder / "releases"
        self.newest: Path | None = None
        self.lags: dict[str, float] = {}
        self.published = 0
        self.differing: list[str] = []

    def look(self) -> None:
        """Read the newest release where it is another one than the last time."""
        current = self.folder / "current"
        if not current.exists() or current.resolve() == self.newest:
            return
        seen = datetime.now(UTC).replace(tzinfo=None)
        self.newest = current.resolve()
        self.published += 1
        with duckdb.connect(str(self.newest / "analyst" / "serving.duckdb"), read_only=True) as release:
            for order, ordered_at in release.execute(ORDERED).fetchall():
                self.lags.setdefault(order, (seen - ordered_at).total_seconds())
            counts = [release.execute(query).fetchall()[0][0] for query in (COUNTED, SALES)]
        if counts[0] != counts[1]:
            self.differing.append(f"{self.newest.name}: daily sales count {counts[0]} of {counts[1]} orders")
        print(f"release {self.published}: {len(self.lags):,} orders of now", flush=True)


def measure(play: Play, per_second: float, seconds: float) -> dict:
    """Shop, follow, watch; the figures."""
    # Two days that end yesterday: what lands today follows on.
    play.make("--start", f"{datetime.now(UTC) - timedelta(days=2):%Y-%m-%d}")
    of_the_shop = shutil.ignore_patterns("shop")
    shutil.copytree(play.folder / "simulated", play.landing, ignore=of_the_shop, dirs_exist_ok=True)
    releases = Releases(play.warehouse.parent)
    connector = play.connector()
    watch = play.start("watch", sys.executable, "-m", "techco.operations.watch")
    try:
        while not releases.published:
            if watch.poll() is not None or connector.poll() is not None:
                raise RuntimeError(f"connector or watch has ended; see the logs in {play.folder}")
            releases.look()
            time.sleep(0.2)
        placed: list[int] = []
        shopping = threading.Thread(target=lambda: placed.append(play.driver.shop_at(per_second, seconds)), daemon=True)
        shopping.start()
        patience = time.monotonic() + seconds + 300
        while (shopping.is_alive() or len(releases.lags) < placed[0]) and time.monotonic() < patience:
            releases.look()
            time.sleep(0.2)
    finally:
        watch.send_signal(signal.SIGINT)
        kill(watch)
        kill(connector)
    lags = sorted(releases.lags.values())
    return {
        "orders_per_second": per_second,
        "orders_placed": sum(placed),
        "orders_in_daily_sales": len(lags),
        "releases": releases.published - 1,
        "p50_seconds": round(lags[len(lags) // 2], 1) if lags else None,
        "p95_seconds": round(lags[int(len(lags) * 0.95)], 1) if lags else None,
        "longest_seconds": round(lags[-1], 1) if lags else None,
        "differences": releases.differing,
    }


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders-per-second", type=float, default=20, help="(default: 20)")
    parser.add_argument("--seconds", type=float, default=600, help="how long is shopped (default: 600)")
    parser.add_argument("--folder", type=Path, default=ROOT / "warehouse" / "order_to_kpi", help="where all of it lies")
    given = parser.parse_args()
    if code := hindrance(given.folder):
        return code
    with playing(given.folder.resolve(), seed=1, with_builds=True) as play:
        figures = measure(play, given.orders_per_second, given.seconds)
    print(figures)
    save("order-to-kpi", figures)
    shutil.rmtree(given.folder)
    complete = figures["orders_in_daily_sales"] == figures["orders_placed"] and not figures["differences"]
    return 0 if complete and figures["p95_seconds"] <= WANTED_P95 else 1


if __name__ == "__main__":
    sys.exit(main())
