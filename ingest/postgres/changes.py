"""Messages of the log become rows of the contract."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.back_off import say
from ingest.postgres.pgoutput import UNCHANGED, Begin, Change, Commit, Message, Relation, Truncate, Tuple
from ingest.rows import Rows, Values
from ingest.tables import Followed


class NewSnapshotNeeded(Exception):
    """The log alone does not say any more what the tables hold; the message says why."""


@dataclass(frozen=True)
class Layout:
    """How a table's rows are written from here on: which value of a message is which column."""

    table: Followed
    relation: Relation
    columns: tuple[str, ...]
    picks: tuple[int, ...]
    constants: Values
    # Where the key stands in a message, and in a row.
    key: tuple[int, ...]
    key_in_row: tuple[int, ...]

    @classmethod
    def of(cls, table: Followed, relation: Relation) -> "Layout":
        """Raises NewSnapshotNeeded where the key is not there."""
        places = {name: i for i, (name, _) in enumerate(relation.columns)}
        constants = table.source.constants
        picked = [
            column
            for column in table.own_columns
            if column not in constants and table.name_in_database(column) in places
        ]
        for column in table.declared.key:
            if column not in picked:
                raise NewSnapshotNeeded(f"{table.name} has no column {table.name_in_database(column)} any more")
        return cls(
            table,
            relation,
            (*picked, *constants),
            tuple(places[table.name_in_database(column)] for column in picked),
            tuple(constants.values()),
            tuple(places[table.name_in_database(column)] for column in table.declared.key),
            tuple(picked.index(column) for column in table.declared.key),
        )

    def row(self, values: Tuple, old: Tuple | None) -> Values:
        """The row of a message; what was not sent again is taken from the old row."""
        row = tuple([values[i] for i in self.picks])
        if UNCHANGED in row:
            if old is None:
                raise NewSnapshotNeeded(
                    f"{self.table.source.table} is not REPLICA IDENTITY FULL any more, so large values are missing"
                )
            row = tuple([old[i] if values[i] is UNCHANGED else values[i] for i in self.picks])
        return row + self.constants if self.constants else row  # type: ignore[return-value]

    def key_row(self, key: Sequence[str | None]) -> Values:
        """A row that says its key only, as deletes need no more."""
        row: list[str | None] = [None] * len(self.columns)
        for place, value in zip(self.key_in_row, key, strict=True):
            row[place] = value
        return tuple(row)


class Changes:
    """Collects rows until they are taken to be landed.

    `through` is the end of the last transaction of which all rows have been collected. Positions of rows are those of
    the change itself, not of its transaction: of one key they grow, as a row is locked until its transaction ends.
    """

    def __init__(self, tables: Iterable[tuple[int, Followed]], through: int, positions_from: int):
        """`tables` by the oids that the database knows them by; they keep those where they are renamed."""
        self.tables = dict(tables)
        self.layouts: dict[int, Layout] = {}
        self.through = through
        self.positions_from = positions_from
        self.committed_at: datetime | None = None
        self.rows: dict[tuple[str, tuple[str, ...]], Rows] = {}
        self.count = 0

    @property
    def in_transaction(self) -> bool:
        """Whether more of a transaction is to come."""
        return self.committed_at is not None

    def take(self) -> list[Rows]:
        """The rows so far, table by table in the order of the configuration; those to come begin anew."""
        order = [table.name for table in self.tables.values()]
        taken = sorted(self.rows.values(), key=lambda rows: order.index(rows.table))
        self.rows, self.count = {}, 0
        return taken

    def add(self, position: int, message: Message | None) -> tuple[Layout, ...]:
        """Take in a message; returns the tables that it has emptied, whose keys only the landing zone knows."""
        match message:
            case Change():
                layout = self.layouts.get(message.oid)
                if layout:
                    self.change(layout, position, message)
            case Begin():
                self.committed_at = message.committed_at
            case Commit():
                self.committed_at, self.through = None, message.end
            case Relation():
                self.describe(message)
            case Truncate():
                return tuple(self.layouts[oid] for oid in message.oids if oid in self.layouts)
        return ()

    def change(self, layout: Layout, position: int, change: Change) -> None:
        """A row is created, updated or deleted; where its key changes, both: the old one goes, the new one comes."""
        old, new = change.old, change.new
        if new is None:
            assert old is not None
            self.put(layout, layout.key_row([old[i] for i in layout.key]), "d", position)
            return
        values = layout.row(new, old if change.is_old_whole else None)
        operation = "u" if change.is_update else "c"
        if old is not None and any(old[i] != new[i] for i in layout.key):
            self.put(layout, layout.key_row([old[i] for i in layout.key]), "d", position)
            operation = "c"
        self.put(layout, values, operation, position)

    def delete(self, layout: Layout, position: int, key: Values) -> None:
        """A key is gone with all others: the contract has no operation for a table that is truncated."""
        self.put(layout, layout.key_row(key), "d", position)

    def put(self, layout: Layout, values: Values, operation: str, position: int) -> None:
        """Collect a row."""
        assert self.committed_at is not None, "a change stands between the begin and the commit of its transaction"
        of = (layout.table.name, layout.columns)
        if of not in self.rows:
            self.rows[of] = Rows(*of)
        self.rows[of].add(values, operation, self.positions_from + position, self.committed_at)
        self.count += 1

    def describe(self, relation: Relation) -> None:
        """What a table looks like from here on; says what is new about it."""
        table = self.tables.get(relation.oid)
        if table is None:
            return
        before = self.layouts.get(relation.oid)
        self.layouts[relation.oid] = Layout.of(table, relation)
        for line in news(before.relation if before else None, relation, table):
            say(line)


def news(before: Relation | None, now: Relation, table: Followed) -> Iterator[str]:
    """What a person should know about a table that looks otherwise than before."""
    if before is None:
        return
    was, is_now = dict(before.columns), dict(now.columns)
    names = {table.name_in_database(column): column for column in table.own_columns}
    where = f"{table.declared.source}.{table.name} ({now.schema}.{now.name})"
    for column in is_now.keys() - was.keys():
        if column in names:
            yield f"{where}: column {column} is there now and lands from here on."
        else:
            yield (
                f"{where}: column {column} was added. It does not land, as nobody has said what it holds; add it to "
                f"the contract, then run the connector with --snapshot {table.name}."
            )
    for column in was.keys() - is_now.keys():
        if column in names:
            yield (
                f"{where}: column {column} is gone. Rows land without it, and the build will say column_gone; where it "
                "is gone for good, note its last day in the contract, as delivered_until."
            )
    for column in was.keys() & is_now.keys():
        if was[column] != is_now[column] and column in names:
            data_type = table.own_columns[names[column]]
            yield (
                f"{where}: column {column} has another type. Rows that do not fit {data_type} land as JSON and go "
                "to the quarantine; change data_type in the contract, or the column back."
            )
    if (before.schema, before.name) != (now.schema, now.name):
        yield (f"{where}: it was called {before.schema}.{before.name}. Change the configuration before the next start.")
