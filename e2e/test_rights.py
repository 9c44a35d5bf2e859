"""Rights of persons: erased everywhere and for good, told what is held, and nothing else touched whatever is asked."""

import json
import random

import duckdb
import pytest
from comparing import differences, query
from conftest import BUILD
from proofs.erasure import choose, clear_values, command, keys_of
from proofs.erasure import run as prove_erasure

ACTIONS = "select action, request_id, row_count from base.privacy_actions order by all"


def operate(house, operation: str, succeeds: bool = True, **arguments) -> str:
    """Run an operation of dbt."""
    given = json.dumps(arguments)
    return house.dbt("--no-write-json", "run-operation", operation, "--args", given, succeeds=succeeds)


def contents(house) -> dict[str, tuple]:
    """A checksum of every table."""
    with duckdb.connect(str(house.warehouse), read_only=True) as connection:
        tables = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        return {
            name: connection.execute(f"select count(*), bit_xor(hash(rows)) from {name} as rows").fetchone()
            for (name,) in tables
        }


def test_nothing_of_erased_persons_is_left(tmp_path, dbt_files):
    figures = prove_erasure(0, tmp_path, dbt_files, persons=8)
    assert figures["differences"] == []
    assert figures["values"] > 40 and figures["suppressed_rows"] > 0


@pytest.fixture(scope="module")
def erased(built, tmp_path_factory):
    """A warehouse from which two persons were erased by the operation alone, and their ids."""
    house = built.copy(tmp_path_factory.mktemp("erased"))
    house.persons = choose(house, random.Random(1), 2)
    house.keys = keys_of(house.warehouse, house.persons)
    house.before = contents(house)
    operate(house, "erase", customer_ids=house.persons)
    return house


def test_a_dry_run_changes_nothing(built, tmp_path):
    house = built.copy(tmp_path)
    before = contents(house)
    person = choose(house, random.Random(1), 1)[0]
    for operation, arguments in (
        ("erase", {}),
        ("export_person", {}),
        ("object_person", {}),
        ("rectify_person", {"table": "shop.customers", "column": "phone", "value": "1"}),
    ):
        printed = operate(house, operation, customer_id=person, dry_run=True, **arguments)
        assert "nothing was changed" in printed and person not in printed
    assert contents(house) == before


def test_a_second_request_does_nothing_and_says_so(erased):
    before = contents(erased)
    printed = operate(erased, "erase", customer_ids=erased.persons)
    assert "2 of 2 persons were erased before" in printed
    assert "No request for erasure is open" in operate(erased, "erase_requested")
    assert contents(erased) == before
    assert [row[0] for row in query(erased.warehouse, ACTIONS)] == ["erase", "erase"]


@pytest.mark.parametrize(
    "asked",
    ["nobody", "C%", "%", "_", "'; drop table base.identity; --", "' or '1'='1", "C-1' --", "erased:x", "*", '"', "\\"],
)
def test_what_is_no_id_is_refused(erased, asked):
    before = contents(erased)
    printed = operate(erased, "erase", customer_id=asked, succeeds=False)
    assert "No landed row names person 1 of the 1" in printed and "Traceback" not in printed
    assert contents(erased) == before


def test_an_id_that_dbt_would_keep_is_refused(erased):
    asked = json.dumps({"customer_id": erased.persons[0]})
    printed = erased.dbt("run-operation", "erase", "--args", asked, succeeds=False, DBT_WRITE_JSON="true")
    assert "put `--no-write-json`" in printed and "Traceback" not in printed
    (erased.target / "run_results.json").unlink()


@pytest.mark.parametrize("asked", [{}, {"customer_id": ""}, {"customer_ids": [["C-1"]]}, {"customer_id": True}])
def test_a_request_without_a_person_is_refused(erased, asked):
    printed = operate(erased, "erase", succeeds=False, **asked)
    assert '{customer_id: "C-1"}' in printed and "Traceback" not in printed


def test_a_full_refresh_of_the_same_files_makes_the_same_tables(erased, tmp_path):
    growing, anew = erased.copy(tmp_path / "growing"), erased.copy(tmp_path / "anew")
    growing.dbt(*BUILD)
    anew.dbt(*BUILD, "--full-refresh")
    # Which run wrote the names down differs, and is all that does.
    assert differences(growing.warehouse, anew.warehouse) == []
    values = clear_values(erased.landing, set(erased.persons))
    known = "select person_id from pii.person_keys where list_contains(?, person_id)"
    held = query(anew.warehouse, known, sorted(values))
    assert held == []


def test_an_export_holds_what_base_holds(built, tmp_path):
    house = built.copy(tmp_path)
    person = choose(house, random.Random(2), 1)[0]
    asked = json.dumps({"customer_id": person})
    assert "--log-level-file none" in operate(house, "export_person", succeeds=False, customer_id=person)
    printed = house.dbt(
        *("--quiet", "--no-write-json", "--log-level-file", "none", "run-operation", "export_person", "--args", asked)
    )
    assert person not in (house.target / "logs" / "dbt.log").read_text()
    told = json.loads(next(line for line in printed.splitlines() if line.startswith("{")))
    assert told["customer_id"] == person
    for source, table in (("shop", "customers"), ("shop", "addresses"), ("crm", "consents"), ("web", "events")):
        named = f"select count(*) from base.base_{source}__{table} where customer_id = ?"
        held = told["rows"].get(f"{source}.{table}", [])
        assert sum(row["customer_id"] == person for row in held) == query(house.warehouse, named, person)[0][0]
        assert all(row["customer_id"] in (person, None) for row in held)
    lines = (
        "select count(*) from base.base_shop__order_items "
        "where order_id in (select order_id from base.base_shop__orders where customer_id = ?)"
    )
    assert len(told["rows"].get("shop.order_items", [])) == query(house.warehouse, lines, person)[0][0]
    assert [row[0] for row in query(house.warehouse, ACTIONS)] == ["export"]
    marked = "select count(*) from base.base_shop__customers where _erased_key is not null"
    assert query(house.warehouse, marked) == [(0,)]


