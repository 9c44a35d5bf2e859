"""Whether the overlay in observability/ is the same project: `python -m tools.checks.overlay`.

Without a network: of the overlay a copy is parsed that has the project as its only package, with elementary_enabled
off. Held against each other are the nodes of the project, and of each its schema, name, configuration and code, and,
with --compiled, what dbt makes of the code. Exit code 1 and a line for each difference.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OVERLAY = "observability"
PROJECT = "techco"
COMPARED = ("schema", "alias", "config", "raw_code", "depends_on", "columns")


def main() -> int:
    """Parse both, compare, and say what differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiled", action="store_true", help="compile, too; needs a built warehouse")
    chosen = parser.parse_args()
    command = "compile" if chosen.compiled else "parse"
    with tempfile.TemporaryDirectory() as made:
        folder = overlay_without_hub(Path(made))
        target = Path(made) / "target"
        dbt("deps", "--project-dir", str(folder), "--profiles-dir", str(ROOT))
        manifests = [
            read(command, target / "base", ROOT),
            read(command, target / "overlay", folder, "--vars", "elementary_enabled: false"),
        ]
    compared = (*COMPARED, "compiled_code") if chosen.compiled else COMPARED
    found = differences(*manifests, compared)
    print(
        "\n".join(found) or f"{OVERLAY}/ has the same nodes as the project.", file=sys.stderr if found else sys.stdout
    )
    return int(bool(found))


def overlay_without_hub(made: Path) -> Path:
    """A copy of the overlay whose only package is the project."""
    folder = made / OVERLAY
    shutil.copytree(ROOT / OVERLAY, folder, ignore=shutil.ignore_patterns("dbt_packages", "target", "package-lock.yml"))
    (folder / "packages.yml").write_text(f"packages:\n  - local: {ROOT}\n", encoding="utf-8")
    return folder


def read(command: str, target: Path, folder: Path, *arguments: str) -> dict:
    """The manifest of a project's folder, parsed or compiled from the root's."""
    dbt(command, "--project-dir", str(folder), "--profiles-dir", str(ROOT), "--target-path", str(target), *arguments)
    found: dict = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    return found


def dbt(*command: str) -> None:
    """Run it; where it fails, what it said is the answer."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "pylib"), str(ROOT)])}
    done = subprocess.run(["dbt", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}\n{done.stderr}\n`dbt {' '.join(command)}` failed")


def differences(base: dict, overlay: dict, compared: tuple[str, ...] = COMPARED) -> list[str]:
    """A sentence for each."""
    sides = [
        {
            name: node
            for name, node in (manifest["nodes"] | manifest["sources"]).items()
            if node["package_name"] == PROJECT
        }
        for manifest in (base, overlay)
    ]
    found = [f"{name} is not in the overlay" for name in sorted(sides[0].keys() - sides[1].keys())]
    found += [f"{name} is in the overlay only" for name in sorted(sides[1].keys() - sides[0].keys())]
    for name in sorted(sides[0].keys() & sides[1].keys()):
        for field in compared:
            values = [side[name].get(field) for side in sides]
            if values[0] != values[1]:
                found.append(f"{name}: {field} is {shortened(values[0])}, in the overlay {shortened(values[1])}")
    return found


def shortened(value) -> str:
    """The beginning of it."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 200 else f"{text[:200]}…"


if __name__ == "__main__":
    raise SystemExit(main())
