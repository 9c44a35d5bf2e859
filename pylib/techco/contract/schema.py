"""`python -m techco.contract.schema`: write the JSON schema of sources files, by which editors complete and check them.

It is made of the models that the contract is read with, and of the feeds, domains and classes of dbt_project.yml.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from techco.command import run
from techco.contract.declarations import ContractError, Place
from techco.contract.raw_contract import SourcesFile, read_variables

SCHEMA = Path("models/staging/sources.schema.json")
# The first line of each sources file leads editors to the schema.
EDITOR_LINE = f"# yaml-language-server: $schema=../{SCHEMA.name}"


def main(arguments: list[str] | None = None) -> int:
    """Write the schema; returns 1 where vars of dbt_project.yml are wrong."""
    parser = argparse.ArgumentParser(prog="python -m techco.contract.schema", description=main.__doc__)
    parser.add_argument("--project", type=Path, default=Path(), help="folder of the dbt project (default: here)")
    project = parser.parse_args(arguments).project
    try:
        text = written(project)
    except ContractError as error:
        print(error, file=sys.stderr)
        return 1
    (project / SCHEMA).write_text(text, encoding="utf-8")
    print(f"wrote {project / SCHEMA}")
    return 0


def written(project: Path) -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema_of(project), indent=2, ensure_ascii=False) + "\n"


def schema_of(project: Path) -> dict[str, Any]:
    """The schema of a project's sources files."""
    variables = read_variables(Place(project / "dbt_project.yml"))
    schema = SourcesFile.model_json_schema(by_alias=True)
    table, column = (schema["$defs"][name]["properties"] for name in ("TableMeta", "ColumnMeta"))
    table["feed"]["enum"] = list(variables.feeds)
    column["domain"]["enum"] = list(variables.domains)
    column["classification"]["enum"] = list(variables.privacy.classes)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


if __name__ == "__main__":
    run(main, "Run it again.")