def test_objection_and_rectification_are_done_once_and_noted(built, tmp_path):
    house = built.copy(tmp_path)
    person = choose(house, random.Random(3), 1)[0]
    assert "noted the objection" in operate(house, "object_person", customer_id=person)
    assert "objected before" in operate(house, "object_person", customer_id=person)
    change = {"customer_id": person, "table": "shop.customers", "column": "phone", "value": "it's new; --"}
    assert "rectified shop.customers.phone" in operate(house, "rectify_person", **change)
    assert "says so already" in operate(house, "rectify_person", **change)
    other = change | {"column": "customer_id"}
    assert "column must be one of" in operate(house, "rectify_person", succeeds=False, **other)
    house.dbt("run", "--select", "pii_shop__customers", "fct_privacy_request", "erasure_ledger")
    phones = "select customer_id from pii.pii_shop__customers where phone = ?"
    assert query(house.warehouse, phones, change["value"]) == [(person,)]
    done = "select action, due_on > requested_at from governance.erasure_ledger where is_done order by 1"
    assert query(house.warehouse, done) == [("object", True), ("rectify", True)]


def test_rows_beyond_their_retention_are_found_and_purged(built, tmp_path):
    house = built.copy(tmp_path)
    check = ("test", "--select", "assert_no_row_outlives_its_retention")
    old_events = "from base.base_web__events where occurred_at = '2023-01-01'"
    assert "No row has outlived" in operate(house, "purge")
    with duckdb.connect(str(house.warehouse)) as connection:
        connection.execute("update base.base_web__events set occurred_at = '2023-01-01' where customer_id is not null")
        old = connection.execute(f"select count(*) {old_events}").fetchone()[0]
    house.dbt(*check, succeeds=False)
    before = contents(house)
    assert "nothing was changed" in operate(house, "purge", dry_run=True)
    assert contents(house) == before
    assert f"web.events: {old} rows" in operate(house, "purge")
    house.dbt(*check)
    left = f"select count(*), count(ip_address), count(device_id) {old_events}"
    assert query(house.warehouse, left) == [(old, 0, 0)]
    keys = f"select count(*) {old_events} and not starts_with(customer_id, 'erased:')"
    assert query(house.warehouse, keys) == [(0,)]


def test_an_erasure_during_a_build_is_refused(built, tmp_path):
    house = built.copy(tmp_path)
    person = choose(house, random.Random(1), 1)[0]
    with duckdb.connect(str(house.warehouse)):
        printed = operate(house, "erase", customer_id=person, succeeds=False)
        assert "in use: a build is running" in printed
        printed = command(house, "techco.erase", person, succeeds=False)
        assert "in use: a build is running" in printed and "Traceback" not in printed


def test_a_missing_suppression_key_stops_the_build(erased):
    printed = erased.dbt(
        "seed", "--select", "countries", succeeds=False, TECHCO_SUPPRESSION_KEY="another key than it was erased with"
    )
    assert "TECHCO_SUPPRESSION_KEY" in printed and "come back" in printed


def test_landed_files_outside_of_the_zone_are_refused(built, tmp_path):
    house = built.copy(tmp_path)
    file = next((house.landing / "shop" / "customers").rglob("*.parquet"))
    outside = tmp_path / "outside.parquet"
    file.rename(outside)
    file.symlink_to(outside)
    was = outside.read_bytes()
    in_it = "select min(customer_id) from base.base_shop__customers where ends_with(_file, ?)"
    person = query(house.warehouse, in_it, f"{file.parent.name}/{file.name}")[0][0]
    printed = command(house, "techco.erase", person, "--landing", succeeds=False)
    assert "leads out of the landing zone" in printed and "Traceback" not in printed
    assert outside.read_bytes() == was


def test_a_new_pepper_gives_everybody_a_new_key(built, tmp_path):
    pepper = {"TECHCO_PEPPER": "another pepper than the public one"}
    house, anew = built.copy(tmp_path / "rekeyed"), built.copy(tmp_path / "anew")
    old = {row[0] for row in query(house.warehouse, "select person_key from pii.person_keys")}
    assert "16 characters or more" in command(house, "techco.rekey", succeeds=False)
    assert "not the pepper" in command(
        house, "techco.rekey", succeeds=False, TECHCO_NEW_PEPPER="a third one, long enough", **pepper
    )
    command(house, "techco.rekey", TECHCO_NEW_PEPPER=pepper["TECHCO_PEPPER"])
    held = "select customer_key from snapshots.snap_customer_segments union select customer_key from core.fct_order"
    assert not old & {row[0] for row in query(house.warehouse, held)}
    house.dbt(*BUILD, **pepper)
    anew.warehouse.unlink()
    anew.dbt(*BUILD, **pepper)
    assert differences(house.warehouse, anew.warehouse) == []
