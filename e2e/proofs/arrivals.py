"""The same data in a random order of arrival (batches, split, shuffled, late, again): every table as built at once.

Rows move to other parents on the way, and builds leave some models out until the last one.
"""

import gzip
import json
import random
import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
from comparing import differences, tables
from conftest import BUILD, TINY, House, house
from techco.contract.landing_zone import list_files

from proofs.moves import move_children
from tools.simulator.__main__ import main as simulate

DAYS = 10
# Snapshots say what was believed when, so they differ.
BUILD_WITHOUT_SNAPSHOTS = (*BUILD, "snapshot")
# Of the files that can be: how many are split in two, and how many are sent again.
SPLIT, AGAIN = 0.15, 0.1
# Of the incremental models, how many a build leaves out that is neither the first nor the last.
LEFT_OUT = 0.15


def run(round_number: int, folder: Path, target: Path | None = None, batches: int | None = None) -> dict:
    """Land a zone's files in random batches with a build after each, then build all of them at once, and compare.

    `round_number` decides the world and the order; dbt's own files lie in `target`. Raises AssertionError where a build
    fails or an incremental model of the manifest is not among the compared tables; `differences` is empty where all is
    well.
    """
    chance = random.Random(round_number)
    batches = batches or chance.randint(2, 5)
    place, target = folder / f"round-{round_number}", target or folder / "target"
    shutil.rmtree(place, ignore_errors=True)
    whole = house(place / "whole", target)
    seed = str(100 + round_number)
    made = ["--out", str(whole.landing), "--days", str(DAYS), *TINY, "--seed", seed, "--defects", "0.01"]
    assert simulate(made) == 0
    moved = move_children(whole.landing, chance)
    assert all(moved.values()), f"nothing moved: {[name for name, count in moved.items() if not count]}"
    for path in landed(whole.landing):
        if chance.random() < SPLIT:
            split(path, chance)
        # Of a file with one row, the other half is all there is.
        if chance.random() < AGAIN and path.exists():
            send_again(path, chance)
    files = landed(whole.landing)
    batch_of = {path: chance.randrange(batches) for path in files}
    growing = house(place / "growing", target)
    growing.landing.mkdir(parents=True)
    shutil.copy(whole.landing / "_landing_zone.json", growing.landing)
    for batch in range(batches):
        for path in files:
            if batch_of[path] == batch:
                there = growing.landing / path.relative_to(whole.landing)
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, there)
        some = left_out(growing, chance) if 0 < batch < batches - 1 else []
        growing.dbt(*BUILD_WITHOUT_SNAPSHOTS, *(["--exclude", *some] if some else []), DBT_WRITE_JSON="true")
    whole.dbt(*BUILD_WITHOUT_SNAPSHOTS, DBT_WRITE_JSON="true")
    require_every_incremental_model(whole)
    found = differences(whole.warehouse, growing.warehouse)
    if not found:
        shutil.rmtree(place)
    return {
        "seed": int(seed),
        "files": len(files),
        "batches": batches,
        "moved": sum(moved.values()),
        "differences": found,
    }


def landed(zone: Path) -> list[Path]:
    """The files of a landing zone, in order."""
    return [zone / file.path_in_zone for file in list_files(zone)]


def require_every_incremental_model(built: House) -> None:
    """Raise AssertionError where an incremental model of the manifest is no table that is compared."""
    incremental = {f"{node['schema']}.{node['alias']}" for node in incremental_models(built)}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built.warehouse}' as built (read_only)")
        compared = set(tables(connection, "built", snapshots=False))
    assert incremental and incremental <= compared, f"not compared: {sorted(incremental - compared)}"


def incremental_models(built: House) -> list[dict]:
    """The incremental models of the manifest."""
    nodes = json.loads((built.target / "manifest.json").read_text())["nodes"].values()
    return [node for node in nodes if node["config"]["materialized"] == "incremental"]


def left_out(growing: House, chance: random.Random) -> list[str]:
    """Some incremental models, as a run by hand may leave any out."""
    names = sorted(node["name"] for node in incremental_models(growing))
    return [name for name in names if chance.random() < LEFT_OUT]


def split(path: Path, chance: random.Random) -> None:
    """Make two files of one, its rows dealt out at random and shuffled. CSV, whose rows may span lines, stays whole."""
    half = path.with_name("half-" + path.name.removeprefix("part-"))
    order = np.random.default_rng(chance.getrandbits(32))
    if path.suffix == ".parquet":
        rows = pq.read_table(path)
        order = order.permutation(rows.num_rows)
        middle = rows.num_rows // 2
        for name, some in ((path, order[:middle]), (half, order[middle:])):
            pq.write_table(rows.take(some), name)
    elif path.name.endswith(".jsonl"):
        lines = path.read_bytes().splitlines(keepends=True)
        order = order.permutation(len(lines))
        middle = len(lines) // 2
        for name, some in ((path, order[:middle]), (half.with_name(half.name + ".gz"), order[middle:])):
            text = b"".join(lines[number] for number in some)
            name.write_bytes(gzip.compress(text) if name.suffix == ".gz" else text)
        for name in (path, half.with_name(half.name + ".gz")):
            if name.stat().st_size == 0 or (name.suffix == ".gz" and not gzip.decompress(name.read_bytes())):
                name.unlink()


def send_again(path: Path, chance: random.Random) -> None:
    """The same file under another name, on its own day or up to three days later."""
    own = date.fromisoformat(path.parent.name.removeprefix("ingested_on="))
    last = max(path.parent.parent.glob("ingested_on=*")).name.removeprefix("ingested_on=")
    day = min(own + timedelta(days=chance.randrange(4)), date.fromisoformat(last))
    folder = path.parent.with_name(f"ingested_on={day}")
    folder.mkdir(exist_ok=True)
    shutil.copy(path, folder / f"again-{own}-{path.name}")
