"""`python -m techco.operations.docs_site`: the documentation site of `dbt docs generate`, with every column described.

A column that no YAML describes means what the column of its name means in what its model reads first, down to the
contract; what feeds and the build add is described by vars: bookkeeping. The macro described_or_inherited() says the
same to the warehouse. dbt itself shows only what stands in the YAML of a model.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from dbt.task.docs import DOCS_INDEX_FILE_PATH

from techco.command import run
from techco.contract.raw_contract import ContractError, read_yaml

SITE = Path("site") / "index.html"
# What dbt's page has in the place of the two files.
MANIFEST, CATALOG = '"MANIFEST.JSON INLINE DATA"', '"CATALOG.JSON INLINE DATA"'


def describe_columns(manifest: dict[str, Any], catalog: dict[str, Any], bookkeeping: dict[str, dict[str, str]]) -> None:
    """Add the columns to `manifest` that the tables in `catalog` have and their YAML leaves out."""
    nodes: dict[str, Any] = manifest["sources"] | manifest["nodes"]

    def described(node_id: str) -> dict[str, str]:
        """Descriptions by column: a node's own, else those of what it reads first."""
        node = nodes.get(node_id, {})
        found = {name: column["description"] for name, column in bookkeeping.items()}
        for parent in node.get("depends_on", {}).get("nodes", [])[:1]:
            found |= described(parent)
        return found | {name: column["description"] for name, column in node.get("columns", {}).items()}

    for node_id, table in catalog["nodes"].items():
        texts = described(node_id)
        for name in map(str.lower, table["columns"]):
            column = {"name": name, "description": texts.get(name, ""), "meta": {}, "tags": []}
            nodes[node_id]["columns"].setdefault(name, column)


def main() -> int:
    """Write the site from what `dbt docs generate` left."""
    target = Path(os.environ.get("DBT_TARGET_PATH", "target"))
    try:
        manifest, catalog = (json.loads((target / f"{name}.json").read_bytes()) for name in ("manifest", "catalog"))
        bookkeeping = read_yaml(Path("dbt_project.yml"))["vars"]["bookkeeping"]
    except (OSError, ContractError) as error:
        print(f"{error}. Run `dbt docs generate` first, in the folder of the project.", file=sys.stderr)
        return 1
    describe_columns(manifest, catalog, bookkeeping)
    page = Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8")
    SITE.parent.mkdir(exist_ok=True)
    SITE.write_text(
        page.replace(MANIFEST, json.dumps(manifest)).replace(CATALOG, json.dumps(catalog)), encoding="utf-8"
    )
    print(f"open {SITE}")
    return 0


if __name__ == "__main__":
    run(main, "The site may be the one before it; run it again.")
