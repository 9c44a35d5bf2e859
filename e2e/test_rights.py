"""Rights of persons: erased everywhere and for good, told what is held, and nothing else touched whatever is asked."""

import json
import random
from datetime import date

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


def export(house, person: str) -> dict:
    """What export_person prints of a person."""
    quiet = ("--quiet", "--no-write-json", "--log-level-file", "none")
    asked = json.dumps({"customer_id": person})
    printed = house.dbt(*quiet, "run-operation", "export_person", "--args", asked)
    return json.loads(next(line for line in printed.splitlines() if line.startswith("{")))


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


@pytest.mark.long
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
    before = contents(house)
    assert "--log-level-file none" in operate(house, "export_person", succeeds=False, customer_id=person)
    told = export(house, person)
    # It only reads, and writes down that it was done.
    assert {name for name, held in contents(house).items() if held != before[name]} == {"base.privacy_actions"}
    assert person not in (house.target / "logs" / "dbt.log").read_text()
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


def test_an_export_tells_of_unusable_rows_that_tell_of_the_person(built, tmp_path):
    house = built.copy(tmp_path)
    person = choose(house, random.Random(4), 1)[0]
    line = json.dumps({"broken": f"customer {person} called"})
    with duckdb.connect(str(house.warehouse)) as connection:
        connection.execute(
            "insert into base.base_web__events by name select * replace (? as _raw, 'not_parseable' as _issues, "
            "null as customer_id, null as _erased_key, '9' || event_id as event_id) from base.base_web__events limit 1",
            [line],
        )
    told = export(house, person)
    assert [row["_raw"] for row in told["rows"]["web.events"] if row["_issues"] == "not_parseable"] == [line]


def test_objection_and_rectification_are_done_once_and_noted(built, tmp_path):
    house = built.copy(tmp_path)
    person = choose(house, random.Random(3), 1)[0]
    assert "noted the objection" in operate(house, "object_person", customer_id=person)
    assert "objected before" in operate(house, "object_person", customer_id=person)
    consent = "(select consent_id from base.base_crm__consents where _issues is null and is_granted limit 1)"
    with duckdb.connect(str(house.warehouse)) as connection:
        given = f"customer_id = ?, declared_at = now() at time zone 'UTC' where consent_id = {consent}"
        connection.execute(f"update base.base_crm__consents set {given}", [person])
    assert "noted the objection" in operate(house, "object_person", customer_id=person)
    assert "objected before" in operate(house, "object_person", customer_id=person)
    with duckdb.connect(str(house.warehouse)) as connection:
        connection.execute(
            "insert into base.base_crm__privacy_requests by name select 'of-the-crm' as request_id, ? as customer_id, "
            "'object' as request_type, 'GDPR' as privacy_regime, timestamp '2025-01-31 10:00' as requested_at",
            [person],
        )
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
    assert query(house.warehouse, done) == [("object", True)] * 3 + [("rectify", True)]
    # What the request says of law and time is taken over: a month after the 31st of January ends with February.
    taken = "select privacy_regime, due_on, is_done from governance.erasure_ledger where request_id = 'of-the-crm'"
    assert query(house.warehouse, taken) == [("GDPR", date(2025, 2, 28), True)]


def test_who_is_under_which_law_and_until_when(built, tmp_path):
    house = built.copy(tmp_path)
    laws = {
        "BR": ("LGPD", "15 days"),
        "DE": ("GDPR", "1 month"),
        "GB": ("UK GDPR", "1 month"),
        "US": ("CCPA", "45 days"),
    }
    lives = "select min(customer_id) from base.base_shop__customers where _issues is null and country_code = ?"
    persons = {country: query(house.warehouse, lives, country)[0][0] for country in laws}
    # Who has moved is under the law of where they live now, whatever comes first in the alphabet.
    with duckdb.connect(str(house.warehouse)) as connection:
        for country, person in persons.items():
            last = "_lsn = (select max(_lsn) from base.base_shop__customers where customer_id = ?)"
            connection.execute(
                f"update base.base_shop__customers set country_code = case when {last} then ? else 'US' end "
                "where customer_id = ?",
                [person, country, person],
            )
    operate(house, "object_person", customer_ids=list(persons.values()))
    house.dbt("run", "--select", "erasure_ledger")
    for law, period in laws.values():
        until = (
            f"select count(*), bool_and(due_on = cast(requested_at + interval '{period}' as date)) "
            "from governance.erasure_ledger where is_done and privacy_regime = ?"
        )
        assert query(house.warehouse, until, law) == [(1, True)]


