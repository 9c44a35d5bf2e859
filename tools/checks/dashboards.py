"""Promises about dashboards: what is made of their declaration is as it would be made now."""

from pathlib import Path

from techco.dashboards.declared import DashboardError, load
from techco.dashboards.exposures import FILE, exposures


def stale_exposures(root: Path) -> list[str]:
    """Whether the exposures of the dbt project are those of the declared dashboards."""
    try:
        made = exposures(load(root), root)
    except DashboardError as error:
        return [str(error)]
    file = root / FILE
    if file.exists() and file.read_text(encoding="utf-8") == made:
        return []
    return [f"{FILE} is not what the folder dashboards declares; run `python -m techco.dashboards.exposures`"]
