"""An emulator for as long as a block of code runs; none is left behind, whatever happens."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class EmulatorError(Exception):
    """The emulator did not start; the message says why."""


@contextmanager
def running(folder: Path, port: int) -> Iterator[int]:
    """Start an emulator on the folder's databases and yield its port (a free one for port 0); raises EmulatorError."""
    command = [sys.executable, "-W", "ignore", "-m", "tools.emulator", "--folder", str(folder), "--port", str(port)]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "emulator.log").open("w+", encoding="utf-8") as printed:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=printed, text=True
        )
        try:
            first = process.stdout.readline()
            if not first.startswith("listening"):
                process.wait()
                printed.seek(0)
                raise EmulatorError(
                    printed.read().strip() or f"The emulator ended with exit code {process.returncode}."
                )
            yield int(first.split()[-1])
        finally:
            process.stdin.close()
            process.wait()
            process.stdout.close()
