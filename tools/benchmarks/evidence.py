"""Dated results of what was measured or proven, in docs/evidence."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]


def commit() -> str:
    """The checked out commit, marked where files differ from it."""
    asked = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return said.stdout.strip() or "uncommitted"


def save(name: str, content: dict) -> None:
    """Write `content` behind date, commit and machine, in a file named by what it is of, date and commit."""
    now = datetime.now(UTC)
    document = {
        "measured_at": now.isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "duckdb": duckdb.__version__},
    }
    path = ROOT / "docs" / "evidence" / f"{name}-{now:%Y-%m-%d}-{commit()}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document | content, indent=2) + "\n", encoding="utf-8")
    print(f"saved to {path.relative_to(ROOT)}")
