"""Findings by their cause: what is wrong with many files in the same way is said once, with the files."""

from collections.abc import Iterable
from dataclasses import dataclass

from techco.contract.validation.findings import Finding, Severity, counted, printable

# So many files of one cause are named.
NAMED_FILES = 10


@dataclass(frozen=True)
class Cause:
    """One thing that is wrong with some files of a table; `first` is the finding about the first of them."""

    first: Finding
    files: tuple[str, ...]

    @property
    def severity(self) -> Severity:
        """Error or warning."""
        return self.first.severity

    def __str__(self) -> str:
        return f"{self.first}{self.others()}"

    def detail(self) -> str:
        """The cause on one line, without the first file."""
        return f"{self.first.detail()}{self.others()}"

    def others(self) -> str:
        """The other files, as a sentence; nothing where there are none."""
        others = self.files[1:]
        if not others:
            return ""
        named = ", ".join(printable(name) for name in others[:NAMED_FILES])
        more = f" and {len(others) - NAMED_FILES:,} more" if len(others) > NAMED_FILES else ""
        return f" So in {counted(len(self.files), 'file')}, also in {named}{more}."


def by_cause(findings: Iterable[Finding]) -> list[Cause]:
    """The causes of findings, in the order of their first findings."""
    found: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        table = tuple(finding.file.split("/")[:2])
        key = (table, finding.severity, finding.code, finding.column, finding.expected)
        found.setdefault(key, []).append(finding)
    # A file may have a cause twice, as a name that is unknown in two places.
    return [Cause(alike[0], tuple(dict.fromkeys(finding.file for finding in alike))) for alike in found.values()]
