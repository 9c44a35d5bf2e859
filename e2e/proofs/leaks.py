"""No clear value of a person, and no secret, stands in what leaves the restricted schemas, and in no text of a run."""

import shutil
import subprocess
import sys
from pathlib import Path

from conftest import DAYS, ROOT, TINY, House, house
from leak_scan import Hit, Search

from tools.simulator.__main__ import main as simulate

# What the keys of persons, and the hashes of those who were erased, are made with.
SECRETS = {
    "TECHCO_PEPPER": "a-pepper-that-stands-in-no-text",
    "TECHCO_SUPPRESSION_KEY": "a-second-secret-that-stands-in-no-text",
}
# As seeds of other proofs begin at 0, these worlds are others.
FIRST_SEED = 500


def run(round_number: int, folder: Path, target: Path | None = None) -> dict:
    """Build and publish a world of distinctive persons under secrets, write its documentation, and search everywhere.

    `differences` lists what was found; `searched` counts values. The zone stays where there is any.
    """
    place = folder / f"round-{round_number}"
    shutil.rmtree(place, ignore_errors=True)
    searched = house(place, target or place / "target")
    made = ["--days", str(DAYS), *TINY, "--seed", str(FIRST_SEED + round_number), "--distinctive", "1"]
    assert simulate(["--out", str(searched.landing), *made]) == 0
    searched.dbt("build", "--exclude-resource-type", "unit_test", **SECRETS)
    search = Search.of_zone(searched.landing, SECRETS.values())
    found = leaks(searched, search, **SECRETS)
    # A search that finds nothing where everything stands proves nothing.
    there = search.in_restricted(searched.warehouse)
    assert all(there[("pii", kind)] for kind in ("person_id", "name", "email", "phone", "address", "birth_date"))
    if not found:
        shutil.rmtree(place)
    return {"searched": len(search.patterns), "differences": [str(hit) for hit in found]}


def leaks(built: House, search: Search, **environment: str) -> list[Hit]:
    """What stands outside the restricted schemas of a built house, in its releases, dbt's files, logs and docs.

    Publishes it, and writes the documentation.
    """
    environment = built.environment(**environment)
    published = subprocess.run(
        [sys.executable, "-m", "techco.serving.publish"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert published.returncode == 0, published.stderr
    secrets = {name: value for name, value in environment.items() if name in SECRETS}
    built.dbt("docs", "generate", "--static", DBT_WRITE_JSON="true", **secrets)
    found = search.in_warehouse(built.warehouse)
    found |= search.in_releases(built.warehouse.parent / "releases")
    found |= search.in_folder(built.target)
    return sorted(found, key=str)
