"""The dashboards as Apache Superset imports them: for each role its database, datasets, charts and pages.

A role gets what is made of marts in its schemas, over a connection of its own, so that nobody is shown what the role's
release does not hold.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from techco.dashboards import style
from techco.dashboards.declared import Chart, Dashboard, Dashboards, Dataset, Filter, Metric, Unit
from techco.dashboards.shapes import Column, Shapes

NAMESPACE = UUID("5d9a3f0e-8f5b-4f0c-9a51-3f1f9be2c9aa")
GRAINS = {"day": "P1D", "week": "P1W", "month": "P1M"}
VISUALS = {
    "number": "big_number_total",
    "trend": "big_number",
    "lines": "echarts_timeseries_line",
    "bars": "echarts_timeseries_bar",
    "ranking": "echarts_timeseries_bar",
    "table": "table",
    "heatmap": "heatmap_v2",
    "funnel": "funnel",
}
# Rows of eight pixels.
HEIGHTS = {"number": 20, "trend": 28, "table": 50, "funnel": 50}
HEIGHT = 46
SCHEME = "techco"
SEQUENTIAL_SCHEME = "techco_sequential"

Assets = dict[str, dict[str, Any]]


class Bundle:
    """The assets of one role, by file name."""

    def __init__(self, declared: Dashboards, kpis: Mapping[str, Metric], shapes: Shapes, currency: str) -> None:
        self.declared, self.kpis, self.shapes, self.currency = declared, kpis, shapes, currency

    def marts_in(self, schemas: set[str]) -> set[str]:
        """The marts in some schemas, of those that datasets read."""
        read = {mart for dataset in self.declared.datasets.values() for mart in dataset.marts}
        return {mart for mart in read if mart.split(".")[0] in schemas}

    def assets(self, role: str, marts: set[str], url: str, engine: dict[str, Any]) -> Assets:
        """All that a role is shown; nothing where the marts that it has answer no question."""
        pages = [page for page in map(lambda page: self.limited(page, marts), self.declared.dashboards) if page]
        if not pages:
            return {}
        used = sorted({chart.dataset for page in pages for chart in page.all_charts})
        found: Assets = {f"databases/{role}.yaml": database(role, url, engine)}
        for name in used:
            found[f"datasets/{role}/{name}.yaml"] = self.dataset(role, self.declared.datasets[name])
        for page in pages:
            for chart in page.all_charts:
                found[f"charts/{role}/{page.name}__{chart.name}.yaml"] = self.chart(role, page, chart)
            found[f"dashboards/{role}/{page.name}.yaml"] = self.page(role, page)
        return found

    def limited(self, page: Dashboard, marts: set[str]) -> Dashboard | None:
        """What a role with these marts sees of a page; none where no question is left, but rows alone."""

        def sees(dataset: str) -> bool:
            return marts.issuperset(self.declared.datasets[dataset].marts)

        charts = tuple(chart for chart in page.charts if sees(chart.dataset))
        rows = tuple(chart for chart in page.rows if sees(chart.dataset))
        if not charts:
            return None
        read = {chart.dataset for chart in charts + rows}
        filters = tuple(one for one in (self.elsewhere(one, read) for one in page.filters) if one)
        return page.model_copy(update={"charts": charts, "rows": rows, "filters": filters})

    def elsewhere(self, one: Filter, read: set[str]) -> Filter | None:
        """A filter over a dataset that the role has, of the same column."""
        if one.kind == "period" or one.dataset in read:
            return one
        others = (name for name in sorted(read) if one.column in self.columns(name))
        return next((one.model_copy(update={"dataset": name}) for name in others), None)

    def columns(self, dataset: str) -> dict[str, Column]:
        """The columns of a dataset by name."""
        return {column.name: column for column in self.shapes.columns(self.declared.datasets[dataset])}

    def metrics(self, dataset: Dataset) -> dict[str, Metric]:
        """The metrics of a dataset by name."""
        return {name: self.kpis[name] for name in dataset.kpis} | {one.name: one for one in dataset.metrics}

    def dataset(self, role: str, dataset: Dataset) -> dict[str, Any]:
        """A dataset, its columns and metrics described."""
        return {
            "uuid": asset(role, "dataset", dataset.name),
            "version": "1.0.0",
            "database_uuid": asset(role, "database", role),
            # Superset's own tables tell datasets apart by their names alone.
            "table_name": f"{dataset.name} ({role})",
            "sql": dataset.sql.strip(),
            "description": f"{dataset.description} Made of {', '.join(dataset.marts)}.",
            "main_dttm_col": dataset.time,
            "is_managed_externally": True,
            "columns": [
                {
                    "column_name": column.name,
                    "verbose_name": dataset.labels.get(column.name, column.name.replace("_", " ").capitalize()),
                    "type": column.type.upper(),
                    "is_dttm": column.type in ("date", "timestamp"),
                    "description": column.description,
                    "groupby": True,
                    "filterable": True,
                    "is_active": True,
                }
                for column in self.shapes.columns(dataset)
            ],
            "metrics": [
                {
                    "metric_name": metric.name,
                    "verbose_name": metric.label,
                    "expression": metric.sql,
                    "description": metric.description,
                    "d3format": style.d3_format(metric.unit, metric.name),
                    "currency": self.money(metric.unit),
                }
                for metric in self.metrics(dataset).values()
            ],
        }

    def money(self, unit: Unit) -> dict[str, str] | None:
        """How Superset is told that a number is money."""
        return {"symbol": self.currency, "symbolPosition": "prefix"} if unit == "currency" else None

    def chart(self, role: str, page: Dashboard, chart: Chart) -> dict[str, Any]:
        """A chart."""
        dataset = self.declared.datasets[chart.dataset]
        metrics = [self.metrics(dataset)[name] for name in chart.metrics]
        meanings = [f"{metric.label}: {metric.description}" for metric in metrics if metric.description]
        return {
            "uuid": asset(role, "chart", f"{page.name}/{chart.name}"),
            "version": "1.0.0",
            "slice_name": chart.title,
            "description": " ".join([*meanings, f"Read from {', '.join(dataset.marts)}."]),
            "viz_type": VISUALS[chart.kind],
            "dataset_uuid": asset(role, "dataset", chart.dataset),
            "is_managed_externally": True,
            "params": self.parameters(chart, dataset, metrics),
        }

    def parameters(self, chart: Chart, dataset: Dataset, metrics: list[Metric]) -> dict[str, Any]:
        """What a chart looks like, and what it asks for."""
        kind = chart.kind
        found: dict[str, Any] = {
            "viz_type": VISUALS[kind],
            "color_scheme": SCHEME,
            "adhoc_filters": conditions(chart, dataset),
            "row_limit": chart.limit or 10000,
        }
        if metrics:
            unit = metrics[0].unit
            number = style.d3_format(unit, metrics[0].name)
            found |= {"y_axis_format": number, "number_format": number, "currency_format": self.money(unit) or {}}
        if kind in ("number", "trend"):
            found |= {"metric": metrics[0].name, "header_font_size": 0.4, "subheader_font_size": 0.15}
            found |= {"subtitle": style.SUFFIXES.get(metrics[0].unit, ""), "subtitle_font_size": 0.15}
        if kind == "trend":
            found |= trend(dataset)
        elif kind in ("lines", "bars"):
            found |= over_time(chart, dataset)
        elif kind == "ranking":
            found |= ranking(chart)
            # Shorter, as numbers stand side by side below the bars; the tip of a bar says them in full.
            found |= {"y_axis_format": style.SHORT} if metrics[0].unit in ("currency", "number", "pieces") else {}
        elif kind == "table":
            found |= self.table(chart, dataset, metrics)
        elif kind == "heatmap":
            found |= heatmap(chart, metrics[0])
        elif kind == "funnel":
            found |= funnel(chart, metrics[0])
        return found

    def table(self, chart: Chart, dataset: Dataset, metrics: list[Metric]) -> dict[str, Any]:
        """A table: rows as they are, or groups with what they add up to."""
        units = dataset.units | chart.units | {metric.name: metric.unit for metric in metrics}
        formats = {
            name: {
                "d3NumberFormat": style.d3_format(unit, name),
                "d3SmallNumberFormat": style.d3_format(unit, name),
                "currencyFormat": self.money(unit),
            }
            for name, unit in units.items()
        }
        found: dict[str, Any] = {
            "query_mode": "raw" if chart.columns else "aggregate",
            "table_timestamp_format": "%Y-%m-%d",
            "column_config": {name: {key: one for key, one in entry.items() if one} for name, entry in formats.items()},
            "show_cell_bars": False,
            "color_pn": False,
            "include_search": False,
            "allow_rearrange_columns": True,
            "page_length": 0,
        }
        if chart.columns:
            order = [json.dumps([name.lstrip("-"), not name.startswith("-")]) for name in chart.order]
            return found | {"all_columns": list(chart.columns), "order_by_cols": order}
        return found | {"groupby": list(chart.by), "metrics": list(chart.metrics)} | first_order(chart)

    def page(self, role: str, page: Dashboard) -> dict[str, Any]:
        """A dashboard: its questions on one tab, the rows behind them on another."""
        numbers = {chart.name: place for place, chart in enumerate(page.all_charts, start=1)}
        return {
            "uuid": asset(role, "dashboard", page.name),
            "version": "1.0.0",
            "dashboard_title": page.title,
            "description": page.question,
            "slug": slug(page.name, role),
            "published": True,
            "is_managed_externally": True,
            "certified_by": page.owner.replace("_", " ").capitalize(),
            "certification_details": "Declared in the folder dashboards of the project, and held against the marts.",
            "position": layout(role, page, numbers, self.currency),
            "metadata": {
                "color_scheme": SCHEME,
                "label_colors": style.VALUE_COLOURS,
                "shared_label_colors": [],
                "map_label_colors": {},
                "cross_filters_enabled": True,
                "refresh_frequency": 0,
                "filter_bar_orientation": "HORIZONTAL",
                "native_filter_configuration": [self.native_filter(role, page, one, numbers) for one in page.filters],
            },
        }

    def native_filter(self, role: str, page: Dashboard, one: Filter, numbers: Mapping[str, int]) -> dict[str, Any]:
        """A filter, over the charts whose dataset has its column."""
        excluded = [
            number
            for chart in page.all_charts
            for number in [numbers[chart.name]]
            if not self.reaches(one, self.declared.datasets[chart.dataset])
        ]
        values = list(one.default)
        state = {"filterState": {"value": values, "label": ", ".join(values)}} if values else {"filterState": {}}
        asked = {"extraFormData": {"filters": [{"col": one.column, "op": "IN", "val": values}]} if values else {}}
        target = {"datasetUuid": asset(role, "dataset", one.dataset), "column": {"name": one.column}}
        return {
            "id": f"NATIVE_FILTER-{page.name}-{one.column or 'period'}",
            "type": "NATIVE_FILTER",
            "name": one.label,
            "filterType": "filter_time" if one.kind == "period" else "filter_select",
            "targets": [{}] if one.kind == "period" else [target],
            "defaultDataMask": asked | state,
            "controlValues": {
                "enableEmptyFilter": one.single,
                "multiSelect": not one.single,
                "defaultToFirstItem": False,
                "searchAllOptions": False,
                "inverseSelection": False,
            },
            "scope": {"rootPath": ["ROOT_ID"], "excluded": excluded},
            "cascadeParentIds": [],
            "description": "",
        }

    def reaches(self, one: Filter, dataset: Dataset) -> bool:
        """Whether a filter acts on a dataset."""
        return dataset.time is not None if one.kind == "period" else one.column in self.columns(dataset.name)


def asset(role: str, kind: str, name: str) -> str:
    """The id of an asset, the same each time."""
    return str(uuid5(NAMESPACE, f"{role}/{kind}/{name}"))


def slug(page: str, role: str) -> str:
    """The end of a page's address."""
    return f"{page}-{role}".replace("_", "-")


