"""The same project on Snowflake, as far as an emulator shows it: everything runs, twice, and equals DuckDB."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT
from leak_scan import Search

from emulator.log import read_log
from emulator.running import running
from parity.__main__ import connect, parity
from parity.gate import findings, is_judged, told
from parity.two_runs import LEAN, LOCAL, Run, RunError
from simulator.__main__ import main as simulate

DAYS = ("--days", "6", "--customers", "300", "--orders-per-day", "30", "--seed", "7")
# Nodes that are through before the second build is killed: base and a part of staging.
KILLED_BEHIND = 60


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
    """A zone of persons who are found wherever their values stand."""
    made = tmp_path_factory.mktemp("zone") / "landing"
    assert simulate(["--out", str(made), *DAYS, "--distinctive", "1"]) == 0
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


def test_what_was_issued_is_snowflakes_own_sql(compared, folder):
    assert [told(finding) for finding in findings(filter(is_judged, statements(folder)), {})] == []


def test_analysts_are_granted_marts_only_and_nobody_but_the_build_the_vault(compared, folder):
    grants = [statement.lower() for statement in statements(folder, skipped=True) if "grant " in statement.lower()]
    granted = {
        (role[1], schema[1])
        for grant in grants
        if (role := re.search(r"to role techco_(\w+)", grant)) and (schema := re.search(r"schema techco\.(\w+)", grant))
    }
    marts = {"core", "kpi", "customers", "inventory", "governance"}
    assert {schema for role, schema in granted if role == "analyst"} == marts
    assert {role for role, schema in granted if schema == "vault"} == {"transformer"}


def test_roles_are_made_before_anything_is_granted_to_them(compared, folder):
    issued = [statement.lower() for statement in statements(folder, skipped=True)]
    for role in ("loader", "transformer", "analyst", "governance"):
        made = next(place for place, text in enumerate(issued) if f"create role if not exists techco_{role}" in text)
        granted = next(place for place, text in enumerate(issued) if re.search(rf"to role techco_{role}\b", text))
        assert made < granted


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
    assert len(pipes) == 31
    assert "url = 's3://bucket/landing/' storage_integration = lake" in printed
    assert [told(finding) for finding in findings(pipes, {})] == []


def test_kpis_can_be_dynamic_tables(again, folder):
    before = len(statements(folder))
    again.dbt("run", "-s", "monthly_sales_kpis", "--full-refresh", "--vars", "{dynamic_tables: true}")
    made = [text for text in statements(folder)[before:] if re.search(r"create .*dynamic table", text, re.IGNORECASE)]
    assert len(made) == 1
    assert re.search(r"target_lag = '1 hour'.*warehouse = TECHCO_TRANSFORMING", made[0], re.IGNORECASE | re.DOTALL)


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
