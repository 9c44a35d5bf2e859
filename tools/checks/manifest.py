"""Promises that dbt's manifest can be held against, beside those of dbt-bouncer.

Each check takes the parsed `manifest.json` and returns what is wrong, a sentence each; an empty list where all is well.
"""


def undescribed_sources(manifest: dict) -> list[str]:
    """Source tables without columns or freshness, and columns without description or with a class and no tag `pii`."""
    found = [] if manifest["sources"] else ["there is no source"]
    for table in manifest["sources"].values():
        name = f"{table['source_name']}.{table['name']}"
        if not table["columns"]:
            found.append(f"{name} has no columns")
        if not table["config"].get("loaded_at_query"):
            found.append(f"{name} has no loaded_at_query")
        for column in table["columns"].values():
            if not column["description"].strip():
                found.append(f"{name}.{column['name']} has no description")
            if bool(column["meta"].get("classification")) != ("pii" in column["tags"]):
                found.append(f"{name}.{column['name']} has a classification or the tag pii, not both")
    return found


def unclustered_models(manifest: dict) -> list[str]:
    """Incremental models without `cluster_by`: Snowflake would read all of one for each day that is asked for."""
    large = [node for node in manifest["nodes"].values() if node["config"].get("materialized") == "incremental"]
    if not large:
        return ["there is no incremental model"]
    return [
        f"{node['name']} is incremental and has no cluster_by" for node in large if not node["config"]["cluster_by"]
    ]


def unowned_nodes(manifest: dict) -> list[str]:
    """Models and snapshots without a group; dbt_project.yml gives each folder one, and models/_groups.yml its owner."""
    owned = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "snapshot")]
    if not owned:
        return ["there is no model"]
    return [f"{node['name']} has no group" for node in owned if not node["config"].get("group")]
