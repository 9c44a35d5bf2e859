"""Where the landing zone and the warehouse lie: as the environment says, else below the folder of the call."""

import os
from pathlib import Path


def landing_folder() -> Path:
    """The landing zone: TECHCO_LANDING, or `landing`."""
    return Path(os.environ.get("TECHCO_LANDING", "landing"))


def warehouse_file() -> Path:
    """The warehouse file: TECHCO_WAREHOUSE, or `warehouse/techco.duckdb`."""
    return Path(os.environ.get("TECHCO_WAREHOUSE", "warehouse/techco.duckdb"))
