"""All that Dagster runs: `dagster dev -m orchestration.definitions`, or `make orchestrate`."""

import dagster as dg

from orchestration.landing import landed_files, raw_tables
from orchestration.release import release
from orchestration.upkeep import backup, erasures, schedules
from orchestration.warehouse import dbt, warehouse

# Everything again, as after a change of the project; the sensor runs what has news.
build_all = dg.define_asset_job("build_all", dg.AssetSelection.assets(warehouse) | dg.AssetSelection.assets(release))

definitions = dg.Definitions(
    assets=[*raw_tables, warehouse, release],
    jobs=[build_all, backup, erasures],
    sensors=[landed_files],
    schedules=schedules,
    resources={"dbt": dbt},
)
