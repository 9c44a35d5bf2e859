"""dbt's own page holds both files, every description, and nothing that is fetched from elsewhere."""

import pytest
from techco.documents import dbt_pages
from techco.documents.catalog import Catalog, Column, Macro, Relation
from techco.documents.column_lineage import Lineage

MANIFEST = {
    "metadata": {"project_name": "shop"},
    "sources": {},
    "nodes": {"model.orders": {"columns": {"status": {"name": "status", "description": "State.", "tags": ["a"]}}}},
    "macros": {
        "macro.shop.own": {"name": "own", "package_name": "shop", "description": ""},
        "macro.dbt.other": {"name": "other", "package_name": "dbt", "description": "As dbt says."},
    },
}


def described() -> Catalog:
    """Two columns, one of which no YAML describes, and a macro with a comment."""
    columns = {name: Column(name, "varchar", text) for name, text in (("status", "State."), ("_file", "File."))}
    orders = Relation(
        *("model.orders", "model", "core", "core", "orders", "core.orders", "Orders.", "orders.sql", "Core", "open"),
        columns=columns,
        reads=[],
    )
    return Catalog(
        {"model.orders": orders}, [], [Macro("own", "own.sql", "Its comment.", [])], [], [], [], Lineage({}, []), {}
    )


def test_columns_and_macros_are_described_as_the_site_does():
    shown = dbt_pages.with_descriptions(MANIFEST, described())
    columns = shown["nodes"]["model.orders"]["columns"]
    assert {name: column["description"] for name, column in columns.items()} == {"status": "State.", "_file": "File."}
    assert columns["status"]["tags"] == ["a"]
    assert [macro["description"] for macro in shown["macros"].values()] == ["Its comment.", "As dbt says."]
    assert MANIFEST["nodes"]["model.orders"]["columns"].keys() == {"status"}


def test_the_page_holds_both_files_and_no_tracker():
    page = dbt_pages.dbt_page(MANIFEST, {"nodes": {"model.orders": {"NAME": "ORDERS"}}}, described())
    assert page.count("Its comment.") == 1 and page.count('"ORDERS"') == 1
    assert dbt_pages.MANIFEST not in page and "cloudfront" not in page


@pytest.mark.parametrize("changed", ["nothing of dbt's", dbt_pages.MANIFEST + dbt_pages.CATALOG + "//x.cloudfront.net"])
def test_another_page_of_dbt_is_noticed(changed, tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text(changed)
    monkeypatch.setattr(dbt_pages, "DOCS_INDEX_FILE_PATH", str(tmp_path / "index.html"))
    with pytest.raises(dbt_pages.PageError, match="dbt has another page now"):
        dbt_pages.dbt_page(MANIFEST, {}, described())
