"""The same project on Snowflake, as far as an emulator shows it: everything runs, twice, and equals DuckDB."""

import datetime
import hashlib
import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
from comparing import declared_models
from conftest import ROOT
from issued_policies import PEPPER, policies, rows_seen, shown
from leak_scan import Search
from techco.privacy.lineage import derived_columns, follow, read_project
from techco.privacy.lineage import findings as columns_that_should_not_be

from tools.emulator.governance import InForce
from tools.emulator.log import read_log
from tools.emulator.running import running
from tools.parity.__main__ import compared as differences_there
from tools.parity.__main__ import parity
from tools.parity.account import connect, marts_and_snapshots, rows_of
from tools.parity.compare import Allowed, Rows, differences
from tools.parity.gate import findings, is_judged, told
from tools.parity.run import LEAN, LOCAL, WAREHOUSE, Run, RunError
from tools.simulator.__main__ import main as simulate

DAYS = ("--days", "6", "--history-days", "20", "--customers", "300", "--orders-per-day", "30", "--seed", "7")
# Nodes that are through before the second build is killed: base and a part of staging.
KILLED_BEHIND = 60
CONSUMERS = ("analyst", "marketing", "support", "buyer", "dpo")
CLEAR = {
    "person_id": "'C17'",
    "name": "'Ana'",
    "email": "'Ana.Silva@Example.com'",
    "phone": "'+49 30 123456'",
    "address": "'Lindenweg 4'",
    "postal_code": "'10115'",
    "birth_date": "date '1984-07-09'",
    "ip_address": "'203.0.113.9'",
    "device_id": "'d-81'",
    "payment": "'DE02120300000000202051'",
    "national_id": "'12345678909'",
    "free_text": "'Ana, call me'",
}
# The types that contracts declare, as Snowflake names them.
SNOWFLAKES = {
    "bigint": "NUMBER(38,0)",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "double": "FLOAT",
    "timestamp": "TIMESTAMP_NTZ(9)",
    "varchar": "VARCHAR(16777216)",
}
HASHED = hashlib.sha256(f"{PEPPER}:device_id:d-81".encode()).hexdigest()[:32]
YEAR = datetime.date(1984, 1, 1)
# What each role is shown of these, in their order.
SHOWN = {
    "analyst": (None, None, "example.com", None, None, "10", YEAR, "203.0.0.0/16", HASHED, None, None, None),
    "marketing": (
        *(None, "Ana", "Ana.Silva@Example.com", None, None, "10"),
        *(YEAR, "203.0.0.0/16", HASHED, None, None, None),
    ),
    "support": (
        *("C17", "Ana", "A***@example.com", "***3456", "Lindenweg 4", "10115"),
        *(None, None, None, "***2051", None, None),
    ),
    "buyer": (None,) * len(CLEAR),
    "dpo": (
        *("C17", "Ana", "Ana.Silva@Example.com", "+49 30 123456", "Lindenweg 4", "10115"),
        *(datetime.date(1984, 7, 9), "203.0.113.9", "d-81", "DE02120300000000202051", "12345678909", "Ana, call me"),
    ),
}

# Each run has an id and times of its own; files' rows are numbered, and JSON is written, as each engine does it.
NOT_COMPARED = Allowed(
    not_compared=dict.fromkeys(
        ("_load_id", "load_id", "_row", "file_row", "quarantine_id", "action_id", "done_at", "requested_at"),
        "told above",
    ),
    compared_as_set=dict.fromkeys(("_raw", "raw_row", "_superseded_load_id"), "told above"),
)
# What the project consists of is the engine's too: live marts are views there, and tables here.
OF_RUNS = ["loads", "runs", "last_runs", "former_parents", "node_runs", "node_timings", "project_nodes", "tested_loads"]


