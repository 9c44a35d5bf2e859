"""Hold the project against its promises: `python -m tools.checks`; exit code 1 and a line for each that is broken."""

import json
import sys
from pathlib import Path

from techco.contract.raw_contract import ContractError, load_contract

from tools.checks import dashboards, files, manifest, metrics

ROOT = Path(__file__).resolve().parents[2]
# The hook dbt-parse writes them.
MANIFEST = ROOT / "target" / "lint" / "manifest.json"
SEMANTIC_MANIFEST = MANIFEST.with_name("semantic_manifest.json")


def main() -> int:
    """All checks."""
    found = files.long_yaml(ROOT) + files.macros_of_few_models(ROOT)
    parsed = json.loads(MANIFEST.read_text(encoding="utf-8"))
    for check in (
        manifest.undescribed,
        manifest.undescribed_sources,
        manifest.unclustered_models,
        manifest.untested_keys,
        manifest.unowned_nodes,
        manifest.misplaced_marts,
        manifest.marts_of_other_audiences,
        manifest.undescribed_macros,
    ):
        found += check(parsed)
    found += metrics.lost_kpis(ROOT, json.loads(SEMANTIC_MANIFEST.read_text(encoding="utf-8")))
    found += dashboards.stale_exposures(ROOT)
    try:
        load_contract(ROOT)
    except ContractError as error:
        found.append(str(error))
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
