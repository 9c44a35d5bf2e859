"""The declaration of the dashboards: `dashboards/datasets.yml` and `dashboards/declared/*.yml`.

Everything else is made of it: what the BI tool shows, the exposures of the dbt project, and the SQL that tests hold
against the marts.
"""

from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import sqlglot
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlglot import exp

from techco.contract.raw_contract import ContractError, read_yaml

FOLDER = Path("dashboards")

# number: a number; trend: the newest number and those before it; lines and bars: over time; ranking: bars by size;
# table; heatmap; funnel: steps from top to bottom.
Kind = Literal["number", "trend", "lines", "bars", "ranking", "table", "heatmap", "funnel"]
Unit = Literal["currency", "share", "days", "hours", "points", "pieces", "times", "number", "figure"]
Grain = Literal["day", "week", "month"]


class DashboardError(Exception):
    """The dashboards cannot be made or shown; the message says why, and what to do."""


class Declared(BaseModel):
    """Something that is declared: a key that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Metric(Declared):
    """What a dataset adds up: either a KPI of models/marts/kpi/definitions, or an expression of its own."""

    name: str
    label: str
    unit: Unit
    sql: str
    description: str = ""


class Dataset(Declared):
    """A query over marts: charts group it, filter it and add it up."""

    name: str
    description: str
    sql: str
    # The day that the filter by period is on; none where the dataset says how things are today.
    time: str | None = None
    kpis: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()
    # How the columns are called for people, where their name with blanks will not do; and their units.
    labels: dict[str, str] = {}
    units: dict[str, Unit] = {}

    @cached_property
    def marts(self) -> tuple[str, ...]:
        """The marts that it reads, as schema.table."""
        parsed = sqlglot.parse_one(self.sql, dialect="duckdb")
        found = {f"{table.db}.{table.name}" for table in parsed.find_all(exp.Table) if table.db}
        return tuple(sorted(found))


class Chart(Declared):
    """A question, and what answers it."""

    name: str
    title: str
    kind: Kind
    dataset: str
    metrics: tuple[str, ...] = ()
    # Columns whose values are shown as they are (tables), or by which metrics are worked out.
    columns: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    grain: Grain | None = None
    where: str | None = None
    # Columns or metrics; a minus before one is descending.
    order: tuple[str, ...] = ()
    limit: int | None = None
    # The same numbers by a way of their own, straight from the marts: tests hold the chart against it. {filters} is
    # what the filters of the page let through; {filters channel=platform} calls a column as the mart does.
    sql: str
    # Units of columns that have another one here than in the dataset.
    units: dict[str, Unit] = {}
    # Of twelve columns of the page, and in rows of eight pixels; 0 is what suits the kind.
    width: int = 4
    height: int = 0
    # Whether bars of a group stand on each other, not side by side.
    stacked: bool = True


class Filter(Declared):
    """A filter of a dashboard: the period, or the values of a column of one of its datasets."""

    label: str
    kind: Literal["period", "values"] = "values"
    dataset: str = ""
    column: str = ""
    default: tuple[str, ...] = ()
    single: bool = False


class Dashboard(Declared):
    """A page."""

    name: str
    # Where it stands among the others.
    place: int
    title: str
    # What the page answers, for whom.
    question: str
    # The group of models/_groups.yml that answers for it.
    owner: str
    filters: tuple[Filter, ...] = ()
    # Rows of charts, as they stand on the page; those behind the numbers stand in `rows`, on a tab of their own.
    charts: tuple[Chart, ...]
    rows: tuple[Chart, ...] = ()

    @property
    def all_charts(self) -> tuple[Chart, ...]:
        """The charts of both tabs."""
        return self.charts + self.rows


class Dashboards(Declared):
    """All that is declared."""

    datasets: dict[str, Dataset]
    dashboards: tuple[Dashboard, ...]

    def marts_of(self, dashboard: Dashboard) -> tuple[str, ...]:
        """The marts that a dashboard is made of."""
        return tuple(sorted({mart for chart in dashboard.all_charts for mart in self.datasets[chart.dataset].marts}))


def load(project: Path = Path()) -> Dashboards:
    """Read the declaration; raise DashboardError that names the file and what is wrong."""
    folder = project / FOLDER
    files = sorted((folder / "declared").glob("*.yml"))
    if not files:
        raise DashboardError(f"There is no dashboard in {folder / 'declared'}; run it in the folder of the project.")
    datasets = read(folder / "datasets.yml")
    currency = read(project / "dbt_project.yml")["vars"]["reporting_currency"]
    try:
        found = Dashboards(
            datasets={name: Dataset(name=name, **declared) for name, declared in datasets.items()},
            dashboards=tuple(
                sorted(
                    (Dashboard(name=file.stem, **with_currency(read(file), currency)) for file in files),
                    key=lambda page: page.place,
                )
            ),
        )
    except ValidationError as error:
        raise DashboardError(f"The declaration of the dashboards in {folder} is wrong: {error}") from error
    refuse_unknown(found)
    return found


def with_currency(declared: Any, currency: str) -> Any:
    """The same, with the reporting currency in the place of {currency}."""
    if isinstance(declared, dict):
        return {key: with_currency(value, currency) for key, value in declared.items()}
    if isinstance(declared, list):
        return [with_currency(value, currency) for value in declared]
    return declared.replace("{currency}", currency) if isinstance(declared, str) else declared


def read(file: Path) -> dict[str, Any]:
    """A YAML file; raise DashboardError where it cannot be read."""
    try:
        declared: dict[str, Any] = read_yaml(file)
    except ContractError as error:
        raise DashboardError(str(error)) from error
    return declared


def refuse_unknown(found: Dashboards) -> None:
    """Raise DashboardError where a chart or filter names what there is not, or two charts have one name."""
    for dashboard in found.dashboards:
        names = [chart.name for chart in dashboard.all_charts]
        if doubled := {name for name in names if names.count(name) > 1}:
            raise DashboardError(f"Dashboard {dashboard.name} has several charts {', '.join(sorted(doubled))}.")
        reads = [(chart.name, chart.dataset) for chart in dashboard.all_charts]
        reads += [(one.label, one.dataset) for one in dashboard.filters if one.kind == "values"]
        for called, dataset_name in reads:
            if dataset_name not in found.datasets:
                raise DashboardError(
                    f"{called} of dashboard {dashboard.name} reads the dataset {dataset_name!r}, which is not in "
                    f"{FOLDER / 'datasets.yml'}; that has {', '.join(found.datasets)}."
                )
        for chart in dashboard.all_charts:
            dataset = found.datasets[chart.dataset]
            known = {*dataset.kpis, *(metric.name for metric in dataset.metrics)}
            if unknown := [name for name in chart.metrics if name not in known]:
                raise DashboardError(
                    f"Chart {chart.name} of dashboard {dashboard.name} shows {', '.join(unknown)}; dataset "
                    f"{dataset.name} has the metrics {', '.join(sorted(known)) or 'none'}."
                )