@pytest.fixture(scope="module", autouse=True)
def clean_environment():
    """None of the project's variables but a free port, as other tests run beside these."""
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith(("TECHCO_", "DBT_", "SNOWFLAKE_"))]:
            environment.delenv(name)
        environment.setenv("TECHCO_EMULATOR_PORT", "0")
        environment.setenv("PYTHONPATH", f"{ROOT / 'pylib'}{os.pathsep}{ROOT}")
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Where both engines keep their files."""
    return tmp_path_factory.mktemp("parity")


@pytest.fixture(scope="module")
def landing(tmp_path_factory) -> Path:
    """A zone of persons who are found wherever their values stand; some files are of a format of their own."""
    made = tmp_path_factory.mktemp("zone") / "landing"
    assert simulate(["--out", str(made), *DAYS, "--distinctive", "1"]) == 0
    for table, ending, options in (
        ("shop/order_items", "jsonl", "format json"),
        ("wms/inventory_movements", "csv", "header"),
    ):
        days = sorted((made / table).iterdir())
        for file in [*days[0].glob("*.parquet"), *days[-1].glob("*.parquet")]:
            rows = f"(from read_parquet('{file}', hive_partitioning = false))"
            duckdb.sql(f"copy {rows} to '{file.with_suffix(f'.{ending}')}' ({options})")
            file.unlink()
    return made


@pytest.fixture(scope="module")
def compared(folder, landing):
    """The differences of both runs. The first ran all tests on the emulator as well, the second was killed once."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Run, "dbt", killed_in_its_second_build(Run.dbt))
        return parity(LOCAL, landing, folder, there_too={"full": ("build",)})


def killed_in_its_second_build(dbt):
    """`Run.dbt`, but the emulator's second build is killed on its way, and then begun again."""

    def run(self: Run, *arguments: str) -> None:
        if (self.target, arguments) == (LOCAL, ("build", *LEAN)):
            kill(self, *arguments)
        dbt(self, *arguments)

    return run


def kill(run: Run, *arguments: str) -> None:
    """Begin a dbt command, and kill it when some of its nodes are through."""
    process = subprocess.Popen(
        ["dbt", "--no-use-colors", *arguments, "--target", run.target],
        cwd=ROOT,
        env=os.environ | run.settings(),
        stdout=subprocess.PIPE,
        text=True,
    )
    through = 0
    for line in process.stdout:
        through += " OK created " in line
        if through == KILLED_BEHIND:
            process.kill()
    process.wait()
    assert through >= KILLED_BEHIND


@pytest.fixture(scope="module")
def again(compared, folder):
    """The emulator with what both runs left, started again."""
    with running(folder / LOCAL, 0) as port:
        yield Run(LOCAL, folder / "landing", folder / LOCAL, {"TECHCO_EMULATOR_PORT": str(port)})


def statements(folder: Path, skipped: bool | None = None) -> list[str]:
    """What the emulator was sent."""
    return read_log(folder / LOCAL / "statements.jsonl", skipped)


def test_every_mart_and_snapshot_is_equal_in_full_and_a_day_later(compared):
    assert {step: {table: found for table, found in tables.items() if found} for step, tables in compared.items()} == {
        "full": {},
        "incremental": {},
    }
    assert len(compared["full"]) > 40


def test_marts_have_the_types_that_they_declare(again):
    models = declared_models()
    marts = [name for name in marts_and_snapshots(again) if not name.startswith("snapshots.")]
    assert len(marts) > 40
    with connect(again) as account:
        for mart in marts:
            columns = account.cursor().execute(f"describe table {mart}").fetchall()
            declared = {column["name"]: column["data_type"] for column in models[mart.split(".")[1]]["columns"]}
            assert {name.lower(): data_type for name, data_type, *_ in columns} == {
                name: SNOWFLAKES.get(data_type, data_type.replace("decimal", "NUMBER"))
                for name, data_type in declared.items()
            }, mart


def test_what_was_issued_is_snowflakes_own_sql(compared, folder):
    assert [told(finding) for finding in findings(filter(is_judged, statements(folder)), {})] == []


def places(issued: list[str], pattern: str) -> list[int]:
    """Where statements begin with a pattern."""
    return [place for place, text in enumerate(issued) if re.match(pattern, text, re.IGNORECASE)]


def granted(issued: list[str]) -> set[tuple[str, str, str]]:
    """Role, kind of object and its name, of every grant; in lower case, roles without the database's name."""
    found = (
        re.match(r"grant [\w ,]+ on (future )?(\w+?)s?( in schema)? (\S+) to role techco_(\w+)", text, re.IGNORECASE)
        for text in issued
    )
    return {(grant[5].lower(), grant[2].lower(), grant[4].lower()) for grant in found if grant}


