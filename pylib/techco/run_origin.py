"""Who runs the project, and which commit of it: what the audit of runs writes down."""

import getpass
import re
from pathlib import Path

from techco import settings

UNKNOWN = "unknown"
COMMIT = re.compile(r"[0-9a-f]{40,64}")


def started_by() -> str:
    """The user of this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # A container may run under a number that has no name.
        return UNKNOWN


def git_commit(project: Path) -> str:
    """TECHCO_GIT_COMMIT, for installations without git's folder, else the commit that is checked out in `project`."""
    if told := settings.git_commit():
        return told
    folder = project / ".git"
    try:
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
        if head.startswith("ref: "):
            head = of_reference(folder, head.removeprefix("ref: "))
    except OSError:
        # No repository, or a worktree or submodule, whose folder is elsewhere.
        return UNKNOWN
    return head if COMMIT.fullmatch(head) else UNKNOWN


def of_reference(folder: Path, name: str) -> str:
    """The commit of a branch: in a file of its own, or packed with others."""
    file = folder / name
    if file.exists():
        return file.read_text(encoding="utf-8").strip()
    packed = (folder / "packed-refs").read_text(encoding="utf-8").splitlines()
    return next((line.split()[0] for line in packed if line.endswith(f" {name}")), "")
