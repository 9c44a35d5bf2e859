"""What has been counted in a landed file, before it is judged."""

from dataclasses import dataclass, field

from techco.contract.landing_zone import LandedFile
from techco.contract.validation.findings import Finding, Severity, Unusable


@dataclass
class Fault:
    """How many values of a column fail in one way, where the first one stands and what it is."""

    count: int = 0
    row: int | None = None
    value: str | None = None

    def add(self, count: int, row: int | None, value: str | None = None) -> None:
        """Take in the count of later rows."""
        if count and not self.count:
            self.row, self.value = row, value
        self.count += count


@dataclass
class ColumnTally:
    """What the rows of one file hold in one column; `present` where the file has the column at all."""

    present: bool = False
    filled: int = 0
    bad: Fault = field(default_factory=Fault)

    def seen(self) -> bool:
        """Whether the column is known to be there."""
        self.present |= self.filled > 0
        return self.present


@dataclass
class FileTally:
    """What one file holds.

    `rows` that are readable, of documents also how many are `distinct`; how many are not; those that have a key twice;
    unknown columns in order of appearance.
    """

    file: LandedFile
    columns: dict[str, ColumnTally]
    rows: int = 0
    distinct: int = 0
    unreadable: int = 0
    doubled: Fault = field(default_factory=Fault)
    unknown: dict[str, None] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    usable: bool = True

    def note(self, severity: Severity, code: str, column: str | None, expected: str, found: str, advice: str) -> None:
        """Add a finding about this file."""
        self.findings.append(Finding(severity, self.file.path_in_zone, column, expected, found, advice, code))

    def give_up(self, reason: Unusable) -> None:
        """The file cannot be read: this is its only finding."""
        self.findings.clear()
        self.usable = False
        self.note("error", reason.code, None, reason.expected, reason.found, reason.advice)
