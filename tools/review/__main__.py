"""`make review BASE=origin/main`: what a change reaches, and how the marts' numbers differ; README.md says how."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from techco.settings import landing_folder

from tools.review.comment import comment
from tools.review.differences import differences
from tools.review.reach import keys, reach

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".review"
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")


def main() -> int:
    """Build both, compare, write and print the comment."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", default="origin/main", help="what the change will be merged into")
    parser.add_argument("--base-manifest", type=Path, help="manifest.json of the base, with --base-warehouse")
    parser.add_argument("--base-warehouse", type=Path, help="built by the base of the same landing zone")
    chosen = parser.parse_args()
    if bool(chosen.base_manifest) != bool(chosen.base_warehouse):
        parser.error("--base-manifest and --base-warehouse belong together: give both, or a --base alone")
    landing = landing_folder(ROOT).resolve()
    if not landing.is_dir():
        parser.error(
            f"there is no landing zone at {landing}: `make build` writes the default one, or set TECHCO_LANDING"
        )
    if chosen.base_manifest:
        manifest, warehouse = chosen.base_manifest.resolve(), chosen.base_warehouse.resolve()
    else:
        manifest, warehouse = built_base(chosen.base, landing)
    after = FOLDER / "after" / "techco.duckdb"
    after.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(warehouse, after)
    environment = of_build(landing, after, FOLDER / "target")
    state = ("--state", str(manifest.parent))
    chosen_by_state = ("--select", "state:modified+", *state)
    listing = dbt(
        ROOT,
        environment,
        "ls",
        "--quiet",
        "--output",
        "json",
        "--output-keys",
        "unique_id",
        "--select",
        "state:modified",
        *state,
    )
    changed = [json.loads(line)["unique_id"] for line in listing.splitlines() if line.startswith("{")]
    if changed:
        print(dbt(ROOT, environment, "build", *NO_UNIT_TESTS, "--defer", "--favor-state", *chosen_by_state))
    else:
        dbt(ROOT, environment, "parse")
    before, now = (read(file) for file in (manifest, FOLDER / "target" / "manifest.json"))
    found = reach(before, now, changed)
    gone = [name for name in keys(before) if name not in keys(now)]
    text = comment(
        found, differences(warehouse, after, found.marts + gone, keys(now)), f"the landing zone `{landing.name}`"
    )
    (FOLDER / "comment.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


def built_base(base: str, landing: Path) -> tuple[Path, Path]:
    """Manifest and warehouse of the commit that the change began at; built once."""
    commit = git("merge-base", base, "HEAD")
    folder = FOLDER / commit[:12]
    manifest, warehouse = folder / "target" / "manifest.json", folder / "warehouse" / "techco.duckdb"
    if not (folder / "is_built").exists():
        shutil.rmtree(folder, ignore_errors=True)
        git("worktree", "prune")
        git("worktree", "add", "--detach", str(folder / "project"), commit)
        try:
            dbt(folder / "project", of_build(landing, warehouse, folder / "target"), "build", *NO_UNIT_TESTS)
        finally:
            git("worktree", "remove", "--force", str(folder / "project"))
        (folder / "is_built").touch()
    return manifest, warehouse


def of_build(landing: Path, warehouse: Path, target: Path) -> dict[str, str]:
    """The environment of a build."""
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    return os.environ | {
        "TECHCO_LANDING": str(landing),
        "TECHCO_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target / "logs"),
    }


def dbt(project: Path, environment: dict[str, str], *command: str) -> str:
    """What it prints; a build that fails ends the review with what it said."""
    path = os.pathsep.join([str(project / "pylib"), str(project)])
    done = subprocess.run(
        ["dbt", *command],
        cwd=project,
        env=environment | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        sys.exit(f"`dbt {' '.join(command)}` failed in {project}: nothing is compared.")
    return done.stdout


def git(*command: str) -> str:
    """What it prints."""
    done = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(
            f"`git {' '.join(command)}` failed: {done.stderr.strip()}\nGive --base a branch or commit that is here."
        )
    return done.stdout.strip()


def read(manifest: Path) -> dict:
    """A manifest."""
    found: dict = json.loads(manifest.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    raise SystemExit(main())
