"""What lands: an asset for each table of the contract, a partition for each landing day, and who notices new files."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

import dagster as dg
from techco import settings
from techco.contract.landing_zone import LandedFile, LandingZoneError, list_files
from techco.contract.raw_contract import load_contract
from techco.operations.build import known_state

from orchestration.project import ROOT
from orchestration.release import release
from orchestration.warehouse import warehouse

# A late file comes into the folder of an old day, which is then materialized once more.
LANDING_DAYS = dg.DynamicPartitionsDefinition(name="ingested_on")
TABLES = load_contract(ROOT).tables
EVERY_SECONDS = 30


def key_of(source: str, table: str) -> dg.AssetKey:
    """The asset of a raw table, as dagster-dbt names dbt's sources."""
    return dg.AssetKey([source, table])


raw_tables = [
    dg.AssetSpec(
        key_of(source, table),
        description=f"What {source} lands of {table}; a source of dbt.",
        group_name="landing",
        partitions_def=LANDING_DAYS,
        kinds={declared.format},
    )
    for (source, table), declared in TABLES.items()
]

LANDED = [dg.AssetsDefinition(specs=[spec]) for spec in raw_tables]


@dg.sensor(
    asset_selection=dg.AssetSelection.assets(warehouse) | dg.AssetSelection.assets(release),
    minimum_interval_seconds=EVERY_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def landed_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """One run for all files that came since the last build: of what reads their tables, and a release.

    Which files are loaded is what the warehouse's own ledger says; the cursor only says which listing was asked for
    last, so that a run that failed over a file is not tried again before something else lands.
    """
    try:
        files = list_files(settings.landing_folder(ROOT))
    except LandingZoneError as error:
        return dg.SkipReason(str(error))
    listing = hashlib.sha256("\n".join(sorted(file.path_in_zone for file in files)).encode()).hexdigest()
    if listing == context.cursor:
        return dg.SkipReason("Nothing has landed since the last look.")
    state = known_state()
    if state is None and settings.warehouse_file(ROOT).exists():
        return dg.SkipReason("The warehouse is in use by a build; files that land meanwhile wait for its end.")
    new = [file for file in files if state is None or file.path_in_zone not in state.loaded]
    if not new:
        context.update_cursor(listing)
        return dg.SkipReason("All files that have landed are loaded.")
    known_days = set(context.instance.get_dynamic_partitions(str(LANDING_DAYS.name)))
    days = sorted({file.day.isoformat() for file in new if file.ingested_on})
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(
                run_key=listing,
                asset_selection=keys_behind({file.named for file in new}) if state else None,
                tags={"techco/new_files": str(len(new)), "techco/newest_day": days[-1] if days else "none"},
            )
        ],
        cursor=listing,
        dynamic_partitions_requests=[LANDING_DAYS.build_add_request([day for day in days if day not in known_days])],
        asset_events=list(materializations(new)),
    )


def keys_behind(tables: Iterable[tuple[str, str]]) -> list[dg.AssetKey]:
    """The warehouse's assets that read any of these tables, over however many others, and the release.

    All of the warehouse where a table is none of the contract: the build then says what is wrong with it.
    """
    tables = set(tables)
    if not tables <= TABLES.keys():
        return [*warehouse.keys, release.key]
    landed = dg.AssetSelection.assets(*(key_of(*table) for table in tables))
    return sorted(landed.downstream(include_self=False).resolve([*LANDED, warehouse, release]))


def materializations(files: list[LandedFile]) -> Iterable[dg.AssetMaterialization]:
    """Of each raw table and landing day: how many files and bytes came."""
    came: dict[tuple[str, str, str], list[LandedFile]] = defaultdict(list)
    for file in files:
        if file.named in TABLES and file.ingested_on:
            came[*file.named, file.ingested_on.isoformat()].append(file)
    for (source, table, day), group in sorted(came.items()):
        yield dg.AssetMaterialization(
            key_of(source, table),
            partition=day,
            metadata={"files": len(group), "bytes": sum(file.bytes for file in group)},
        )
