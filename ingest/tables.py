"""Which tables of a database are followed, by the names that the contract has for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import duckdb
from pydantic import Field
from techco.contract.declarations import Declaration, Place, Refusal
from techco.contract.raw_contract import Contract, Table
from techco.sql import identifier, literal

from ingest.files import Landing
from ingest.rows import Values


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


def living_keys(landing: Landing, table: Followed, before: int) -> Iterator[Values]:
    """The keys of a table that have landed, and of which no file says that they are deleted; none that has a row at
    `before` or later.
    """
    folder = landing.folder(table.name)
    # As the warehouse orders the rows of a key (macros/staging/latest_rows.sql).
    version = "_lsn * 4 + case _op when 'd' then 1 when 'c' then 2 when 'u' then 3 else 0 end"
    keys = ", ".join(f"cast({identifier(column)} as varchar) as {identifier(column)}" for column in table.declared.key)
    as_json = ", ".join(f"{literal(column)}: 'varchar'" for column in (*table.declared.key, "_op"))
    readers = {
        "parquet": "read_parquet({}, union_by_name = true, hive_partitioning = false)",
        "jsonl": f"read_json({{}}, format = 'newline_delimited', columns = {{{{{as_json}, '_lsn': 'bigint'}}}}, "
        "hive_partitioning = false)",
    }
    files = {ending: literal(str(folder / "ingested_on=*" / f"[!._]*.{ending}")) for ending in readers}
    selects = [
        f"select {keys}, _op, _lsn from {reader.format(files[ending])}"
        for ending, reader in readers.items()
        if next(folder.glob(f"ingested_on=*/[!._]*.{ending}"), None)
    ]
    if not selects:
        return
    of_key = ", ".join(map(identifier, table.declared.key))
    query = (
        f"select {of_key} from ({' union all by name '.join(selects)}) group by {of_key} "
        f"having max(_lsn) < {before:d} and arg_max(_op, {version}) <> 'd'"
    )
    with duckdb.connect() as conn:
        answer = conn.execute(query)
        while rows := answer.fetchmany(10_000):
            yield from rows