def database(role: str, url: str, engine: dict[str, Any]) -> dict[str, Any]:
    """The connection of a role, which only reads."""
    return {
        "uuid": asset(role, "database", role),
        "version": "1.0.0",
        "database_name": f"TechCo as {role}",
        "sqlalchemy_uri": url,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "is_managed_externally": True,
        "extra": {"allows_virtual_table_explore": True, "engine_params": engine},
    }


def conditions(chart: Chart, dataset: Dataset) -> list[dict[str, Any]]:
    """Which rows a chart is about: its own condition, and the period.

    Superset puts the period of the page in the place of a range over time that the chart has, and nowhere else.
    """
    found: list[dict[str, Any]] = []
    if chart.where:
        found.append({"expressionType": "SQL", "clause": "WHERE", "sqlExpression": chart.where})
    if dataset.time:
        range_of_time = {"subject": dataset.time, "operator": "TEMPORAL_RANGE", "comparator": "No filter"}
        found.append({"expressionType": "SIMPLE", "clause": "WHERE"} | range_of_time)
    return found


def first_order(chart: Chart) -> dict[str, Any]:
    """What groups are ordered by."""
    if not chart.order:
        return {}
    first = chart.order[0]
    return {"timeseries_limit_metric": first.lstrip("-"), "order_desc": first.startswith("-")}


