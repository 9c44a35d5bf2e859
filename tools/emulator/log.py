"""The log of all statements that the emulator was sent: one JSON object in each line."""

import json
import threading
from pathlib import Path


class StatementLog:
    """Appends statements to a file; `path` None keeps no log."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8") if path else None

    def write(self, statement: str, skipped: bool) -> None:
        """Write one statement; `skipped` says that it did nothing here."""
        if self._file is None:
            return
        with self._lock:
            self._file.write(json.dumps({"skipped": skipped, "sql": statement}) + "\n")
            self._file.flush()


def read_log(path: Path, skipped: bool | None = None) -> list[str]:
    """The statements of a log in their order; with `skipped`, only those that were or were not."""
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [entry["sql"] for entry in entries if skipped is None or entry["skipped"] is skipped]
