"""Follow topics: `python -m ingest.kafka ingest/kafka/web.yml`."""

import argparse
import sys
from pathlib import Path

from techco import command, settings
from techco.contract.raw_contract import ContractError, load_contract

from ingest.files import AlreadyRunning
from ingest.kafka.config import read_config
from ingest.kafka.connector import Connector, MessagesMissing

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """The command line; exit code 2 where it cannot begin, or go on."""
    parser = argparse.ArgumentParser(prog="python -m ingest.kafka", description=__doc__.splitlines()[0])
    parser.add_argument("config", type=Path, help="YAML that says which topics are which tables of the contract")
    parser.add_argument("--landing", type=Path, help="landing zone (default: TECHCO_LANDING, else landing)")
    parser.add_argument("--until-idle", type=float, metavar="SECONDS", help="end when nothing has come for so long")
    parser.add_argument("--accept-gaps", action="store_true", help="go on behind messages that the broker has no more")
    given = parser.parse_args()
    try:
        connector = Connector(
            read_config(given.config, load_contract(ROOT)), given.landing or settings.landing_folder(ROOT)
        )
        connector.until_idle, connector.accept_gaps = given.until_idle, given.accept_gaps
        connector.run()
    except (ContractError, AlreadyRunning, MessagesMissing) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    command.run(main, "What has landed stays; the next start goes on from there.")
