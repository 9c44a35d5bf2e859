"""What a connector to an API or to a partner's files is told: a YAML file."""

import os
from pathlib import Path
from typing import Any

from pydantic import Field
from techco.contract.declarations import Declaration, Place, read_yaml, validated
from techco.contract.landing_zone import format_of
from techco.contract.raw_contract import Contract


class Cursor(Declaration):
    """What says of a record how new it is, and the parameter by which the API gives those from a value on."""

    field: str
    parameter: str
    initial: str | int


class Pages(Declaration):
    """The records of a table; `pages` are the settings of a paginator of dlt, found by itself where left out."""

    path: str
    records: str | None = None
    parameters: dict[str, str | int | bool] = Field(default_factory=dict)
    pages: dict[str, Any] | None = None
    cursor: Cursor | None = None


class Config(Declaration):
    """A source: pages of an API, or files at a place that fsspec knows (a folder, s3://, gs://, sftp://)."""

    source: str
    base_url: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    tables: dict[str, Pages] = Field(default_factory=dict)
    files: dict[str, str] = Field(default_factory=dict)
    # Options of the file system, as `host` of sftp://.
    options: dict[str, Any] = Field(default_factory=dict)
    # Pages that are landed as one file.
    pages_per_file: int = Field(default=20, gt=0)

    @property
    def token(self) -> str | None:
        """The bearer token: TECHCO_CRM_TOKEN for the source crm."""
        return os.environ.get(f"TECHCO_{self.source.upper()}_TOKEN")


def read_config(file: Path, contract: Contract) -> Config:
    """The configuration, held against the contract; raises ContractError."""
    place = Place(file)
    config: Config = validated(Config, read_yaml(file), place)
    if not config.tables and not config.files:
        place.fail("it names neither tables nor files", "Add `tables` for an API, or `files`")
    for table in (*config.tables, *config.files):
        if (config.source, table) not in contract.tables:
            known = ", ".join(sorted(f"{source}.{name}" for source, name in contract.tables))
            place.at("table", table).fail(
                f"the contract knows no table {config.source}.{table}",
                f"Use one of {known}, or add it with `make table`",
            )
    if config.tables and not config.base_url.startswith(("http://", "https://")):
        place.fail("it has no base_url", "Add `base_url: https://…`")
    if any(name.lower() in ("authorization", "x-api-key") for name in config.headers):
        place.fail("its headers hold a secret", f"Put it into TECHCO_{config.source.upper()}_TOKEN")
    for table, pattern in config.files.items():
        if format_of(pattern) is None:
            problem = f"{pattern} names no files that can be read"
            place.at("table", table).fail(problem, "End it in .csv, .jsonl or .parquet")
    return config
