"""A chart as SQL that runs on any engine, without the BI tool: what tests hold against the marts."""

import re
from collections.abc import Mapping

from techco.dashboards.declared import Chart, Dashboard, Dataset, Metric
from techco.sql import literal


def query(chart: Chart, dataset: Dataset, metrics: dict[str, Metric], condition: str | None = None) -> str:
    """What a chart shows, as one query: first what it is grouped by, then its metrics.

    `condition`: what the filters of the dashboard let through.
    """
    where = " and ".join(f"({one})" for one in (chart.where, condition) if one)
    source = f"({dataset.sql.strip()}) as dataset{' where ' + where if where else ''}"
    if chart.columns:
        return f"select {', '.join(chart.columns)} from {source}{ordered(chart)}"
    groups = [f"date_trunc('{chart.grain}', {dataset.time}) as {dataset.time}"] if chart.grain else []
    if chart.kind == "trend":
        groups = [str(dataset.time)]
    groups += chart.by
    shown = groups + [f"{metrics[name].sql} as {name}" for name in chart.metrics]
    grouped = f" group by {', '.join(str(place + 1) for place in range(len(groups)))}" if groups else ""
    return f"select {', '.join(shown)} from {source}{grouped}{ordered(chart)}"


def ordered(chart: Chart) -> str:
    """The order and the limit."""
    keys = [f"{name.lstrip('-')} {'desc' if name.startswith('-') else 'asc'} nulls last" for name in chart.order]
    return (f" order by {', '.join(keys)}" if keys else "") + (f" limit {chart.limit}" if chart.limit else "")


def conditions(dashboard: Dashboard, dataset: Dataset, columns: set[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """What the filters of a page let through, by column of a dataset that has it.

    `chosen` has values of columns, and `from` and `to` (excluded) of the period; defaults hold for other columns.
    """
    found = {}
    for one in dashboard.filters:
        if one.kind == "period" and dataset.time:
            bounds = [
                f"{{}} {sign} date {literal(chosen[key])}"
                for key, sign in (("from", ">="), ("to", "<"))
                if key in chosen
            ]
            if bounds:
                found[dataset.time] = " and ".join(bounds)
        elif one.kind == "values" and one.column in columns:
            values = [chosen[one.column]] if one.column in chosen else list(one.default)
            if values:
                found[one.column] = f"{{}} in ({', '.join(map(literal, values))})"
    return found


def condition(found: Mapping[str, str], called: Mapping[str, str] | None = None) -> str:
    """Conditions as one, with columns called as `called` says."""
    return (
        " and ".join(text.replace("{}", (called or {}).get(column, column)) for column, text in found.items()) or "true"
    )


def check(chart: Chart, found: Mapping[str, str]) -> str:
    """The SQL that a chart is held against, for what the filters let through."""

    def filters(match: re.Match[str]) -> str:
        called = dict(pair.split("=", 1) for pair in match[1].split())
        return condition(found, called)

    return re.sub(r"\{filters([^}]*)\}", filters, chart.sql.replace("{kpi}", chart.name))
