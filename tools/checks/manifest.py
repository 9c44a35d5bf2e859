"""Promises that dbt's manifest can be held against, beside those of dbt-bouncer.

Each check takes the parsed `manifest.json` and returns what is wrong, a sentence each; an empty list where all is well.
"""

import re
from pathlib import PurePosixPath

from techco.documents.catalog import read_macro

# Macros that dbt calls by their name, and the forms of one macro for each engine.
CALLED_BY_DBT = ("get_", "generate_", "test_", "default__", "duckdb__", "snowflake__")


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


def undescribed(manifest: dict) -> list[str]:
    """What has no description, of all that is declared: columns, macros, metrics, semantic models and exposures.

    Models, seeds, snapshots and sources are dbt-bouncer's; columns that no YAML names are those of `make docs`, which
    has a built warehouse to ask.
    """
    found = [
        f"column {node['name']}.{column['name']} has no description"
        for node in manifest["nodes"].values()
        for column in node["columns"].values()
        if not column["description"].strip()
    ]
    for kind in ("metrics", "semantic_models", "exposures", "groups"):
        found += [
            f"{one['name']}, one of the {kind.replace('_', ' ')}, has no description"
            for one in manifest[kind].values()
            if not (one["description"] or "").strip()
        ]
    macros = [macro for macro in manifest["macros"].values() if macro["package_name"] == "techco"]
    found += [
        f"macro {macro.name} ({macro.path}) has no description, and no comment right before it or at its beginning"
        for macro in map(read_macro, macros)
        if not macro.description
    ]
    return found


def unclustered_models(manifest: dict) -> list[str]:
    """Incremental models without `cluster_by`: Snowflake would read all of one for each day that is asked for."""
    large = [node for node in manifest["nodes"].values() if node["config"].get("materialized") == "incremental"]
    if not large:
        return ["there is no incremental model"]
    return [
        f"{node['name']} is incremental and has no cluster_by" for node in large if not node["config"]["cluster_by"]
    ]


def untested_keys(manifest: dict) -> list[str]:
    """Models that are merged by a key which no test holds to be unique, by `integrity` or by `unique`.

    Strategy replace_keys is none of them: it replaces all rows of a key, which may be many.
    """
    tested: dict[str, list[list[str]]] = {}
    for node in manifest["nodes"].values():
        declared = node.get("test_metadata") or {"name": None, "kwargs": {}}
        if declared["name"] in ("integrity", "unique"):
            key = declared["kwargs"].get("key") or [declared["kwargs"]["column_name"]]
            tested.setdefault(node["attached_node"], []).append(sorted(key))
    found, merged = [], 0
    for name, node in manifest["nodes"].items():
        config = node["config"]
        key = config.get("unique_key")
        is_merged = config.get("materialized") == "incremental" and config.get("incremental_strategy") != "replace_keys"
        if not key or not is_merged:
            continue
        merged += 1
        key = sorted([key] if isinstance(key, str) else key)
        if key not in tested.get(name, []):
            found.append(f"{node['name']} is merged by {', '.join(key)}, which no test holds to be its key")
    return found if merged else ["there is no model that is merged by a key"]


def misplaced_marts(manifest: dict) -> list[str]:
    """Marts that lie in another schema than their folder says; access is granted by schema."""
    found = []
    for node in manifest["nodes"].values():
        room, schema = mart_room(node), node["config"].get("schema")
        if node["resource_type"] == "model" and room and schema != room:
            found.append(f"{node['name']} lies in models/marts/{room}/ and in the schema {schema}")
    return found


# An audience that reads the marts of others: every role that reads its schema reads theirs.
ALSO_READS = {"marketing": ("customers",)}


def marts_of_other_audiences(manifest: dict) -> list[str]:
    """Marts that read another audience's mart; core is for all, and governance counts what all hold."""
    found = []
    for node in manifest["nodes"].values():
        room = mart_room(node)
        if node["resource_type"] != "model" or room in (None, "core", "governance"):
            continue
        for upstream in (manifest["nodes"].get(name, {}) for name in node["depends_on"]["nodes"]):
            if mart_room(upstream) not in (None, "core", room, *ALSO_READS.get(room, ())):
                found.append(f"{node['name']} reads {upstream['name']} of models/marts/{mart_room(upstream)}/")
    return found


def mart_room(node: dict) -> str | None:
    """The folder of models/marts/ that a node lies in; None for what lies elsewhere."""
    folders = PurePosixPath(node.get("original_file_path", "")).parts
    return folders[2] if folders[:2] == ("models", "marts") else None


def unowned_nodes(manifest: dict) -> list[str]:
    """Models and snapshots without a group; dbt_project.yml gives each folder one, and models/_groups.yml its owner."""
    owned = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "snapshot")]
    if not owned:
        return ["there is no model"]
    return [f"{node['name']} has no group" for node in owned if not node["config"].get("group")]


def undescribed_macros(manifest: dict) -> list[str]:
    """Macros that models, tests or persons call, without a description, or described with other arguments."""
    own = [macro for macro in manifest["macros"].values() if macro["package_name"] == "techco"]
    called_by = "\n".join(
        node.get("raw_code") or "" for node in manifest["nodes"].values() if node.get("package_name") == "techco"
    )
    found = [] if own else ["there is no macro"]
    for macro in own:
        name, path = macro["name"], PurePosixPath(macro["original_file_path"])
        is_operation = path.parent.name == "operations" and path.stem == name
        if not is_operation and not re.search(rf"\b{name}\s*\(", called_by):
            continue
        if name.startswith(CALLED_BY_DBT):
            continue
        if not macro["description"].strip():
            found.append(f"macro {name} is called by models and has no description in {path.parent}/")
        declared = re.search(rf"macro\s+{name}\s*\((.*?)\)\s*-?%}}", macro["macro_sql"], re.DOTALL).group(1)
        arguments = [part.split("=")[0].strip() for part in declared.split(",") if part.strip()]
        described = [argument["name"] for argument in macro["arguments"]]
        if described != arguments:
            found.append(f"macro {name} has the arguments {arguments} and is described with {described}")
    return found
