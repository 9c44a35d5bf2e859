"""The shop's database: `python -m ingest.shop start`, `drive`, `stop`."""

import argparse
import shutil
import sys
from pathlib import Path

import psycopg
from techco import command
from techco.contract.raw_contract import load_contract

from ingest.shop.database import Server, ServerMissing, load
from ingest.shop.driver import Driver

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m ingest.shop", description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["start", "drive", "stop", "remove"])
    parser.add_argument("--folder", type=Path, default=ROOT / "warehouse" / "shop", help="where the database lies")
    parser.add_argument(
        "--port", type=int, default=55432, help="where it listens, on the loopback only (default: 55432)"
    )
    parser.add_argument(
        "--zone", type=Path, default=ROOT / "landing", help="landing zone whose shop it begins with (default: landing)"
    )
    parser.add_argument("--changes", type=int, help="drive: change so many rows, as fast as it goes")
    parser.add_argument(
        "--orders-per-second", type=float, default=1.0, help="drive: else order at this rate (default: 1)"
    )
    parser.add_argument(
        "--seconds", type=float, default=float("inf"), help="drive: for so long (default: until Ctrl-C)"
    )
    given = parser.parse_args()
    server = Server(given.folder, given.port)
    try:
        return {"start": start, "drive": drive, "stop": stop, "remove": remove}[given.what](server, given)
    except (ServerMissing, RuntimeError, psycopg.OperationalError) as error:
        print(error, file=sys.stderr)
        return 2


def start(server: Server, given: argparse.Namespace) -> int:
    """Start the database; the first time, make it."""
    if server.data.exists():
        if not server.is_running():
            server.start()
    else:
        if not (given.zone / "shop").is_dir():
            print(
                f"{given.zone} has no folder `shop`. `make build` writes a landing zone, or name one by --zone.",
                file=sys.stderr,
            )
            return 2
        server.create()
        counts = load(server, load_contract(ROOT), given.zone)
        print(", ".join(f"{count:,} {name}" for name, count in counts.items()))
    print(f"The shop's database answers at: {server.connection}")
    return 0


def drive(server: Server, given: argparse.Namespace) -> int:
    """Use it."""
    driver = Driver(server.connection)
    if given.changes:
        print(f"{driver.drive(given.changes):,} rows changed.")
    else:
        print(f"{driver.shop_at(given.orders_per_second, given.seconds):,} orders placed.")
    return 0


def stop(server: Server, _: argparse.Namespace) -> int:
    """Stop it; its data stay."""
    if server.is_running():
        server.stop()
    return 0


def remove(server: Server, given: argparse.Namespace) -> int:
    """Stop it and remove its data."""
    stop(server, given)
    shutil.rmtree(server.folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    command.run(main, "The database goes on; `make shop-stop` ends it.")
