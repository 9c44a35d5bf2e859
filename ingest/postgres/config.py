"""What a connector to PostgreSQL is told: a YAML file that says which of its tables are which of the contract."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field
from techco.contract.declarations import Declaration, Place, Refusal, read_yaml, validated
from techco.contract.raw_contract import Contract

from ingest.tables import Followed, SourceTable, as_mapping, followed

Identifier = Annotated[
    str,
    Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$"),
    Refusal("{setting} {found} is no name", "Use lower-case letters, digits and underscores"),
]


class Config(Declaration):
    """A database and its tables, by their names in the contract."""

    source: str
    connection: str
    tables: dict[str, Annotated[SourceTable, BeforeValidator(as_mapping)]]
    slot: Identifier | None = None
    publication: Identifier | None = None
    # A file for each table that has changes, so often at most and after so many rows at the latest.
    land_every_seconds: float = Field(default=5.0, gt=0)
    land_rows: int = Field(default=50_000, gt=0)
    # A warning from so much log on that the server keeps for the slot.
    warn_retained_bytes: int = Field(default=2**30, gt=0)
    # Where the positions of this server begin, if those of the server before it were greater.
    positions_from: int = Field(default=0, ge=0)

    @property
    def slot_name(self) -> str:
        """The replication slot."""
        return self.slot or f"techco_{self.source}"

    @property
    def publication_name(self) -> str:
        """The publication that says which tables are followed."""
        return self.publication or f"techco_{self.source}"


def read_config(file: Path, contract: Contract) -> tuple[Config, list[Followed]]:
    """The configuration and its tables, held against the contract; raises ContractError."""
    place = Place(file)
    config: Config = validated(Config, read_yaml(file), place)
    if re.search(r"\bpassword\s*=|:[^/@]+@", config.connection):
        place.fail("the connection holds a password", "Put it into ~/.pgpass or PGPASSWORD, which libpq reads")
    if config.source not in contract.sources:
        place.fail(
            f"the contract knows no source {config.source!r}", f"Use one of {', '.join(sorted(contract.sources))}"
        )
    if not config.tables:
        place.fail("it names no tables", "Add `tables: {orders: public.orders}`")
    return config, [followed(config.source, name, table, contract, place) for name, table in config.tables.items()]
