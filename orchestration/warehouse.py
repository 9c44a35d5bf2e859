"""dbt's models, seeds and snapshots as assets, and its data tests as their checks."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets

from orchestration.project import MANIFEST, ROOT

if not MANIFEST.is_file():
    raise FileNotFoundError(f"There is no {MANIFEST}, from which the assets are made: run `make orchestrate`.")


class Translator(DagsterDbtTranslator):
    """Assets are grouped by schema, as the tables are; the owner is dbt's group."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The schema."""
        return str(dbt_resource_props.get("config", {}).get("schema") or dbt_resource_props["schema"])


@dbt_assets(
    manifest=MANIFEST,
    name="warehouse",
    exclude="resource_type:unit_test",
    dagster_dbt_translator=Translator(),
)
def warehouse(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """Build what was chosen, in one dbt process, as DuckDB has one writer.

    A part is tested by tests of what it holds only (`buildable`), not by those that read what was left as it is.
    """
    command = ["build", "--exclude-resource-type", "unit_test", "--indirect-selection", "buildable"]
    yield from dbt.cli(command, context=context).stream()


dbt = DbtCliResource(project_dir=str(ROOT), profiles_dir=str(ROOT))
