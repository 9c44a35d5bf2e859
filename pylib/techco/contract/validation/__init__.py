"""Holds landed files against the raw contract.

An error is what would lose data or make wrong numbers if it were built; a warning is what the build copes with, as an
optional column that is missing becomes null. Single rows are not judged here: base models say of each that cannot be
read, typed or keyed why it goes to the quarantine. Whatever a file holds ends in findings, never in an exception.
"""

import os
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import duckdb

from techco.contract.landing_zone import LandedFile
from techco.contract.raw_contract import Contract, Table
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

    # What takes time is to decompress and to query, which leave Python to another table.
    with duckdb.connect() as database, ThreadPoolExecutor(os.cpu_count()) as tables:

        def check_files(name: tuple[str, str]) -> list[Finding]:
            table = contract.tables[name]
            checkers = {written: kind(table, Path(zone), depth, database) for written, kind in CHECKERS.items()}
            return check_table(table, checkers, by_table[name], day_before(by_table[name], known[name]), done)

        findings += chain.from_iterable(tables.map(check_files, by_table))
    return sorted(findings, key=lambda f: (f.file, f.severity, f.code, f.column or ""))


def check_table(
    table: Table, checkers: dict[str, Checker], files: list[LandedFile], before: list[LandedFile], done: Progress
) -> list[Finding]:
    """Findings about the files of one table; `before` are some of the day before, `checkers` those of each format."""
    findings, tallies = [], []
    for file_format, checker in checkers.items():
        if earlier := [file for file in before if file.format == file_format]:
            tallies += checker.columns_of(earlier)
        if landed := [file for file in files if file.format == file_format]:
            read, together = checker.run(landed, done)
            tallies += read
            findings += together
    note_gone(table.columns, tallies)
    checked = set(files)
    return findings + [found for tally in tallies if tally.file in checked for found in tally.findings]


CHECKERS: dict[str, type[Checker]] = {"csv": CsvChecker, "jsonl": JsonChecker, "parquet": ParquetChecker}