def trend(dataset: Dataset) -> dict[str, Any]:
    """The newest number large, those before it as a line."""
    return {
        "x_axis": dataset.time,
        "time_grain_sqla": None,
        "compare_lag": 1,
        "compare_suffix": "against the period before",
        "show_trend_line": True,
        "start_y_axis_at_zero": False,
        "show_timestamp": True,
        "time_format": "%Y-%m-%d",
        "rolling_type": "None",
        "aggregation": "LAST_VALUE",
        "color_picker": rgb(style.PALETTE[0]),
    }


def over_time(chart: Chart, dataset: Dataset) -> dict[str, Any]:
    """Lines, or bars on each other, from left to right."""
    found: dict[str, Any] = {
        "x_axis": dataset.time,
        "time_grain_sqla": GRAINS[str(chart.grain)],
        "x_axis_time_format": "%b %Y" if chart.grain == "month" else "%Y-%m-%d",
        "metrics": list(chart.metrics),
        "groupby": list(chart.by),
        "show_legend": bool(chart.by) or len(chart.metrics) > 1,
        # Beside the bars, many values have room.
        "legendOrientation": "right" if chart.by else "top",
        "legendType": "scroll",
        "rich_tooltip": True,
        "tooltipTimeFormat": "%Y-%m-%d",
        "truncateXAxis": True,
        "truncate_metric": True,
        "order_desc": True,
    }
    if chart.kind == "bars":
        found |= {"stack": "Stack" if chart.stacked else None}
    else:
        found |= {"markerEnabled": True, "markerSize": 5, "seriesType": "line"}
    return found


