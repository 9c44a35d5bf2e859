"""The marts without rows, in memory: what their YAML promises is enough to say which columns a dataset has."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from techco.contract.raw_contract import read_yaml
from techco.dashboards.declared import DashboardError, Dataset
from techco.sql import identifier

MARTS = Path("models") / "marts"
# Folders of marts whose schema has another name.
CORE = "core"


@dataclass(frozen=True)
class Column:
    """A column of a dataset."""

    name: str
    type: str
    description: str


class Shapes:
    """All marts, as their YAML declares them."""

    def __init__(self, project: Path = Path()) -> None:
        self._connection = duckdb.connect()
        self._descriptions: dict[str, str] = {}
        self.marts: set[str] = set()
        for file in sorted((project / MARTS).rglob("*.yml")):
            schema = file.relative_to(project / MARTS).parts[0]
            for model in read_yaml(file).get("models", []):
                if columns := model.get("columns"):
                    self._add(f"{schema}.{model['name']}", columns)

    def _add(self, mart: str, columns: list[dict[str, str]]) -> None:
        schema = mart.split(".")[0]
        self._connection.execute(f"create schema if not exists {identifier(schema)}")
        typed = ", ".join(f"{identifier(column['name'])} {column['data_type']}" for column in columns)
        self._connection.execute(f"create or replace table {mart} ({typed})")
        self.marts.add(mart)
        for column in columns:
            # The marts that are read first say what a name means; a dataset's own label may say more.
            self._descriptions[f"{mart}.{column['name']}"] = " ".join(column.get("description", "").split())

    def columns(self, dataset: Dataset) -> list[Column]:
        """The columns of a dataset; raise DashboardError where it does not fit the marts."""
        try:
            found = self._connection.execute(f"describe {dataset.sql}").fetchall()
        except duckdb.Error as error:
            raise DashboardError(
                f"Dataset {dataset.name} of dashboards/datasets.yml does not fit the marts as their YAML declares "
                f"them: {error}"
            ) from error
        return [Column(row[0], row[1].lower(), self._described(dataset, row[0])) for row in found]

    def _described(self, dataset: Dataset, column: str) -> str:
        texts = (self._descriptions.get(f"{mart}.{column}") for mart in dataset.marts)
        return next((text for text in texts if text), "")

    def check(self, query: str, called: str) -> None:
        """Raise DashboardError where a query does not fit the marts."""
        try:
            self._connection.execute(f"explain {query}")
        except duckdb.Error as error:
            raise DashboardError(f"{called} does not fit the marts as their YAML declares them: {error}") from error


@cache
def shapes(project: Path = Path()) -> Shapes:
    """The marts of a project, read once."""
    return Shapes(project)
