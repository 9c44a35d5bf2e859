"""What `make snowflake-local` built on both engines, kept so that `make parity` compares it and builds nothing again.

It stands for the files and the code that it was built of, by a fingerprint of both, and for no others.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
from techco import settings

from tools.emulator.running import ROOT
from tools.parity.compare import Rows
from tools.parity.run import WAREHOUSE

# Whatever decides what a build makes: the project, the packages that it runs, and their versions.
CODE = ("models", "macros", "seeds", "snapshots", "tests", "profiles", "pylib", "tools", "requirements")
SUFFIXES = {".sql", ".yml", ".csv", ".py", ".txt"}
MARK = "built_of.json"

Tables = Iterable[tuple[str, Rows]]


def fingerprint(landing: Path) -> str:
    """A digest of code, pepper, and the names and sizes of landed files, which do not change once they have landed."""
    digest = hashlib.sha256((ROOT / "dbt_project.yml").read_bytes())
    digest.update(settings.pepper().encode())
    for path in sorted(path for folder in CODE for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    digest.update(str(landing.resolve()).encode())
    for path in sorted(landing.glob("*/*/ingested_on=*/*")):
        digest.update(f"{path.relative_to(landing)} {path.stat().st_size}\n".encode())
    return digest.hexdigest()


@contextmanager
def keeping(folder: Path, landing: Path) -> Iterator[Callable[[str, Tables], None]]:
    """Yield what keeps the tables of a step below `folder`; they count when the block is through."""
    built_of, steps = fingerprint(landing), []

    def keep(step: str, tables: Tables) -> None:
        place = folder / "marts" / step
        place.mkdir(parents=True)
        for name, rows in tables:
            described = rows.values.replace_schema_metadata({"families": json.dumps(rows.families)})
            pq.write_table(described, place / f"{name}.parquet")
        steps.append(step)

    yield keep
    (folder / "marts" / MARK).write_text(json.dumps({"fingerprint": built_of, "steps": steps}), encoding="utf-8")


def read_kept(folder: Path, landing: Path) -> dict[str, tuple[Path, Tables]]:
    """Warehouse and tables of each step; none where nothing was kept, or of other files or other code."""
    mark = folder / "marts" / MARK
    kept = json.loads(mark.read_text(encoding="utf-8")) if mark.exists() else {}
    if kept.get("fingerprint") != fingerprint(landing):
        return {}
    return {step: (warehouse_of(folder, step), read_tables(folder / "marts" / step)) for step in kept["steps"]}


def warehouse_of(folder: Path, step: str) -> Path:
    """Where DuckDB's warehouse of a step lies."""
    return folder / "duckdb" / step / WAREHOUSE


def read_tables(place: Path) -> Tables:
    """The tables of one step, one at a time."""
    for path in sorted(place.glob("*.parquet")):
        values = pq.read_table(path)
        yield path.stem, Rows(json.loads(values.schema.metadata[b"families"]), values)