def test_who_asks_in_the_crm_is_erased_with_files_and_once(built, tmp_path):
    house = built.copy(tmp_path)
    persons = choose(house, random.Random(6), 2)
    with duckdb.connect(str(house.warehouse)) as connection:
        connection.executemany(
            "insert into base.base_crm__privacy_requests by name select ? as request_id, ? as customer_id, "
            "'erase' as request_type, 'LGPD' as privacy_regime, timestamp '2025-03-01 09:00' as requested_at",
            [[f"asks-{number}", person] for number, person in enumerate(persons)],
        )
    assert "one of both" in command(house, "techco.operations.erase", persons[0], "--requested", succeeds=False)
    assert "no file was changed" in command(house, "techco.operations.erase", "--requested", "--dry-run")
    assert "warehouse file written anew" in command(house, "techco.operations.erase", "--requested")
    left = "select count(*) from base.base_shop__customers where customer_id in (?, ?)"
    assert query(house.warehouse, left, *persons) == [(0,)]
    noted = (
        "select request_id, privacy_regime, due_on, is_done from governance.erasure_ledger "
        "where request_id like 'asks-%' order by request_id"
    )
    assert query(house.warehouse, noted) == [
        ("asks-0", "LGPD", date(2025, 3, 16), True),
        ("asks-1", "LGPD", date(2025, 3, 16), True),
    ]
    assert "No request for erasure is open" in command(house, "techco.operations.erase", "--requested")


def test_arguments_of_another_type_are_refused(built, tmp_path):
    house = built.copy(tmp_path)
    person = choose(house, random.Random(5), 1)[0]
    assert "customer_ids is a list" in operate(house, "object_person", succeeds=False, customer_ids=person)
    told = operate(house, "object_person", succeeds=False, customer_id=person, do_not_sell="false")
    assert "do_not_sell is true or false" in told


def test_rows_beyond_their_retention_are_found_and_purged(built, tmp_path):
    house = built.copy(tmp_path)
    check = ("test", "--select", "assert_no_row_outlives_its_retention")
    old_events = "from base.base_web__events where occurred_at = '2023-01-01'"
    assert "No row has outlived" in operate(house, "purge")
    with duckdb.connect(str(house.warehouse)) as connection:
        # Of customers, and some of visitors whom nobody knows.
        connection.execute(
            "update base.base_web__events set occurred_at = '2023-01-01' "
            "where customer_id is not null or ends_with(event_id, '7')"
        )
        anonymous = f"select count(ip_address) > 10 {old_events} and customer_id is null"
        assert connection.execute(anonymous).fetchone() == (True,)
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
    # A line that could not be read tells no day of its own: it counts from the day that it landed.
    unreadable = "base.base_web__events where _raw = 'no JSON of somebody'"
    with duckdb.connect(str(house.warehouse)) as connection:
        connection.execute(
            "insert into base.base_web__events by name select * replace ('no JSON of somebody' as _raw, "
            "'not_parseable' as _issues, null as occurred_at, null as customer_id, null as _erased_key, "
            "timestamp '2023-01-01' as _ingested_on, '9' || event_id as event_id) from base.base_web__events limit 1"
        )
    house.dbt(*check, succeeds=False)
    assert "web.events: 1 rows" in operate(house, "purge")
    house.dbt(*check)
    assert query(house.warehouse, f"select count(*) from {unreadable}") == [(0,)]
    assert "No row has outlived" in operate(house, "purge")


def test_an_erasure_during_a_build_is_refused(built, tmp_path):
    house = built.copy(tmp_path)
    person = choose(house, random.Random(1), 1)[0]
    with duckdb.connect(str(house.warehouse)):
        printed = operate(house, "erase", customer_id=person, succeeds=False)
        assert "in use: a build is running" in printed
        printed = command(house, "techco.operations.erase", person, succeeds=False)
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
    printed = command(house, "techco.operations.erase", person, "--landing", succeeds=False)
    assert "leads out of the landing zone" in printed and "Traceback" not in printed
    assert outside.read_bytes() == was


@pytest.mark.long
def test_a_new_pepper_gives_everybody_a_new_key(built, tmp_path):
    pepper = {"TECHCO_PEPPER": "another pepper than the public one"}
    house, anew = built.copy(tmp_path / "rekeyed"), built.copy(tmp_path / "anew")
    old = {row[0] for row in query(house.warehouse, "select person_key from pii.person_keys")}
    assert "16 characters or more" in command(house, "techco.operations.rekey", succeeds=False)
    assert "not the pepper" in command(
        house, "techco.operations.rekey", succeeds=False, TECHCO_NEW_PEPPER="a third one, long enough", **pepper
    )
    command(house, "techco.operations.rekey", TECHCO_NEW_PEPPER=pepper["TECHCO_PEPPER"])
    held = "select customer_key from snapshots.snap_customer_segments union select customer_key from core.fct_order"
    assert not old & {row[0] for row in query(house.warehouse, held)}
    house.dbt(*BUILD, **pepper)
    anew.warehouse.unlink()
    anew.dbt(*BUILD, **pepper)
    assert differences(house.warehouse, anew.warehouse) == []