def test_consumers_are_granted_nothing_in_the_builds_database_and_nobody_but_the_build_the_vault(compared, folder):
    grants = granted(statements(folder))
    of_consumers = {
        (kind, name.split(".")[0]) for role, kind, name in grants if role in CONSUMERS and kind != "warehouse"
    }
    assert of_consumers == {(kind, "techco_serving") for kind in ("database", "schema", "view")}
    assert {role for role, _, name in grants if name.startswith("techco.")} == {"transformer", "loader"}
    assert {role for role, _, name in grants if name == "techco.vault"} == {"transformer"}
    assert not [text for text in statements(folder) if re.match(r"grant .* future .*_serving", text, re.IGNORECASE)]


def test_each_role_is_granted_the_schemas_of_the_registry_and_views_of_persons_it_may_see(compared, folder):
    grants = granted(statements(folder))
    schemas = {
        role: {name.split(".")[1] for one, kind, name in grants if (one, kind) == (role, "schema")}
        for role in CONSUMERS
    }
    assert schemas == {
        "analyst": {"core", "kpi", "customers", "inventory", "marketing", "service", "governance"},
        "marketing": {"core", "kpi", "customers", "marketing", "personal"},
        "support": {"core", "service", "personal"},
        "buyer": {"kpi", "inventory"},
        "dpo": {"core", "kpi", "customers", "inventory", "marketing", "service", "governance", "personal"},
    }
    views = {
        role: {name.split(".", 1)[1] for one, kind, name in grants if (one, kind) == (role, "view")}
        for role in CONSUMERS
    }
    personal = {role: {name for name in names if name.startswith("personal.")} for role, names in views.items()}
    # Of mentions, messages and signatures nobody knows whose they are.
    unknown = {"personal.social__mentions", "personal.support__messages", "personal.carriers__tracking_events"}
    assert personal["dpo"] - personal["support"] == unknown
    assert personal["support"] == personal["marketing"]
    assert personal["analyst"] == personal["buyer"] == set()
    assert "core.fct_order" in views["support"]
    assert views["analyst"] <= views["dpo"]


def test_roles_are_made_before_anything_is_granted_to_them(compared, folder):
    issued = [statement.lower() for statement in statements(folder, skipped=True)]
    for role in ("loader", "transformer", *CONSUMERS):
        made = next(place for place, text in enumerate(issued) if f"create role if not exists techco_{role}" in text)
        granted_to = next(place for place, text in enumerate(issued) if re.search(rf"to role techco_{role}\b", text))
        assert made < granted_to


def test_policies_come_before_the_tag_views_behind_it_and_grants_last(compared, folder):
    issued = statements(folder)
    view = r"create or replace (secure )?view techco_serving[.]"
    policies_made = places(issued, r"(create|alter) (masking|row access) policy ")
    tag_set = places(issued, r"alter tag techco_serving[.]policies[.]pii_class set masking policy ")
    first_view, first_grant = places(issued, view)[0], places(issued, "grant select on view techco_serving[.]")[0]
    before = [place for place in policies_made if place < first_view]
    assert before[-1] < tag_set[0] < first_view < first_grant
    for place in places(issued, "grant select on view techco_serving[.]"):
        name = issued[place].split()[4]
        assert places(issued[:place], rf"create or replace (secure )?view {re.escape(name)} ")


def test_a_view_of_clear_values_is_protected_by_the_statement_that_makes_it(compared, folder):
    made = [
        text
        for text in statements(folder)
        if re.match("create or replace .*view techco_serving[.]personal", text, re.I)
    ]
    assert len({re.search(r"from (\S+)", text)[1] for text in made}) == 10
    tag = "with tag (TECHCO_SERVING.POLICIES.PII_CLASS = '"
    for text in made:
        assert text.startswith("create or replace secure view ")
        assert tag in text
        assert "customer_key" not in text or "with row access policy TECHCO_SERVING.POLICIES.ROWS_OF_PERSONAL" in text
    customers = next(text for text in made if "PERSONAL.SHOP__CUSTOMERS" in text)
    tagged = dict(re.findall(r"(\w+) with tag \(\S+ = '(\w+)'\)", customers))
    assert tagged == {
        "customer_id": "person_id",
        "email": "email",
        "first_name": "name",
        "last_name": "name",
        "phone": "phone",
        "birth_date": "birth_date",
        "national_id": "national_id",
    }


