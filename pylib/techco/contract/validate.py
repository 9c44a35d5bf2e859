"""`python -m techco.contract.validate`: hold every landed file against the contract."""

import argparse
import sys
from itertools import groupby
from pathlib import Path

from tqdm import tqdm

from techco.command import run
from techco.contract.landing_zone import LandedFile, LandingZoneError, list_files, read_zone
from techco.contract.raw_contract import Contract, ContractError, load_contract
from techco.contract.validation import check
from techco.contract.validation.causes import by_cause
from techco.contract.validation.findings import Finding, counted, printable
from techco.contract.validation.landing_days import misdated
from techco.contract.validation.unclassified import unclassified
from techco.settings import landing_folder


def main(arguments: list[str] | None = None) -> int:
    """Print all findings and a summary; returns 0, 1 where there are errors, 2 where nothing could be checked."""
    options = parse(arguments)
    try:
        read_zone(options.landing)
        contract = load_contract(options.contract)
        files = list_files(options.landing)
    except (LandingZoneError, ContractError) as error:
        print(error, file=sys.stderr)
        return 2
    findings = check_with_progress(files, contract, options.landing)
    findings += [*misdated(files, contract), *unclassified(files, contract, options.landing)]
    findings = sorted(findings, key=lambda finding: finding.file)
    checked = {(file.source, file.table) for file in files} & contract.tables.keys()
    for line in report(findings, len(files), len(checked)):
        print(line)
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m techco.contract.validate", description=main.__doc__)
    landing = landing_folder()
    parser.add_argument("--landing", type=Path, default=landing, help="landing folder (default: %(default)s)")
    parser.add_argument("--contract", type=Path, default=Path(), help="folder of the dbt project (default: here)")
    return parser.parse_args(arguments)


def check_with_progress(files: list[LandedFile], contract: Contract, landing: Path) -> list[Finding]:
    """All findings at full depth; a bar on stderr when it takes more than a second."""
    size = sum(file.bytes for file in files)
    with tqdm(total=size, unit="B", unit_scale=True, desc="checking", delay=1, leave=False, file=sys.stderr) as bar:
        return check(files, contract, landing, depth="full", progress=lambda file: bar.update(file.bytes))


def report(findings: list[Finding], files: int, tables: int) -> list[str]:
    """The lines to print: each cause once, under the name of the first file that has it, then the summary."""
    lines = []
    causes = by_cause(findings)
    for name, group in groupby(causes, key=lambda cause: cause.first.file):
        lines.append(printable(name))
        lines += [f"  {cause.severity}: {cause.detail()}" for cause in group]
    errors = sum(cause.severity == "error" for cause in causes)
    summary = f"checked {counted(files, 'file')} of {counted(tables, 'table')}"
    warnings = len(causes) - errors
    return [*lines, f"{summary}: {counted(errors, 'error')}, {counted(warnings, 'warning')}"]


if __name__ == "__main__":
    run(main, "Nothing was changed; run it again to see every finding.")
