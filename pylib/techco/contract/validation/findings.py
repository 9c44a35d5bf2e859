"""What is said of a landed file that does not hold the contract."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with one file; `column` is None where it is about the whole file."""

    severity: Severity
    file: str
    column: str | None
    expected: str
    found: str
    advice: str
    code: str

    def __str__(self) -> str:
        return f"{printable(self.file)}: {self.detail()}"

    def detail(self) -> str:
        """The finding on one line, without the file."""
        column = f"column {printable(self.column)}: " if self.column is not None else ""
        return f"{column}expected {self.expected}; found {self.found}. {self.advice}."


class Unusable(Exception):
    """A file, or the rest of it, cannot be read; carries what a Finding says."""

    def __init__(self, code: str, expected: str, found: str, advice: str):
        super().__init__(found)
        self.code, self.expected, self.found, self.advice = code, expected, found, advice


def printable(text: str) -> str:
    """Text from a file on one line of limited length, without characters that steer a terminal."""
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text[:200])
    return shown if len(shown) <= 160 else f"{shown[:160]}…"


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 row, 2,000 rows."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