def test_what_was_made_of_a_class_is_tagged_with_both(compared, folder):
    views = [
        text
        for text in statements(folder)
        if re.match("create or replace secure view TECHCO_SERVING.(?!PERSONAL)", text)
    ]
    tagged = {
        column.lower(): value
        for text in views
        for column, value in re.findall(r"(\w+) with tag \(\S+ = '([^']+)'\)", text)
    }
    # Not by what the models declare, but by the SQL that was compiled for Snowflake.
    project = read_project(ROOT, folder / LOCAL / "target" / "manifest.json")
    assert columns_that_should_not_be(project) == []
    relations = follow(project)
    derived = {
        column: " ".join(kind)
        for node in project.in_order()
        if node["original_file_path"].startswith("models/marts/")
        for column, kinds in derived_columns(node, relations).items()
        for kind in kinds
        # Technical columns are in no view of a role.
        if not column.startswith("_")
    }
    assert tagged and tagged == derived


def test_each_role_is_shown_each_class_as_the_registry_says(compared, folder):
    bodies = policies(statements(folder))
    masks = {
        classification: bodies["mask_date" if classification == "birth_date" else "mask_text"]
        for classification in CLEAR
    }

    def seen(*roles: str) -> tuple:
        return tuple(shown(masks[name], name, clear, roles) for name, clear in CLEAR.items())

    assert {role: seen(role) for role in CONSUMERS} == SHOWN
    nothing = (None,) * len(CLEAR)
    assert seen() == seen("transformer") == seen("loader") == nothing
    # Of two roles in one session the one that is shown less decides.
    assert seen("marketing", "support") == (
        *(None, "Ana", "A***@example.com", None, None, "10"),
        *(None, None, None, None, None, None),
    )
    assert seen("analyst", "dpo") == SHOWN["analyst"]
    # A domain that few share, and what is no single address.
    for clear, generalised, partial in (
        ("'ana@anasilva.example'", "other", "a***@other"),
        ("'a@b;ana.silva@example.com'", "other", "***"),
        ("'@ana.silva'", "other", "***"),
    ):
        assert shown(masks["email"], "email", clear, ["analyst"]) == generalised
        assert shown(masks["email"], "email", clear, ["support"]) == partial
    for body, made_of, clear, value in (
        ("mask_number", "birth_date generalised", "1980", 1980),
        ("mask_text", "device_id keyed_hash", "'4f2a'", "4f2a"),
    ):
        hidden = {role: shown(bodies[body], made_of, clear, [role]) for role in CONSUMERS}
        assert hidden == dict.fromkeys(CONSUMERS, value) | {"support": None, "buyer": None}
        assert shown(bodies[body], made_of, clear, ["dpo", "support"]) is None
        assert shown(bodies[body], made_of, clear, ["transformer"]) is None


def test_a_class_that_the_tag_should_not_have_is_shown_to_nobody(compared, folder):
    body = policies(statements(folder))["mask_text"]
    assert [shown(body, "shoe_size", "'44'", [role]) for role in CONSUMERS] == [None] * len(CONSUMERS)


def test_each_role_sees_the_rows_of_its_persons(compared, folder):
    bodies = policies(statements(folder))
    keys = ("both", "consents", "german", "neither", "unknown")
    expected = {
        "rows_of_personal": {
            ("dpo",): list(keys),
            ("marketing",): ["both", "consents"],
            ("support",): ["both", "german"],
            ("marketing", "support"): ["both", "consents", "german"],
            ("analyst",): [],
            ("transformer",): [],
        },
        "rows_of_core": {
            ("analyst",): list(keys),
            ("marketing",): ["both", "consents"],
            ("support",): ["both", "german"],
            ("transformer",): [],
        },
        # Support reads nothing of this schema, so its scope opens no row.
        "rows_of_customers": {("marketing",): ["both", "consents"], ("support",): [], ("dpo",): list(keys)},
    }
    for policy, by_roles in expected.items():
        assert {roles: rows_seen(bodies[policy], keys, roles) for roles in by_roles} == by_roles
    orders = ("O1", "O2", "O3", "O4", "O5")
    by_order = {roles: rows_seen(bodies["rows_of_core_by_fct_order"], orders, [roles]) for roles in CONSUMERS}
    assert by_order == {
        "analyst": list(orders),
        "marketing": ["O1"],
        "support": ["O2"],
        "buyer": [],
        "dpo": list(orders),
    }


