"""An erasure that meets a landed file which it cannot rewrite, or is killed, does all else first and goes on later."""

import os
import random
import shutil
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
from comparing import query
from conftest import ROOT, House
from proofs.erasure import choose, clear_values, command, hits
from techco.operations.landing_rewrite import read_bytes, write_bytes

# Ends the process where a step would begin, as a kill does.
KILLED = """
import os, sys
from techco.operations import erase, landing_rewrite
setattr({module}, {step!r}, lambda *arguments: os._exit(9))
sys.exit(erase.main(sys.argv[1:]))
"""


def files_of(house: House, table: str, person: str) -> list[str]:
    """The landed files of a table with a column customer_id that hold a person."""
    holding = f"select distinct _file from base.base_{table} where customer_id = ? order by 1"
    return [row[0] for row in query(house.warehouse, holding, person)]


def with_most_files(house: House, table: str) -> str:
    """The customer who stands in the most files of a table."""
    most = "select customer_id from base.base_{} group by 1 order by count(distinct _file) desc, 1 limit 1"
    return query(house.warehouse, most.format(table) if table else "")[0][0]


def unfinished(house: House):
    """What remembers that an erasure is not finished."""
    return house.warehouse.with_name(f"{house.warehouse.name}.erasing")


def test_files_that_cannot_be_rewritten_keep_the_person_nowhere_else(built, tmp_path):
    house = built.copy(tmp_path / "house")
    person = with_most_files(house, "shop__orders where customer_id is not null")
    orders = files_of(house, "shop__orders", person)
    events = files_of(house, "web__events", person)
    assert len(orders) >= 4 and events
    values = clear_values(house.landing, {person})
    command(house, "techco.serving.publish")
    missing, link, broken, changed = (house.landing / file for file in orders[:4])
    text = house.landing / events[0]
    kept = tmp_path / "kept"
    kept.mkdir()
    for number, path in enumerate((link, broken, changed, text)):
        shutil.copy(path, kept / str(number))
    missing.unlink()
    link.unlink()
    link.symlink_to(kept / "0")
    broken.write_bytes(b"no Parquet any more")
    # Others' rows are where the person's were.
    rows = pq.read_table(changed)
    pq.write_table(rows.take(list(reversed(range(rows.num_rows)))), changed)
    lines = read_bytes(text).splitlines(keepends=True)
    write_bytes(text, text, b"".join(line for line in lines if person.encode() not in line))

    told = command(house, "techco.operations.erase", person, "--landing", succeeds=False)
    assert "Traceback" not in told and "released anew" in told and "warehouse file written anew" in told, told
    for path, why in (
        (missing, "is not there any more"),
        (link, "leads out of the landing zone or is a link"),
        (broken, "cannot be read or written"),
        (changed, "is not as it was when it was loaded into base_shop__orders"),
        (text, "is not as it was when it was loaded into base_web__events"),
    ):
        assert f"landed file {path.relative_to(house.landing)} {why}" in told
    assert "run the same again" in told
    # All but these files is done: tables, warehouse file, releases, and what could be rewritten.
    assert hits(house, values, landing=False) == [] and "landed file written anew: shop/customers" in told
    assert (kept / "0").read_bytes() == pq_bytes(kept / "0") and unfinished(house).exists()
    assert oct(unfinished(house).stat().st_mode & 0o777) == "0o600"
    assert person not in unfinished(house).read_text()

    # Whoever the next run is for, it goes on; nobody asks in the CRM.
    link.unlink()
    for number, path in enumerate((link, broken, changed, text)):
        shutil.copy(kept / str(number), path)
    told = command(house, "techco.operations.erase", "--requested")
    assert f"landed file taken as deleted: {orders[0]}" in told
    assert f"landed file written anew: {orders[1]}" in told
    assert hits(house, values) == [] and not unfinished(house).exists()
    assert "No request for erasure is open" in command(house, "techco.operations.erase", "--requested")


def pq_bytes(path) -> bytes:
    """The bytes of a file outside of the zone, which has to be readable as it was."""
    assert pq.read_table(path).num_rows > 0
    return path.read_bytes()


@pytest.mark.long
def test_a_killed_erasure_goes_on_wherever_it_was(built, tmp_path):
    house = built.copy(tmp_path)
    persons = choose(house, random.Random(8), 3)
    values = clear_values(house.landing, set(persons))
    command(house, "techco.serving.publish")
    for module, step in (
        ("erase", "rewrite_warehouse"),
        ("erase", "renew_releases"),
        ("landing_rewrite", "finish"),
    ):
        killed = subprocess.run(
            [sys.executable, "-c", KILLED.format(module=module, step=step), *persons, "--landing"],
            cwd=ROOT,
            env=house.environment(),
            capture_output=True,
            check=False,
        )
        assert killed.returncode == 9, killed.stderr[-3000:]
    assert hits(house, values) != []
    command(house, "techco.operations.erase", "--requested")
    assert hits(house, values) == [] and not unfinished(house).exists()
    open_ones = "select count(*) from base.privacy_actions where done_at is null"
    assert query(house.warehouse, open_ones) == [(0,)]
    leftovers = [path for path in tmp_path.rglob("*") if ".rewriting" in path.name]
    assert leftovers == []


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_is_closed_is_told(built, tmp_path):
    house = built.copy(tmp_path)
    person = with_most_files(house, "shop__orders where customer_id is not null")
    folder = (house.landing / files_of(house, "shop__orders", person)[0]).parent
    folder.chmod(0o500)
    told = command(house, "techco.operations.erase", person, "--landing", succeeds=False)
    folder.chmod(0o700)
    assert "cannot be read or written (Permission denied)" in told and "Traceback" not in told
    command(house, "techco.operations.erase", person, "--landing")
