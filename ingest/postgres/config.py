"""What a connector to PostgreSQL is told: a YAML file that says which of its tables are which of the contract."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from techco.contract.declarations import Declaration, Place, Refusal, read_yaml, validated
from techco.contract.raw_contract import Contract, Table

Identifier = Annotated[
    str,
    Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$"),
    Refusal("{setting} {found} is no name", "Use lower-case letters, digits and underscores"),
]


def as_mapping(value: object) -> object:
    """The name of a table alone stands for a mapping with nothing else."""
    return {"table": value} if isinstance(value, str) else value


class SourceTable(Declaration):
    """A table of the database; `columns` are those that the contract calls otherwise: `customer_id: id`."""

    table: Annotated[
        str,
        Field(pattern=r"^[^.]+\.[^.]+$"),
        Refusal("the table {found} has no schema", "Write it as in `public.orders`"),
    ]
    columns: dict[str, str] = Field(default_factory=dict)
    # What is the same for all rows, as the currency of a shop that has one.
    constants: dict[str, str] = Field(default_factory=dict)


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


@dataclass(frozen=True)
class Followed:
    """A table that is followed: what the contract says of it, and what the database calls it."""

    declared: Table
    source: SourceTable

    @property
    def name(self) -> str:
        """Its name in the contract."""
        return self.declared.name

    @property
    def own_columns(self) -> Mapping[str, str]:
        """Type by column, without what the feed adds."""
        return {column.name: column.data_type for column in self.declared.columns if not column.name.startswith("_")}

    def name_in_database(self, column: str) -> str:
        """What the database calls a column of the contract."""
        return self.source.columns.get(column, column)


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


def followed(source: str, name: str, table: SourceTable, contract: Contract, place: Place) -> Followed:
    """One table, held against the contract."""
    place = place.at("table", name)
    declared: Any = contract.tables.get((source, name))
    if declared is None:
        known = ", ".join(sorted(known for of, known in contract.tables if of == source))
        place.fail("the contract does not know it", f"Use one of {known}, or add it with `make table`")
    if declared.feed != "cdc":
        place.fail(f"its feed is {declared.feed}", "Change logs are of feed cdc: say so in the contract")
    made = Followed(declared, table)
    for column in (*table.columns, *table.constants):
        if column not in made.own_columns:
            place.fail(f"the contract has no column {column}", f"Use one of {', '.join(made.own_columns)}")
    return made