def test_the_pepper_stands_in_no_statement(compared, folder):
    everything = "\n".join(statements(folder))
    assert "techco-development-pepper" not in everything
    assert "vault.pepper" in everything.lower()


def test_no_clear_value_stands_in_a_statement(compared, folder, landing):
    everything = "\n".join(statements(folder))
    assert Search.of_zone(landing).in_text(everything, "statements") == set()


def test_what_a_model_issues_is_tagged_with_model_and_invocation(compared, folder):
    found = (re.search(r"set query_tag = '(.*?)'", statement) for statement in statements(folder, skipped=True))
    tags = [json.loads(tag[1]) for tag in found if tag]
    assert {"fct_order", "base_shop__orders", "customer_segments"} <= {tag["model"] for tag in tags}
    assert all(tag["project"] == "techco" and tag["target"] == LOCAL and tag["invocation_id"] for tag in tags)


def restricted_tables(warehouse: Path) -> list[str]:
    """Names of all tables that hold or number persons' rows, with the schema."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        named = (
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name in ('base', 'pii', 'quarantine') and not list_contains(?, table_name) order by 1"
        )
        return [name for (name,) in connection.execute(named, [OF_RUNS]).fetchall()]


def changed(before: dict[str, Rows], after: dict[str, Rows]) -> set[str]:
    """The tables that are not what they were."""
    return {table for table, rows in before.items() if differences(rows, after[table], Allowed({}, {}))}


def operate(run: Run, operations: list[tuple[str, dict]], **also: bool) -> None:
    """Run operations on persons, one after the other."""
    for operation, arguments in operations:
        given = json.dumps(arguments | also)
        quiet = ("--quiet", "--no-write-json", "--log-level-file", "none")
        run.dbt(*quiet, "run-operation", operation, "--args", given)


def test_operations_on_persons_do_the_same_on_both_engines_and_a_dry_run_nothing(again, folder, capfd):
    warehouse = folder / "duckdb" / WAREHOUSE
    here = Run("duckdb", again.zone, warehouse.parent, {"TECHCO_WAREHOUSE": str(warehouse)})
    with duckdb.connect(str(warehouse)) as connection:
        asked = "select distinct customer_id from base.base_shop__orders where customer_id is not null order by 1"
        persons = [customer for (customer,) in connection.execute(asked).fetchall()]
        aged = "update base.base_web__events set occurred_at = '2023-01-01' where customer_id is not null"
        connection.execute(aged)
    tables = restricted_tables(warehouse)
    with connect(again) as account:
        account.cursor().execute(aged)
    before, counted = dict(rows_of(again, tables)), len(statements(folder))

    erase, export = ("erase", {"customer_ids": persons[:2]}), ("export_person", {"customer_id": persons[2]})
    operate(again, [erase, export, ("purge", {})], dry_run=True)
    assert changed(before, dict(rows_of(again, tables))) == set()

    capfd.readouterr()
    phone = {"customer_id": persons[3], "table": "shop.customers", "column": "phone", "value": "+49 30 5557"}
    done = [erase, ("object_person", {"customer_id": persons[4]}), ("rectify_person", phone), export, ("purge", {})]
    with ThreadPoolExecutor() as side_by_side:
        list(side_by_side.map(lambda run: operate(run, done), (again, here)))
    exports = [json.loads(line) for line in capfd.readouterr().out.splitlines() if line.startswith("{")]
    assert len(exports) == 2 and business_of(exports[0]) == business_of(exports[1]) != {}

    after = dict(rows_of(again, tables))
    found = differences_there(warehouse, after.items(), NOT_COMPARED)
    assert {table: differing for table, differing in found.items() if differing} == {}
    touched = ("base.base_shop__customers", "base.base_web__events", "base.privacy_actions", "pii.person_keys")
    assert set(touched) <= changed(before, after)
    issued = statements(folder)[counted:]
    assert [told(finding) for finding in findings(filter(is_judged, issued), {})] == []


def business_of(export: dict) -> dict[str, list]:
    """The rows of an export without what the warehouse adds, in an order of their own."""
    return {
        table: sorted(
            json.dumps({name: value for name, value in row.items() if name[0] != "_"}, sort_keys=True) for row in rows
        )
        for table, rows in export["rows"].items()
    }


def test_loading_again_loads_nothing_and_a_broken_file_is_told_while_the_rest_loads(again, folder, capfd):
    def raw_rows(table):
        with connect(again) as account:
            return account.cursor().execute(f"select count(*) from raw.{table}").fetchone()[0]

    before = {table: raw_rows(table) for table in ("shop__orders", "web__events")}
    again.dbt("run-operation", "create_objects")
    again.load()
    assert {table: raw_rows(table) for table in before} == before

    day = sorted((folder / "landing" / "shop" / "orders").iterdir())[-1]
    whole = next(day.glob("*.parquet")).read_bytes()
    (day / "part-0007.parquet").write_bytes(whole)
    (day / "part-0008.parquet").write_bytes(whole[:-20])
    capfd.readouterr()
    with pytest.raises(RunError):
        again.load()
    assert f"{day.name}/part-0008.parquet" in capfd.readouterr().err
    assert raw_rows("shop__orders") > before["shop__orders"]


def test_a_pipe_for_each_raw_table_is_printed_and_is_snowflakes_own_sql(again, folder, capfd):
    capfd.readouterr()
    again.dbt("--quiet", "run-operation", "print_pipes", "--args", "{url: 's3://bucket/landing/', integration: lake}")
    printed = "".join(line for line in capfd.readouterr().out.splitlines(True) if not line.startswith(("--", "\x1b")))
    pipes = [text for text in printed.split(";\n") if "create pipe" in text]
    # For each of 31 tables, one for each of three formats.
    assert len(pipes) == 31 * 3
    assert "url = 's3://bucket/landing/' storage_integration = lake" in printed
    assert [told(finding) for finding in findings(pipes, {})] == []


def test_runs_that_are_no_ordinary_ones_spoil_nothing_there_either(again, folder, capfd):
    before = len(statements(folder))
    capfd.readouterr()
    with pytest.raises(RunError):
        again.dbt("--no-use-colors", "run", "-s", "dim_date", "--vars", "{reporting_currency: USD}")
    assert "reporting_currency was EUR and is USD" in " ".join(capfd.readouterr().out.split())
    again.dbt("--no-use-colors", "snapshot", "-s", "snap_customer_segments", "--vars", "{as_of: 2025-09-02}")
    assert "snap_customer_segments is left as it is: this run is as of 2025-09-02" in capfd.readouterr().out
    # What a statement changes stands first; the audit of runs names in its values what was selected.
    changing = r"(create|insert|merge|update|delete)(\s+(or|replace|transient|temporary|table|view|into|from))*\s+\S*"
    changed = re.compile(changing + "(dim_date|snap_customer_segments)", re.IGNORECASE)
    assert [text for text in statements(folder)[before:] if changed.match(text)] == []


def test_kpis_can_be_dynamic_tables(again, folder):
    before = len(statements(folder))
    again.dbt("run", "-s", "daily_sales", "--full-refresh", "--vars", "{dynamic_tables: true}")
    made = [text for text in statements(folder)[before:] if re.search(r"create .*dynamic table", text, re.IGNORECASE)]
    assert len(made) == 1
    assert re.search(r"target_lag = '1 hour'.*warehouse = TECHCO_TRANSFORMING", made[0], re.IGNORECASE | re.DOTALL)


def in_force(folder: Path) -> InForce:
    """What all statements so far have brought about."""
    made = InForce()
    for statement in statements(folder):
        made.note(statement)
    return made


def test_applying_again_issues_no_grant_and_changes_nothing(again, folder):
    before, counted = in_force(folder), len(statements(folder))
    again.dbt("run-operation", "apply_privacy")
    issued = statements(folder)[counted:]
    assert places(issued, "create or replace secure view ")
    assert places(issued, "(grant|revoke|drop|create tag .* or replace) ") == []
    after = in_force(folder)
    assert (after.grants, after.future, after.tagged) == (before.grants, before.future, before.tagged)
    assert (after.rows, after.masks, after.policies.keys()) == (before.rows, before.masks, before.policies.keys())
    again.dbt("run-operation", "audit_privacy")


def test_the_audit_names_what_somebody_changed_and_applying_puts_it_right(again, capfd):
    contacts = "TECHCO_SERVING.PERSONAL.CRM__CONTACTS"
    tampered = {
        "grant usage on schema TECHCO.PII to role TECHCO_ANALYST": (
            "not declared: grant USAGE on SCHEMA TECHCO.PII to role TECHCO_ANALYST"
        ),
        "grant role TECHCO_TRANSFORMER to role TECHCO_MARKETING": (
            "not declared: grant ROLE TECHCO_TRANSFORMER to role TECHCO_MARKETING"
        ),
        "grant select on future tables in schema TECHCO.CORE to role TECHCO_SUPPORT": (
            "not declared: grant SELECT on FUTURE TABLES in SCHEMA TECHCO.CORE to role TECHCO_SUPPORT"
        ),
        "revoke select on view TECHCO_SERVING.CORE.FCT_ORDER from role TECHCO_ANALYST": (
            "missing: grant SELECT on VIEW TECHCO_SERVING.CORE.FCT_ORDER to role TECHCO_ANALYST"
        ),
        "alter masking policy TECHCO_SERVING.POLICIES.MASK_TEXT set body -> clear": "missing: body of policy mask_text",
        "alter tag TECHCO_SERVING.POLICIES.PII_CLASS unset masking policy TECHCO_SERVING.POLICIES.MASK_DATE": (
            "missing: policy mask_date on tag pii_class"
        ),
        f"create or replace view {contacts} copy grants as select * from TECHCO.PII.PII_CRM__CONTACTS": (
            f"missing: policy rows_of_personal on {contacts} (CUSTOMER_KEY)"
        ),
    }
    with connect(again) as account:
        for statement in tampered:
            account.cursor().execute(statement)
    capfd.readouterr()
    with pytest.raises(RunError):
        again.dbt("--no-use-colors", "run-operation", "audit_privacy")
    said = capfd.readouterr().out
    assert [finding for finding in tampered.values() if finding not in said] == []
    assert f"missing: tag pii_class = email on {contacts}.EMAIL" in said
    again.dbt("run-operation", "apply_privacy")
    again.dbt("run-operation", "audit_privacy")


def test_a_role_that_the_registry_does_not_know_is_told_of_too(again, capfd):
    with connect(again) as account:
        account.cursor().execute("grant usage on schema TECHCO.PII to role SOMEBODY")
        capfd.readouterr()
        with pytest.raises(RunError):
            again.dbt("--no-use-colors", "run-operation", "audit_privacy")
        assert "not declared: grant USAGE on SCHEMA TECHCO.PII to role SOMEBODY" in capfd.readouterr().out
        account.cursor().execute("revoke usage on schema TECHCO.PII from role SOMEBODY")


def test_a_column_that_is_not_there_or_of_another_type_is_named_and_nothing_is_applied(again, folder, capfd):
    table = "TECHCO.PII.PII_SHOP__CUSTOMERS"
    for change, undo, said in (
        (
            f"alter table {table} rename column phone to called",
            f"alter table {table} rename column called to phone",
            "pii.pii_shop__customers, column phone: class phone is declared for it, but the table has no such column",
        ),
        (
            f"alter table {table} alter column birth_date set data type varchar",
            f"alter table {table} alter column birth_date set data type date",
            "pii.pii_shop__customers, column birth_date: class birth_date is masked as date, and the column is",
        ),
    ):
        with connect(again) as account:
            account.cursor().execute(change)
            counted = len(statements(folder))
            capfd.readouterr()
            with pytest.raises(RunError):
                again.dbt("--no-use-colors", "run-operation", "apply_privacy")
            assert said in " ".join(capfd.readouterr().out.split())
            assert places(statements(folder)[counted:], "(create|alter|grant|revoke) ") == []
            account.cursor().execute(undo)


@pytest.mark.parametrize(
    ("missing", "given"),
    [
        ("SNOWFLAKE_ACCOUNT", {}),
        ("SNOWFLAKE_USER", {"SNOWFLAKE_ACCOUNT": "a"}),
        ("SNOWFLAKE_PRIVATE_KEY_PATH", {"SNOWFLAKE_ACCOUNT": "a", "SNOWFLAKE_USER": "u"}),
        ("SNOWFLAKE_TOKEN", {"SNOWFLAKE_ACCOUNT": "a", "SNOWFLAKE_USER": "u", "SNOWFLAKE_AUTHENTICATOR": "oauth"}),
    ],
)
def test_a_missing_variable_of_the_profile_is_named(missing, given):
    said = subprocess.run(
        ["dbt", "debug", "--target", "snowflake"],
        cwd=ROOT,
        env=os.environ | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode != 0
    assert missing in said.stdout
