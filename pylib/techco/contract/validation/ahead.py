"""The landing check begun ahead: while dbt reads the project, on one core, it looks at the files, on the other.

Whoever needs the findings asks for them here, and waits for no more than is left. Where the files, the contract or what
is loaded are not those that it was begun with, they are checked then.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from techco.contract.landing_zone import LandedFile
from techco.contract.raw_contract import Contract
from techco.contract.validation import check
from techco.contract.validation.findings import Finding


@dataclass(frozen=True)
class Subject:
    """What a check looks at: files that are not loaded, those that are, the contract, and the landing folder."""

    new: Sequence[LandedFile]
    loaded: Sequence[LandedFile]
    contract: Contract
    landing: Path

    def check(self) -> list[Finding]:
        """The findings of a build."""
        if not self.new:
            return []
        return check(self.new, self.contract, self.landing, depth="sample", loaded=self.loaded)


begun: list[tuple[Subject, Future[list[Finding]]]] = []


def begin(subject: Subject) -> None:
    """Begin to check in a thread."""
    thread = ThreadPoolExecutor(1)
    begun.append((subject, thread.submit(subject.check)))
    thread.shutdown(wait=False)


def findings_of(subject: Subject) -> list[Finding]:
    """What is wrong with the new files."""
    for earlier, findings in begun:
        if earlier == subject:
            return findings.result()
    return subject.check()
