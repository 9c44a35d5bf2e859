"""What an overlay may not change, of two small manifests."""

import yaml

from tools.checks.overlay import COMPARED, OVERLAY, ROOT, differences


def manifest(**changes) -> dict:
    node = dict.fromkeys(COMPARED, "as it is") | {"package_name": "techco"} | changes
    others = {"model.elementary.runs": {"package_name": "elementary"}}
    return {"nodes": {"model.techco.fct_order": node} | others, "sources": {}}


def test_the_same_nodes_are_no_difference():
    assert differences(manifest(), manifest()) == []


def test_what_differs_is_named():
    assert differences(manifest(), manifest(schema="dev_core")) == [
        'model.techco.fct_order: schema is "as it is", in the overlay "dev_core"'
    ]
    assert differences(manifest(), {"nodes": {}, "sources": {}}) == ["model.techco.fct_order is not in the overlay"]
    assert differences({"nodes": {}, "sources": {}}, manifest()) == ["model.techco.fct_order is in the overlay only"]


def test_the_overlay_copies_no_rows_and_keeps_the_roots_settings():
    overlay, base = (
        yaml.safe_load((folder / "dbt_project.yml").read_text(encoding="utf-8")) for folder in (ROOT / OVERLAY, ROOT)
    )
    assert overlay["vars"]["elementary_enabled"] is True
    assert base["vars"]["elementary_enabled"] is False
    # elementary takes the first as the number of failing rows that it keeps of a test.
    assert overlay["vars"]["test_sample_row_count"] == 0
    assert overlay["vars"]["disable_samples_on_pii_tags"] is True
    for name in ("profile", "require-dbt-version"):
        assert overlay[name] == base[name]
    assert overlay["flags"]["send_anonymous_usage_stats"] is False
