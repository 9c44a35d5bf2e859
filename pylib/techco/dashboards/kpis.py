"""KPIs as metrics of a dataset: label, unit, meaning and formula are those of models/marts/kpi/definitions."""

import re
from pathlib import Path
from typing import Any

from techco.contract.raw_contract import read_yaml
from techco.dashboards.declared import DashboardError, Metric

DEFINITIONS = Path("models") / "marts" / "kpi" / "definitions"
# What the numbers of other units are like.
UNITS = {"currency", "share", "days", "hours", "points", "times", "pieces"}


def read_kpis(project: Path = Path()) -> dict[str, Metric]:
    """All KPIs by name, their formulas as kpi.kpi_definitions shows them."""
    files = [read_yaml(path) for path in sorted((project / DEFINITIONS).glob("*.yml"))]
    metrics = {metric["name"]: metric for file in files for metric in file.get("metrics", [])}
    measures = {
        measure["name"]: measure
        for file in files
        for model in file.get("semantic_models", [])
        for measure in model["measures"]
    }
    return {
        name: Metric(
            name=name,
            label=metric["label"],
            unit=unit if (unit := metric["config"]["meta"]["unit"]) in UNITS else "number",
            sql=formula(metric, metrics, measures),
            description=" ".join(metric["description"].split()),
        )
        for name, metric in metrics.items()
    }


def formula(metric: dict[str, Any], metrics: dict[str, Any], measures: dict[str, Any]) -> str:
    """A metric in SQL; each of its parts is a measure, or a metric of them."""
    parameters = metric["type_params"]

    def sum_of(name: str) -> str:
        expression = measures[name].get("expr", name)
        return f"count(distinct {expression})" if measures[name]["agg"] == "count_distinct" else f"sum({expression})"

    def part(name: str) -> str:
        if name in metrics:
            return f"({formula(metrics[name], metrics, measures)})"
        # Snowflake divides decimals to few digits.
        return f"cast({sum_of(name)} as double)"

    if metric["type"] == "simple":
        return sum_of(parameters["measure"])
    if metric["type"] == "ratio":
        return f"{part(parameters['numerator'])} / nullif({part(parameters['denominator'])}, 0)"
    if metric["type"] == "derived":
        inputs = {entry["name"] for entry in parameters["metrics"]}
        return re.sub(r"\b\w+\b", lambda word: part(word[0]) if word[0] in inputs else word[0], parameters["expr"])
    raise DashboardError(
        f"Metric {metric['name']} is {metric['type']}; dashboards show simple, ratio and derived ones."
    )
