"""The documentation site describes columns that no YAML does."""

import json

import pytest
from techco.operations import docs_site

BOOKKEEPING = {"_file": {"description": "File of the row."}}


def node(*parents: str, **descriptions: str) -> dict:
    """A node of the manifest."""
    columns = {name: {"name": name, "description": text} for name, text in descriptions.items()}
    return {"depends_on": {"nodes": list(parents)}, "columns": columns}


@pytest.fixture
def artifacts():
    """A raw table, its base model, which also reads another for whose its rows are, and a history on staging."""
    sources = {
        "source.orders": {"columns": node(order_id="Order number.", status="State, as the shop says.")["columns"]}
    }
    nodes = {
        "base_orders": node("source.orders", "base_customers"),
        "base_customers": node(order_id="An order of the customer."),
        "stg_orders": node("base_orders", status="State now."),
        "snap_orders": node("stg_orders"),
    }
    columns = {
        "base_orders": ("order_id", "status", "_file"),
        # As Snowflake names them.
        "stg_orders": ("ORDER_ID", "STATUS", "IS_DELETED"),
        "snap_orders": ("order_id", "status", "is_deleted"),
    }
    catalog = {"nodes": {name: {"columns": {column: {} for column in names}} for name, names in columns.items()}}
    return {"sources": sources, "nodes": nodes}, catalog


def test_a_column_means_what_it_means_in_what_its_table_reads(artifacts):
    manifest, catalog = artifacts
    docs_site.describe_columns(manifest, catalog, BOOKKEEPING)
    shown = {
        name: {column: declared["description"] for column, declared in manifest["nodes"][name]["columns"].items()}
        for name in catalog["nodes"]
    }
    assert shown == {
        "base_orders": {
            "order_id": "Order number.",
            "status": "State, as the shop says.",
            "_file": "File of the row.",
        },
        "stg_orders": {"order_id": "Order number.", "status": "State now.", "is_deleted": ""},
        "snap_orders": {"order_id": "Order number.", "status": "State now.", "is_deleted": ""},
    }


def test_the_page_holds_both_files(artifacts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DBT_TARGET_PATH", raising=False)
    (tmp_path / "target").mkdir()
    (tmp_path / "dbt_project.yml").write_text(json.dumps({"vars": {"bookkeeping": BOOKKEEPING}}))
    assert docs_site.main() == 1
    for name, content in zip(("manifest", "catalog"), artifacts, strict=True):
        (tmp_path / "target" / f"{name}.json").write_text(json.dumps(content))
    assert docs_site.main() == 0
    page = (tmp_path / "site" / "index.html").read_text()
    assert page.count("State, as the shop says.") == 2 and docs_site.MANIFEST not in page
    assert page.count("ORDER_ID") == 1 and docs_site.CATALOG not in page
