"""What is changed between two manifests of the project, and what stands behind it."""

from dataclasses import dataclass

from techco.graph import reachable

MARTS = "models/marts/"


@dataclass(frozen=True)
class Reach:
    """Names, sorted; `columns`: of marts, what is new, gone, or of another type."""

    changed: list[str]
    removed: list[str]
    models: list[str]
    marts: list[str]
    columns: list[str]
    metrics: list[str]
    exposures: list[str]


def reach(before: dict, after: dict, changed_ids: list[str]) -> Reach:
    """`changed_ids`: what dbt selects by state:modified, of the manifest `after`."""
    behind = reachable(changed_ids, after["child_map"])
    models = {name for name in behind if name.startswith(("model.", "snapshot."))}
    removed = [node["name"] for name, node in before["nodes"].items() if is_model(node) and name not in after["nodes"]]
    changed = [name for name in changed_ids if name.split(".")[0] in ("model", "seed", "snapshot", "source", "metric")]
    return Reach(
        changed=sorted(named(after, name) for name in changed),
        removed=sorted(removed),
        models=sorted(after["nodes"][name]["name"] for name in models),
        marts=sorted(relation(after["nodes"][name]) for name in models if is_mart(after["nodes"][name])),
        columns=sorted(changed_columns(before, after)),
        metrics=sorted(named(after, name) for name in behind if name.startswith("metric.")),
        exposures=sorted(named(after, name) for name in behind if name.startswith("exposure.")),
    )


def changed_columns(before: dict, after: dict) -> list[str]:
    """Of marts that both have."""
    found = []
    for name, node in after["nodes"].items():
        old = before["nodes"].get(name)
        if not is_mart(node) or old is None:
            continue
        types, old_types = column_types(node), column_types(old)
        found += [f"`{relation(node)}.{column}` is new" for column in types.keys() - old_types.keys()]
        found += [f"`{relation(node)}.{column}` is gone" for column in old_types.keys() - types.keys()]
        found += [
            f"`{relation(node)}.{column}` is {types[column]}, was {old_types[column]}"
            for column in types.keys() & old_types.keys()
            if types[column] != old_types[column]
        ]
    return found


def column_types(node: dict) -> dict[str, str | None]:
    """Types by column."""
    return {name: column.get("data_type") for name, column in node.get("columns", {}).items()}


def is_model(node: dict) -> bool:
    """No test, seed or operation."""
    return node["resource_type"] == "model"


def is_mart(node: dict) -> bool:
    """What analysts read."""
    return is_model(node) and node["original_file_path"].startswith(MARTS)


def relation(node: dict) -> str:
    """Schema and name."""
    return f"{node['schema']}.{node['alias']}"


def named(manifest: dict, name: str) -> str:
    """The name of what has that id, as people know it."""
    for kind in ("nodes", "sources", "metrics", "exposures"):
        if found := manifest.get(kind, {}).get(name):
            return (
                f"{found['source_name']}.{found['name']}" if kind == "sources" else found.get("label") or found["name"]
            )
    return name


def keys(manifest: dict) -> dict[str, list[str]]:
    """The key of each mart, as its test `integrity` has it, by relation."""
    found = {}
    for node in manifest["nodes"].values():
        declared = node.get("test_metadata") or {}
        tested = manifest["nodes"].get(node.get("attached_node") or "", {})
        if declared.get("name") == "integrity" and tested and is_mart(tested):
            found[relation(tested)] = list(declared["kwargs"]["key"])
    return found
