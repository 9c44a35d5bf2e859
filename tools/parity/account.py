"""What a run made on Snowflake, or on its emulator: which marts and snapshots there are, and their rows."""

import json
import os
from collections.abc import Iterator

import snowflake.connector
from dbt.config.profile import read_profile
from dbt.config.renderer import ProfileRenderer
from dbt_common.context import set_invocation_context

from tools.emulator.running import ROOT
from tools.parity.compare import Rows, from_snowflake
from tools.parity.run import Run


def marts_and_snapshots(run: Run) -> list[str]:
    """Their names with the schema, as the run's manifest has them."""
    manifest = json.loads((run.folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    return sorted(
        f"{node['schema']}.{node['alias']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "snapshot" or (node["resource_type"] == "model" and node["fqn"][1] == "marts")
    )


def rows_by_table(run: Run) -> Iterator[tuple[str, Rows]]:
    """The rows of every mart and snapshot, a table at a time; which there are is asked at once."""
    return rows_of(run, marts_and_snapshots(run))


def rows_of(run: Run, tables: list[str]) -> Iterator[tuple[str, Rows]]:
    """The rows of tables, one at a time."""
    with connect(run) as account:
        for table in tables:
            yield table, from_snowflake(account.cursor(), table)


def connect(run: Run) -> snowflake.connector.SnowflakeConnection:
    """A connection as dbt's profile has it."""
    set_invocation_context(os.environ | run.environment)
    outputs = read_profile(str(ROOT))["techco"]["outputs"]
    declared = ProfileRenderer().render_data(outputs[run.target])
    names = (
        "account",
        "user",
        "password",
        "host",
        "port",
        "protocol",
        "database",
        "role",
        "warehouse",
        "authenticator",
        "token",
    )
    given = {name: declared[name] for name in names if declared.get(name)}
    if declared.get("private_key_path"):
        given |= {"private_key_file": declared["private_key_path"]}
        if declared.get("private_key_passphrase"):
            given |= {"private_key_file_pwd": declared["private_key_passphrase"]}
    return snowflake.connector.connect(**given, platform_detection_timeout_seconds=0.0, network_timeout=600)
