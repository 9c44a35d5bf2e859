"""`python -m techco.operations.load --target snowflake`: load the landing zone into Snowflake's raw tables.

What the landing check refuses stays where it is and is told; the rest is loaded, each file once, however often this
runs.
"""

import argparse
import json
import os
import sys
import tempfile
import zipfile
from collections import defaultdict
from pathlib import Path

from dbt.cli.main import dbtRunner

from techco.command import run
from techco.contract.landing_zone import LandedFile, LandingZoneError, list_files, read_zone
from techco.contract.raw_contract import ContractError, load_contract
from techco.contract.validation import check
from techco.contract.validation.causes import by_cause
from techco.contract.validation.landing_days import misdated
from techco.privacy import vault
from techco.settings import landing_folder

PACKAGE = Path(__file__).resolve().parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Load; returns 0, 1 where files were left out or the load failed, 2 where nothing can be loaded."""
    parser = argparse.ArgumentParser(prog="python -m techco.operations.load", description=main.__doc__)
    landing = landing_folder()
    parser.add_argument("--landing", type=Path, default=landing, help="landing folder (default: %(default)s)")
    parser.add_argument("--target", default="snowflake", help="dbt target (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        zone, contract, files = read_zone(options.landing), load_contract(Path()), list_files(options.landing)
        holds_persons = bool(files) and not zone.simulated
        pepper, key = vault.pepper(holds_persons), vault.suppression_key(holds_persons)
    except (LandingZoneError, ContractError, vault.VaultError) as error:
        print(error, file=sys.stderr)
        return 2
    findings = [*check(files, contract, options.landing, depth="sample"), *misdated(files, contract)]
    errors = [finding for finding in findings if finding.severity == "error"]
    for cause in by_cause(errors):
        print(f"not loaded: {cause}", file=sys.stderr)
    refused = {finding.file for finding in errors}
    known = [file for file in files if (file.source, file.table) in contract.tables]
    wanted = [file for file in known if not refused & {file.path_in_zone, file.path_in_zone.rpartition("/")[0]}]
    with tempfile.TemporaryDirectory() as folder:
        pepper_file = secret_file(Path(folder) / "pepper", pepper)
        pads = " ".join(pad.hex() for pad in vault.pads(key)) if key else ""
        operation = {
            "landing_zone_id": zone.landing_zone_id,
            "folder": str(options.landing.resolve()),
            "files": by_folder(wanted),
            "whole_folders": whole_folders(options.landing, by_folder(wanted)),
            "pepper_file": pepper_file,
            "pads_file": secret_file(Path(folder) / "pads", pads) if pads else None,
            "pepper_fingerprint": vault.fingerprint(pepper),
            "package_file": zipped(Path(folder) / "techco.zip"),
        }
        # Not by a process of its own: a command line is too short for the list of files.
        command = ["run-operation", "load_landing_zone", "--target", options.target, "--args", json.dumps(operation)]
        loaded = dbtRunner().invoke(command).success
    return 0 if loaded and not errors else 1


def secret_file(file: Path, secret: str) -> str:
    """Write a line that only the owner reads; the file's path."""
    file.touch(mode=0o600)
    file.write_text(secret + "\n", encoding="utf-8")
    return str(file)


def zipped(file: Path) -> str:
    """Write this package into a zip file, as Python models import it; its path."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(PACKAGE.rglob("*.py")):
            archive.write(path, path.relative_to(PACKAGE.parent))
    return str(file)


def by_folder(files: list[LandedFile]) -> dict[str, list[str]]:
    """Names of files by their folder within the zone."""
    folders = defaultdict(list)
    for file in files:
        folder, _, name = file.path_in_zone.rpartition("/")
        folders[folder].append(name)
    return dict(folders)


def whole_folders(landing: Path, folders: dict[str, list[str]]) -> list[str]:
    """The folders in which nothing else lies: a file that is being written, is refused or is no data stays behind."""
    return [folder for folder, names in folders.items() if set(os.listdir(landing / folder)) == set(names)]


if __name__ == "__main__":
    run(main, "What was loaded stays loaded, each file once; run it again for the rest.")
