"""Holds landed files against the raw contract.

An error is what would lose data or make wrong numbers if it were built; a warning is what the build copes with, as an
optional column that is missing becomes null. Single rows are not judged here: base models say of each that cannot be
read, typed or keyed why it goes to the quarantine. Whatever a file holds ends in findings, never in an exception.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from techco.contract.landing_zone import LandedFile
from techco.contract.raw_contract import Contract
from techco.contract.validation.checker import Checker, Depth, Progress
from techco.contract.validation.csv_files import CsvChecker
from techco.contract.validation.drift import day_before, note_gone
from techco.contract.validation.file_paths import misplacement
from techco.contract.validation.findings import Finding
from techco.contract.validation.jsonl_files import JsonChecker
from techco.contract.validation.parquet_files import ParquetChecker


def check(
    files: Iterable[LandedFile],
    contract: Contract,
    zone: Path,
    depth: Depth = "sample",
    progress: Progress | None = None,
    loaded: Iterable[LandedFile] = (),
) -> list[Finding]:
    """Findings about `files` of the landing folder `zone`, in the order of files, errors first.

    `sample` reads the bytes of every text file, the first 1,000 of its lines as rows, and the footers of parquet
    files; `full` reads every row. `progress` is called with each file when it has been read. `loaded` are files that
    were checked and loaded before: what they have, the next ones must have too.
    """
    findings: list[Finding] = []
    by_table: dict[tuple[str, str], list[LandedFile]] = defaultdict(list)
    done = progress or (lambda file: None)
    for file in files:
        misplaced = misplacement(file, contract)
        if misplaced:
            findings.append(misplaced)
            done(file)
        else:
            by_table[file.named].append(file)
    known: dict[tuple[str, str], list[LandedFile]] = defaultdict(list)
    for file in loaded:
        if misplacement(file, contract) is None:
            known[file.named].append(file)
    for name, landed in by_table.items():
        before = day_before(landed, known[name])
        tallies, compared = [], []
        for file_format, checker_of_format in CHECKERS.items():
            if not any(file.format == file_format for file in (*landed, *before)):
                continue
            checker = checker_of_format(contract.tables[name], Path(zone), depth)
            compared += checker.columns_of([file for file in before if file.format == file_format])
            read, together = checker.run([file for file in landed if file.format == file_format], done)
            tallies += read
            findings += together
        note_gone(contract.tables[name].columns, [*compared, *tallies])
        findings += [found for tally in tallies for found in tally.findings]
    return sorted(findings, key=lambda f: (f.file, f.severity, f.code, f.column or ""))


CHECKERS: dict[str, type[Checker]] = {"csv": CsvChecker, "jsonl": JsonChecker, "parquet": ParquetChecker}
