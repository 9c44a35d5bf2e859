"""What dashboards ask is SQL that Snowflake takes, too: by one other address they read it there (docs/bi.md)."""

from pathlib import Path

from techco.dashboards import queries
from techco.dashboards.declared import load
from techco.dashboards.kpis import read_kpis
from techco.dashboards.shapes import Shapes
from techco.dashboards.superset import Bundle

from tools.parity import gate

ROOT = Path(__file__).resolve().parents[3]


def test_every_chart_asks_what_snowflake_understands():
    bundle = Bundle(load(ROOT), read_kpis(ROOT), Shapes(ROOT), "EUR")
    asked = [
        queries.query(chart, dataset, bundle.metrics(dataset))
        for page in bundle.declared.dashboards
        for chart in page.all_charts
        for dataset in [bundle.declared.datasets[chart.dataset]]
    ]
    assert len(asked) > 60
    assert [gate.told(finding) for finding in gate.findings(asked, {})] == []
