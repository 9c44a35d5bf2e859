"""A company without some source, or some table: everything downstream is still there, with the same columns.

By construction: each source and each table of the contract is left out in turn. dbt compiles the project once; then the
models behind the table are made again in the order of the manifest, in a transaction that is rolled back.
"""

import json
import runpy
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from conftest import ROOT
from techco.contract.raw_contract import load_contract
from techco.privacy import vault

TABLES = sorted(load_contract(ROOT).tables)
SOURCES = sorted({source for source, _ in TABLES})
WHOLE = {f"{source} whole": [table for table in TABLES if table[0] == source] for source in SOURCES}
# A source of one table is left out with it.
ONE_TABLE = {".".join(table): [table] for table in TABLES if [table] not in WHOLE.values()}
LEFT_OUT = [pytest.param(tables, id=name) for name, tables in WHOLE.items()]
LEFT_OUT += [pytest.param(tables, id=name, marks=pytest.mark.long) for name, tables in ONE_TABLE.items()]


@dataclass
class Compiled:
    """What dbt would run on a full build: SQL by node, nodes in an order in which each comes after what it reads."""

    connection: duckdb.DuckDBPyConnection
    nodes: dict[str, dict]
    order: list[str]
    sql: dict[str, str]

    def behind(self, models: set[str]) -> list[str]:
        """The models that read any of `models`, over however many others, in order."""
        reached = set(models)
        for name in self.order:
            if reached & set(self.nodes[name]["depends_on"]["nodes"]):
                reached.add(name)
        return [name for name in self.order if name in reached - models and self.is_model(name)]

    def is_model(self, name: str) -> bool:
        """Whether a node is a model."""
        return self.nodes[name]["resource_type"] == "model"

    def make(self, name: str) -> None:
        """Make a model anew, as dbt would."""
        node, relation = self.nodes[name], self.relation(name)
        if node["language"] == "python":
            # What dbt hands to a Python model: what knows `ref` and the settings, and the connection.
            model = runpy.run_path(str(ROOT / node["original_file_path"]))["model"]
            dbt = SimpleNamespace(ref=self.ref, config=SimpleNamespace(meta_get=node["config"]["meta"].get))
            frame = model(dbt, self.connection)  # noqa: F841
            self.connection.execute(f"create or replace table {relation} as select * from frame")
        elif "_superseded_load_id" in dict(self.columns(name)) and node["config"]["schema"] == "base":
            # Which rows are superseded is said by a hook, as long as the rows are the same as before.
            self.connection.execute(f"create or replace temp table said as select * from {relation}")
            self.connection.execute(f"create or replace table {relation} as {self.sql[name]}")
            self.connection.execute(
                f"update {relation} as made set _superseded_load_id = said._superseded_load_id "
                "from said where made._file = said._file and made._row = said._row"
            )
        else:
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            self.connection.execute(f"create or replace {kind} {relation} as {self.sql[name]}")

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        """What a Python model reads: a model or a seed."""
        kind = "model" if f"model.techco.{name}" in self.nodes else "seed"
        return self.connection.table(self.relation(f"{kind}.techco.{name}"))

    def relation(self, name: str) -> str:
        """Where a model stands."""
        return f"{self.nodes[name]['schema']}.{self.nodes[name]['name']}"

    def columns(self, name: str) -> list[tuple]:
        """Names and types of a model's columns."""
        return [row[:2] for row in self.connection.execute(f"describe {self.relation(name)}").fetchall()]


@pytest.fixture(scope="module")
def compiled(built, tmp_path_factory) -> Compiled:
    """A copy of the built warehouse, and the SQL of a full build of it."""
    house = built.copy(tmp_path_factory.mktemp("left_out"))
    house.dbt("compile", "--full-refresh", DBT_WRITE_JSON="true")
    nodes = json.loads((house.target / "manifest.json").read_text())["nodes"]
    order, placed = [], set()
    waiting = [name for name in nodes if nodes[name]["resource_type"] in ("model", "test")]
    while waiting:
        ready = [n for n in waiting if not set(nodes[n]["depends_on"]["nodes"]) & (set(waiting) - placed)]
        order += ready
        placed |= set(ready)
        waiting = [name for name in waiting if name not in placed]
    connection = duckdb.connect(str(house.warehouse))
    vault.attach(connection, holds_persons=False)
    yield Compiled(connection, nodes, order, {name: compiled_sql(house.target, nodes[name]) for name in order})
    connection.close()


def compiled_sql(target: Path, node: dict) -> str:
    """What dbt wrote for a model or a test."""
    file = target / "compiled" / "techco" / node["original_file_path"]
    return (file / Path(node["path"]).name if file.is_dir() else file).read_text()


@pytest.mark.parametrize("tables", LEFT_OUT)
def test_every_table_behind_it_is_there(compiled, tables):
    connection = compiled.connection
    bases = {f"model.techco.base_{source}__{table}" for source, table in tables}
    behind = compiled.behind(bases)
    before = {name: compiled.columns(name) for name in behind}
    connection.execute("begin")
    try:
        for base in bases:
            connection.execute(f"delete from {compiled.relation(base)}")
        for source, table in tables:
            for ledger in ("loaded_files", "empty_files"):
                connection.execute(
                    f"delete from base.{ledger} where source_name = ? and table_name = ?", [source, table]
                )
        for name in behind:
            compiled.make(name)
        assert {name: compiled.columns(name) for name in behind} == before
        for source, table in tables:
            assert connection.execute(f"select count(*) from staging.stg_{source}__{table}").fetchall() == [(0,)]
        for name in compiled.order:
            node = compiled.nodes[name]
            reads = set(node["depends_on"]["nodes"])
            is_error = not compiled.is_model(name) and node["config"]["severity"].lower() == "error"
            if is_error and reads & set(behind):
                assert connection.execute(compiled.sql[name]).fetchall() == [], name
    finally:
        connection.execute("rollback")
