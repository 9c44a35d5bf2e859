"""`python -m techco.dashboards.exposures`: the dashboards as exposures of the dbt project, made of their declaration.

So the lineage says which pages a change of a model reaches, and who answers for them. `python -m tools.checks` holds
the file against the declaration.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

from techco.command import run
from techco.contract.raw_contract import read_yaml
from techco.dashboards.declared import DashboardError, Dashboards, load
from techco.dashboards.superset import slug

FILE = Path("models") / "marts" / "_dashboards.yml"
GROUPS = Path("models") / "_groups.yml"
URL = "http://localhost:8088/superset/dashboard/{slug}/"
HEADER = "# Made by `python -m techco.dashboards.exposures` of the folder dashboards; change that, and run it again.\n"


def exposures(declared: Dashboards, project: Path = Path()) -> str:
    """The file."""
    owners = {group["name"]: group["owner"] for group in read_yaml(project / GROUPS)["groups"]}
    roles = read_yaml(project / "dbt_project.yml")["vars"]["privacy"]["roles"]
    entries = [
        {
            "name": f"dashboard_{page.name}",
            "label": page.title,
            "type": "dashboard",
            "maturity": "high",
            "url": URL.format(slug=slug(page.name, "analyst")),
            "description": f"{page.question} {len(page.all_charts)} charts; `make dashboards` shows them.",
            "owner": owners[page.owner],
            "depends_on": [f"ref('{mart.split('.')[1]}')" for mart in declared.marts_of(page)],
            "config": {"meta": {"roles": sorted(seen_by(page, declared, roles))}},
        }
        for page in declared.dashboards
    ]
    return HEADER + yaml.dump(
        {"version": 2, "exposures": entries}, Dumper=Indented, sort_keys=False, allow_unicode=True, width=140
    )


class Indented(yaml.SafeDumper):
    """YAML as this project writes it: lists stand under their key, and nothing refers to what stands elsewhere."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists, too."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write each value where it belongs."""
        return True


def seen_by(page: Any, declared: Dashboards, roles: dict[str, Any]) -> list[str]:
    """The roles that see a question of the page at least."""
    return [
        role
        for role, entry in roles.items()
        if any(
            {mart.split(".")[0] for mart in declared.datasets[chart.dataset].marts} <= set(entry["schemas"])
            for chart in page.charts
        )
    ]


def main() -> int:
    """Write the file."""
    try:
        FILE.write_text(exposures(load()), encoding="utf-8")
    except DashboardError as error:
        print(error, file=sys.stderr)
        return 1
    print(FILE)
    return 0


if __name__ == "__main__":
    run(main, "The file may be the one before it; run it again.")
