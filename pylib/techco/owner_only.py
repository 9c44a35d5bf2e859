"""What holds clear values is read by its owner only: the warehouse, all beside it, dbt's files, invented landing zones.

Processes that write them begin with set_umask(), so that what they make is closed from its first byte, and stays so
where they are killed. What was made before, or copied here, is closed by the next connection.
"""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

OTHERS = 0o077
# What lies beside a warehouse file. A folder that holds anything else is not this project's to close.
BESIDE = ("releases", "backups", "dashboards", "snowflake_local")


def set_umask() -> None:
    """Let this process and those that it starts make files (0600) and folders (0700) for their owner only."""
    os.umask(OTHERS)


def is_open(path: Path) -> bool:
    """Whether others than the owner may do anything with a file or folder."""
    return bool(path.stat().st_mode & OTHERS)


def close(path: Path) -> None:
    """Take a file or folder from all but its owner; what belongs to somebody else stays as it is."""
    try:
        state = path.lstat()
        if state.st_uid == os.geteuid() and state.st_mode & OTHERS and not stat.S_ISLNK(state.st_mode):
            path.chmod(stat.S_IMODE(state.st_mode) & ~OTHERS)
    except FileNotFoundError:
        # Another process has removed it meanwhile.
        return


def close_tree(folder: Path) -> None:
    """Close a folder that the project has made, and all in it; links are not followed."""
    if not folder.is_dir() or is_shared(folder):
        return
    folder = folder.resolve()
    close(folder)
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            close(Path(place) / name)


def close_warehouse(warehouse: Path) -> None:
    """Close the warehouse file, what DuckDB and this project write beside it, and its folder.

    A folder that holds other things too stays as it is, and that is said.
    """
    warehouse = warehouse.resolve()
    folder = warehouse.parent
    for path in of_warehouse(warehouse):
        close_tree(path) if path.is_dir() else close(path)
    if not folder.is_dir() or not is_open(folder):
        return
    if not is_shared(folder) and all(is_ours(path, warehouse) for path in folder.iterdir()):
        close(folder)
    else:
        print(
            f"The folder {folder} can be read by others, and holds more than the warehouse {warehouse.name}, so it "
            "stays as it is; the warehouse itself is closed. Best give the warehouse a folder of its own.",
            file=sys.stderr,
        )


def of_warehouse(warehouse: Path) -> Iterator[Path]:
    """The warehouse file and what is named for it: its log, spill folder, unfinished copies; and backups."""
    for path in warehouse.parent.iterdir() if warehouse.parent.is_dir() else ():
        if path.name == "backups" or path.name.lstrip(".").startswith(warehouse.name):
            yield path


def is_ours(path: Path, warehouse: Path) -> bool:
    """Whether something in the folder of a warehouse is of this project, by its name."""
    return path.name.lstrip(".").startswith(warehouse.name) or ".duckdb" in path.name or path.name in BESIDE


def is_shared(folder: Path) -> bool:
    """Whether a folder is others' too: one for all (/tmp), somebody's home, or one that the project itself lies in."""
    folder = folder.resolve()
    return bool(folder.stat().st_mode & stat.S_ISVTX) or folder in (
        Path(os.path.expanduser("~")),
        Path.cwd(),
        *Path.cwd().parents,
    )