def ranking(chart: Chart) -> dict[str, Any]:
    """Bars from the largest down."""
    first = chart.order[0] if chart.order else chart.by[0]
    return {
        "x_axis": chart.by[0],
        "xAxisForceCategorical": True,
        "metrics": list(chart.metrics),
        "groupby": list(chart.by[1:]),
        "orientation": "horizontal",
        "stack": "Stack" if chart.stacked and len(chart.by) > 1 else None,
        "show_value": len(chart.by) == 1 and len(chart.metrics) == 1,
        "show_legend": len(chart.by) > 1 or len(chart.metrics) > 1,
        "legendOrientation": "right" if len(chart.by) > 1 else "top",
        "legendType": "scroll",
        "rich_tooltip": True,
        # Superset draws the first one at the bottom.
        "x_axis_sort": first.lstrip("-"),
        "x_axis_sort_asc": first.startswith("-"),
        "x_axis_sort_series": "name" if first.lstrip("-") == chart.by[0] else "sum",
        "x_axis_sort_series_ascending": first.startswith("-"),
        "truncate_metric": True,
    }


def heatmap(chart: Chart, metric: Metric) -> dict[str, Any]:
    """A field of numbers, the darker the larger."""
    across, down = chart.by
    return {
        "x_axis": across,
        "groupby": down,
        "metric": metric.name,
        "sort_x_axis": "alpha_asc",
        "sort_y_axis": "alpha_desc",
        "normalize_across": "heatmap",
        "linear_color_scheme": SEQUENTIAL_SCHEME,
        "show_values": True,
        "show_legend": False,
        "show_percentage": False,
        "xscale_interval": 1,
        "yscale_interval": 1,
        "left_margin": 75,
        "bottom_margin": 50,
        "time_grain_sqla": None,
        "x_axis_time_format": "%Y-%m",
        "value_bounds": [None, None],
    }


