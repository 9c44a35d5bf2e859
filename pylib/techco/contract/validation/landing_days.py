"""Folders that are dated later than what all other tables have landed, by the rule that the build goes by."""

from pathlib import Path

import duckdb
import pyarrow as pa
from jinja2 import Environment

from techco.contract.landing_zone import LandedFile
from techco.contract.raw_contract import Contract
from techco.contract.validation.findings import Finding
from techco.sql import only_row

RULE = Path(__file__).resolve().parents[4] / "macros" / "landing" / "refused_landing_days.sql"


def misdated(files: list[LandedFile], contract: Contract) -> list[Finding]:
    """An error for each folder whose day is later than the others by more than `vars: landing_day_lead`."""
    placed = [file for file in files if file.ingested_on and (file.source, file.table) in contract.tables]
    deliveries = pa.table(
        {
            "source_name": pa.array([file.source for file in placed], pa.string()),
            "table_name": pa.array([file.table for file in placed], pa.string()),
            "ingested_on": pa.array([file.ingested_on for file in placed], pa.date32()),
        }
    )
    with duckdb.connect() as conn:
        conn.register("deliveries", deliveries)
        refused_from, newest_accepted = only_row(conn, rule("deliveries", contract.landing_day_lead))
    if refused_from is None:
        return []
    expected = f"a day up to {contract.landing_day_lead} days after {newest_accepted}, the newest of the other tables"
    advice = (
        "Move the files into the folder of the day on which they landed. If this day is right, land the other tables, "
        "too, or raise vars: landing_day_lead in dbt_project.yml"
    )
    folders = {file.path_in_zone.rpartition("/")[0] for file in placed if file.day >= refused_from}
    return [
        Finding("error", folder, None, expected, folder.rpartition("/")[2], advice, "misdated")
        for folder in sorted(folders)
    ]


def rule(deliveries: str, lead_days: int) -> str:
    """The build's query over a relation with source_name, table_name and ingested_on."""
    module = Environment(autoescape=False).from_string(RULE.read_text(encoding="utf-8")).module
    return str(vars(module)["refused_landing_days"](deliveries, lead_days))
