"""Follow a database by Debezium's engine: `python -m ingest.debezium crm.yml`."""

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

from techco import command, settings
from techco.contract.raw_contract import ContractError, load_contract

from ingest.debezium.config import read_config
from ingest.debezium.connector import Connector
from ingest.debezium.machine import NotInstalled
from ingest.files import AlreadyRunning

ROOT = Path(__file__).resolve().parents[2]
ADVICE = "What has landed stays; the next start goes on from there."


def main() -> NoReturn:
    """The command line; exit code 2 where it cannot begin."""
    parser = argparse.ArgumentParser(prog="python -m ingest.debezium", description=__doc__.splitlines()[0])
    parser.add_argument(
        "config", type=Path, help="YAML that says which tables of the database are which of the contract"
    )
    parser.add_argument("--landing", type=Path, help="landing zone (default: TECHCO_LANDING, else landing)")
    parser.add_argument("--until-idle", type=float, metavar="SECONDS", help="end when nothing has come for so long")
    parser.add_argument("--snapshot", action="store_true", help="read all tables anew")
    given = parser.parse_args()
    try:
        config, tables = read_config(given.config, load_contract(ROOT))
        connector = Connector(config, tables, given.landing or settings.landing_folder(ROOT))
        connector.until_idle = given.until_idle
        connector.read_again = given.snapshot
        connector.run()
    except (ContractError, AlreadyRunning, NotInstalled) as error:
        print(error, file=sys.stderr)
        leave(2)
    except KeyboardInterrupt:
        print(f"\nStopped by Ctrl-C. {ADVICE}", file=sys.stderr)
        leave(command.INTERRUPTED)
    leave(0)


def leave(code: int) -> NoReturn:
    """End here: Python cannot take down its modules while Java refers to them, and complains in a hundred lines."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    command.run(main, ADVICE)