def funnel(chart: Chart, metric: Metric) -> dict[str, Any]:
    """Steps from top to bottom, each with its share of the first."""
    return {
        "groupby": list(chart.by),
        "metric": metric.name,
        "sort_by_metric": True,
        "percent_calculation_type": "first_step",
        "label_type": 5,
        "show_labels": True,
        "show_legend": False,
        "tooltip_label_type": 5,
    }


def layout(role: str, page: Dashboard, numbers: Mapping[str, int], currency: str) -> dict[str, Any]:
    """Where everything stands on a page."""
    tabs = [("ANSWERS", "Answers", page.charts), ("ROWS", "Rows behind them", page.rows)]
    tabs = [tab for tab in tabs if tab[2]]
    found: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["TABS-PAGE"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": [], "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": page.title}},
        "TABS-PAGE": {
            "type": "TABS",
            "id": "TABS-PAGE",
            "children": [f"TAB-{name}" for name, *_ in tabs],
            "parents": ["ROOT_ID"],
            "meta": {},
        },
    }
    for name, text, charts in tabs:
        parents = ["ROOT_ID", "TABS-PAGE", f"TAB-{name}"]
        rows = list(rows_of(charts))
        children = [f"ROW-{name}-{place}" for place in range(len(rows))]
        if name == "ANSWERS":
            question = f"**{page.question}** Amounts are in {currency}. Right-click a number to see the rows behind it."
            found |= line_of_text(question, parents)
            children = ["ROW-QUESTION", *children]
        found[f"TAB-{name}"] = {
            "type": "TAB",
            "id": f"TAB-{name}",
            "children": children,
            "parents": parents[:-1],
            "meta": {"text": text, "defaultText": "Tab title", "placeholder": "Tab title"},
        }
        for place, row in enumerate(rows):
            row_id = f"ROW-{name}-{place}"
            height = max(height_of(chart) for chart in row)
            found[row_id] = {
                "type": "ROW",
                "id": row_id,
                "children": [f"CHART-{chart.name}" for chart in row],
                "parents": parents,
                "meta": {"background": "BACKGROUND_TRANSPARENT"},
            }
            for chart in row:
                found[f"CHART-{chart.name}"] = {
                    "type": "CHART",
                    "id": f"CHART-{chart.name}",
                    "children": [],
                    "parents": [*parents, row_id],
                    "meta": {
                        "chartId": numbers[chart.name],
                        "uuid": asset(role, "chart", f"{page.name}/{chart.name}"),
                        "sliceName": chart.title,
                        "width": chart.width,
                        "height": height,
                    },
                }
    return found


def line_of_text(text: str, parents: list[str]) -> dict[str, Any]:
    """A line above the charts."""
    return {
        "ROW-QUESTION": {
            "type": "ROW",
            "id": "ROW-QUESTION",
            "children": ["MARKDOWN-QUESTION"],
            "parents": parents,
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        },
        "MARKDOWN-QUESTION": {
            "type": "MARKDOWN",
            "id": "MARKDOWN-QUESTION",
            "children": [],
            "parents": [*parents, "ROW-QUESTION"],
            "meta": {"width": 12, "height": 7, "code": text},
        },
    }


def height_of(chart: Chart) -> int:
    """In rows of eight pixels."""
    return chart.height or HEIGHTS.get(chart.kind, HEIGHT)


def rows_of(charts: tuple[Chart, ...]) -> Iterator[list[Chart]]:
    """Charts in rows of twelve columns."""
    row: list[Chart] = []
    for chart in charts:
        if sum(one.width for one in row) + chart.width > 12:
            yield row
            row = []
        row.append(chart)
    if row:
        yield row


def rgb(colour: str) -> dict[str, int]:
    """A colour as Superset takes it."""
    return {part: int(colour[place : place + 2], 16) for part, place in (("r", 1), ("g", 3), ("b", 5))} | {"a": 1}
