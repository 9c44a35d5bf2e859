"""`make metrics`: ask for metrics by name, of the warehouse or of a role's release, without writing SQL.

Options and answers are those of `mf query`, which works too. This one reads only, so that it stands in nobody's way;
knows no dbt while it answers, which is two thirds of what `mf` takes; and asks nothing of the internet.
"""

import argparse
import csv
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from techco.command import run
from techco.serving.releases import ReleaseError, serving_file
from techco.settings import target_folder, warehouse_file
from techco.sql import identifier, literal

DEFINITIONS = Path("models") / "marts" / "kpi" / "definitions"


class MetricsError(Exception):
    """There is no answer; the message says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer a question, or list what can be asked."""
    asked = parser().parse_args(arguments)
    try:
        manifest = read_manifest()
        file = file_to_read(asked.role)
        if not asked.metrics and not asked.saved_query:
            print(listing(manifest))
            return 0
        answer(asked, manifest, file)
    except (MetricsError, ReleaseError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """The options, as `mf query` calls them."""
    made = argparse.ArgumentParser(prog="make metrics", description=__doc__.split("\n", 1)[0])
    made.add_argument("--metrics", type=names, default=[], help="such as net_revenue,orders")
    made.add_argument("--group-by", type=names, default=[], help="such as metric_time__month,sales_day__country_code")
    made.add_argument("--saved-query", help="a question that is written down")
    made.add_argument("--where", action="append", default=[], help="such as \"{{ Dimension('…') }} = 'DE'\"")
    made.add_argument("--order", type=names, default=[], help="such as -metric_time__month")
    made.add_argument("--start-time", type=datetime.fromisoformat)
    made.add_argument("--end-time", type=datetime.fromisoformat)
    made.add_argument("--limit", type=int)
    made.add_argument("--decimals", type=int, default=2)
    made.add_argument("--csv", type=Path, help="write the answer to this file")
    made.add_argument("--explain", action="store_true", help="show the SQL instead of the answer")
    made.add_argument("--role", help="read the release of this role, not the warehouse")
    return made


def names(text: str) -> list[str]:
    """A list, as it is written in one option."""
    return [name.strip() for name in text.split(",") if name.strip()]


def read_manifest() -> dict[str, Any]:
    """What dbt has read of the metrics, read anew where their files have changed since."""
    declared = sorted(DEFINITIONS.glob("*.yml"))
    if not declared:
        raise MetricsError(f"There is no {DEFINITIONS} here; run it in the folder of the project.")
    newest = max(path.stat().st_mtime for path in declared)
    written = target_folder() / "semantic_manifest.json"
    if not written.exists() or written.stat().st_mtime < newest:
        parse = ["dbt", "--quiet", "parse", "--write-json"]
        ended = subprocess.run(parse, capture_output=True, text=True)
        if ended.returncode:
            raise MetricsError(f"dbt cannot read the project; correct that first:\n{ended.stdout}{ended.stderr}")
    manifest: dict[str, Any] = json.loads(written.read_bytes())
    return manifest


def file_to_read(role: str | None) -> Path:
    """The warehouse, or the current release of a role."""
    warehouse = warehouse_file()
    if role is None:
        if not warehouse.exists():
            raise MetricsError(
                f"There is no warehouse at {warehouse}; run `make build` first, set TECHCO_WAREHOUSE, or name the "
                "release to read by ROLE=…."
            )
        return warehouse
    return serving_file(warehouse, role)


def listing(manifest: dict[str, Any]) -> str:
    """What can be asked."""
    kpis = [metric for metric in manifest["metrics"] if (metric.get("config") or {}).get("meta", {}).get("unit")]
    width = max(len(entry["name"]) for entry in kpis + manifest["saved_queries"])
    lines = ["KPIs, for METRICS=…; kpi.kpi_definitions says more of each:"]
    lines += [f"  {kpi['name']:{width}}  {first_sentence(kpi['description'])}" for kpi in by_name(kpis)]
    lines.append(f"\nand {len(manifest['metrics']) - len(kpis)} more, which they are made of.")
    lines.append("\nQuestions that are written down, for QUERY=…:")
    lines += [
        f"  {query['name']:{width}}  {first_sentence(query['description'])}"
        for query in by_name(manifest["saved_queries"])
    ]
    lines.append("\nmake metrics QUERY=net_revenue_by_week")
    lines.append("make metrics METRICS=net_revenue,orders BY=metric_time__month,sales_day__country_code [ROLE=analyst]")
    return "\n".join(lines)


def by_name(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries in the order of their names."""
    return sorted(entries, key=lambda entry: str(entry["name"]))


def first_sentence(text: str) -> str:
    """The beginning of a description."""
    return " ".join(text.split()).split(". ", 1)[0].rstrip(".")


class ReadingClient:
    """What MetricFlow asks of an engine: DuckDB over one file, which is only read."""

    def __init__(self, file: Path, database: str) -> None:
        from metricflow.protocols.sql_client import SqlEngine
        from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

        self.sql_engine_type = SqlEngine.DUCKDB
        self.sql_plan_renderer = DuckDbSqlPlanRenderer()
        self._connection = duckdb.connect()
        try:
            self._connection.execute(f"attach {literal(str(file))} as {identifier(database)} (read_only)")
        except duckdb.IOException as error:
            raise MetricsError(
                f"{file} cannot be read now. Where a build is running, ask again when it has ended, or ask the release "
                f"beside it by ROLE=analyst: {error}"
            ) from error

    def query(self, stmt: str, sql_bind_parameter_set: object = None) -> Any:
        """What a statement gives."""
        from metricflow.data_table.mf_table import MetricFlowDataTable

        found = self._connection.execute(stmt)
        columns = [column[0] for column in found.description or []]
        return MetricFlowDataTable.create_from_rows(column_names=columns, rows=found.fetchall())

    def execute(self, stmt: str, sql_bind_parameter_set: object = None) -> None:
        """Run a statement."""
        self._connection.execute(stmt)

    def dry_run(self, stmt: str, sql_bind_parameter_set: object = None) -> None:
        """Raise where a statement cannot be run."""
        self._connection.execute(f"explain {stmt}")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
        """A parameter's place in a statement."""
        return f"${bind_parameter_key}"


def answer(asked: argparse.Namespace, manifest: dict[str, Any], file: Path) -> None:
    """Print the answer, or write it to a file."""
    refuse_unknown(asked, manifest)
    try:
        from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
        from metricflow_semantics.errors.error_classes import InformativeUserError
        from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup
    except ImportError as error:
        raise MetricsError(
            f"MetricFlow is not installed ({error}); ask by `make metrics`, which installs it."
        ) from error
    database = manifest["semantic_models"][0]["node_relation"]["database"]
    client = ReadingClient(file, database)
    parsed = parse_manifest_from_dbt_generated_manifest(manifest_json_string=json.dumps(manifest))
    engine = MetricFlowEngine(semantic_manifest_lookup=SemanticManifestLookup(parsed), sql_client=client)
    request = MetricFlowQueryRequest.create(
        saved_query_name=asked.saved_query,
        metric_names=asked.metrics or None,
        group_by_names=asked.group_by or None,
        limit=asked.limit,
        time_constraint_start=asked.start_time,
        time_constraint_end=asked.end_time,
        where_constraints=asked.where or None,
        # A limit without an order would give any rows.
        order_by_names=asked.order or (asked.group_by if asked.limit else None) or None,
    )
    try:
        if asked.explain:
            print(engine.explain(mf_request=request).sql_statement.without_descriptions.sql)
            return
        table = engine.query(mf_request=request).result_df
    except InformativeUserError as error:
        raise MetricsError(f"{error}\n`make metrics` lists what can be asked.") from error
    except duckdb.CatalogException as error:
        raise MetricsError(
            f"{file} lacks a table that these metrics are made of ({str(error).splitlines()[0]}). A release holds what "
            "its role may see, and nothing that is for builds only: ask the warehouse (without ROLE), or read the "
            "KPI's value in kpi.kpi_by_period."
        ) from error
    finally:
        client.close()
    # MetricFlow leaves it out of what was explained only.
    assert table is not None
    rows = table.rows if asked.order else sorted(table.rows, key=lambda row: [str(value) for value in row])
    table = type(table).create_from_rows(column_names=table.column_names, rows=rows)
    if asked.csv:
        with open(asked.csv, "w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(table.column_names)
            writer.writerows(table.rows)
        print(asked.csv)
    else:
        print(table.text_format(asked.decimals))


def refuse_unknown(asked: argparse.Namespace, manifest: dict[str, Any]) -> None:
    """Raise MetricsError for a metric or saved query that nobody has declared."""
    from difflib import get_close_matches

    for kind, given, place in (
        ("metric", asked.metrics, "metrics"),
        ("saved query", [asked.saved_query] if asked.saved_query else [], "saved_queries"),
    ):
        known = {entry["name"] for entry in manifest[place]}
        for name in given:
            if name not in known:
                near = get_close_matches(name, known, n=3, cutoff=0.5)
                raise MetricsError(
                    f"There is no {kind} {name}{'; did you mean ' + ' or '.join(near) + '?' if near else '.'} "
                    f"`make metrics` lists all; they are declared in {DEFINITIONS}."
                )


if __name__ == "__main__":
    run(main, "Nothing was changed; ask again.")
