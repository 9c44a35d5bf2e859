"""Follow a database: `python -m ingest.postgres ingest/shop/shop.yml`."""

import argparse
import sys
from pathlib import Path

from techco import command, settings
from techco.contract.raw_contract import ContractError, load_contract

from ingest.files import AlreadyRunning
from ingest.postgres.config import read_config
from ingest.postgres.connector import Connector

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """The command line; exit code 2 where it cannot begin."""
    parser = argparse.ArgumentParser(prog="python -m ingest.postgres", description=__doc__.splitlines()[0])
    parser.add_argument(
        "config", type=Path, help="YAML that says which tables of the database are which of the contract"
    )
    parser.add_argument("--landing", type=Path, help="landing zone (default: TECHCO_LANDING, else landing)")
    parser.add_argument("--until-idle", type=float, metavar="SECONDS", help="end when nothing has come for so long")
    parser.add_argument(
        "--snapshot", nargs="+", default=[], metavar="TABLE", help="tables of the contract to read anew"
    )
    given = parser.parse_args()
    try:
        config, tables = read_config(given.config, load_contract(ROOT))
        unknown = set(given.snapshot) - {table.name for table in tables}
        if unknown:
            print(f"{given.config} names no table {', '.join(sorted(unknown))}.", file=sys.stderr)
            return 2
        connector = Connector(config, tables, given.landing or settings.landing_folder(ROOT))
        connector.until_idle = given.until_idle
        connector.read_again = frozenset(given.snapshot)
        connector.run()
    except (ContractError, AlreadyRunning) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    command.run(main, "What has landed stays; the next start goes on from there.")
