"""Land what is new of an API, or of a partner's files, and end: `python -m ingest.api crm.yml`, as for a cron job."""

import argparse
import sys
from pathlib import Path

from requests import RequestException
from techco import command, settings
from techco.contract.landing_zone import EXTENSIONS
from techco.contract.raw_contract import ContractError, load_contract

from ingest.api.config import read_config
from ingest.api.pages import land_pages
from ingest.api.partner_files import land_files
from ingest.files import AlreadyRunning, Landing

ROOT = Path(__file__).resolve().parents[2]
ENDS = [ending for endings in EXTENSIONS.values() for ending in endings]


def main() -> int:
    """The command line; exit code 1 where a table could not be fetched, 2 where nothing can begin."""
    parser = argparse.ArgumentParser(prog="python -m ingest.api", description=__doc__.splitlines()[0])
    parser.add_argument("config", type=Path, help="YAML that says what is fetched from where")
    parser.add_argument("--landing", type=Path, help="landing zone (default: TECHCO_LANDING, else landing)")
    given = parser.parse_args()
    failed = False
    try:
        config = read_config(given.config, load_contract(ROOT))
        landing = Landing(given.landing or settings.landing_folder(ROOT), config.source)
        with landing.alone(config.source):
            for table in (*config.tables, *config.files):
                for ending in ENDS:
                    landing.remove_unfinished(table, ending)
                try:
                    count = (land_pages if table in config.tables else land_files)(config, landing, table)
                # The other tables are fetched all the same.
                except (RequestException, OSError) as error:
                    failed = True
                    advice = "Nothing is lost; the next run begins where this one did."
                    print(f"{config.source}.{table}: {error}. {advice}", file=sys.stderr)
                else:
                    print(f"{config.source}.{table}: {count:,} {'records' if table in config.tables else 'files'}")
    except (ContractError, AlreadyRunning) as error:
        print(error, file=sys.stderr)
        return 2
    return 1 if failed else 0


if __name__ == "__main__":
    command.run(main, "What has landed stays; the next run begins where this one did.")
