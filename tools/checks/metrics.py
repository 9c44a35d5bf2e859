"""Promises about KPIs: what is declared of them in YAML is what dbt has read."""

from pathlib import Path

import yaml

DEFINITIONS = Path("models") / "marts" / "kpi" / "definitions"
DIRECTIONS = ("up", "down")


def lost_kpis(root: Path, semantic_manifest: dict) -> list[str]:
    """Semantic models and metrics that are written down and that dbt does not have, and metrics that nobody can read.

    dbt 1.11 passes over the newer spec of metrics (under `models`) without a word, so what it read is counted.
    """
    declared = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((root / DEFINITIONS).glob("*.yml"))]
    found = [] if declared else [f"there is no KPI in {DEFINITIONS}"]
    for kind in ("semantic_models", "metrics"):
        read = {entry["name"] for entry in semantic_manifest[kind]}
        written = [entry for file in declared for entry in file.get(kind, [])]
        found += [
            f"{entry['name']} is in {DEFINITIONS}, and dbt has not read it"
            for entry in written
            if entry["name"] not in read
        ]
        if kind == "metrics":
            found += [finding for metric in written for finding in unreadable(metric)]
    measures = [
        measure for file in declared for model in file.get("semantic_models", []) for measure in model["measures"]
    ]
    metrics = sum(len(file.get("metrics", [])) for file in declared) + sum(
        bool(one.get("create_metric")) for one in measures
    )
    if metrics != len(semantic_manifest["metrics"]):
        found.append(f"{metrics} metrics are declared, and dbt has read {len(semantic_manifest['metrics'])}")
    return found


def unreadable(metric: dict) -> list[str]:
    """What a metric does not say that kpi.kpi_definitions shows."""
    config = metric.get("config", {})
    said = {"group": config.get("group"), **config.get("meta", {})}
    found = [f"metric {metric['name']} has no {key}" for key in ("group", "unit") if not said.get(key)]
    if not metric.get("description", "").strip():
        found.append(f"metric {metric['name']} has no description")
    if said.get("direction") not in DIRECTIONS:
        found.append(f"metric {metric['name']} has the direction {said.get('direction')}; expected up or down")
    return found
