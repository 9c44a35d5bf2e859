"""Where a database server of a test keeps its data."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def server_folder(tmp_path) -> Iterator[Path]:
    """A folder where the server's user can go, too: as root, servers run as somebody else."""
    folder = Path("/tmp") / f"ingest-{os.getpid()}-{tmp_path.name}" if os.getuid() == 0 else tmp_path
    folder.mkdir(exist_ok=True)
    if os.getuid() == 0:
        folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
