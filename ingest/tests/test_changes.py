"""From messages to rows of the contract: keys that change, values that are not sent again, tables that change."""

from datetime import datetime

import pytest
from techco.contract.raw_contract import Column, Table

from ingest.postgres.changes import Changes, NewSnapshotNeeded
from ingest.postgres.pgoutput import UNCHANGED, Begin, Change, Commit, Relation, Truncate
from ingest.tables import Followed, SourceTable

ORDERS, TEXT, BIGINT, FROM = 7, 25, 20, 1_000
AT = datetime(2026, 1, 2, 3, 4, 5, 678)
FEED = {"_op": "varchar", "_lsn": "bigint", "_committed_at": "timestamp", "_ingested_at": "timestamp"}
COLUMNS = {"order_id": "varchar", "order_status": "varchar", "quantity": "bigint", "currency_code": "varchar"}


def followed() -> Followed:
    columns = tuple(Column(name=name, data_type=kind) for name, kind in (COLUMNS | FEED).items())
    declared = Table(source="shop", name="orders", feed="cdc", format="parquet", key=("order_id",), columns=columns)
    source = SourceTable(table="public.purchases", columns={"order_id": "id"}, constants={"currency_code": "EUR"})
    return Followed(declared, source)


def relation(*columns: tuple[str, int]) -> Relation:
    return Relation(ORDERS, "public", "purchases", columns or (("id", TEXT), ("secret", TEXT), ("order_status", TEXT)))


@pytest.fixture
def changes() -> Changes:
    made = Changes([(ORDERS, followed())], through=0, positions_from=FROM)
    made.add(0, Begin(AT))
    made.add(0, relation())
    return made


def landed(changes: Changes) -> list[tuple]:
    return [
        (operation, position, *values)
        for rows in changes.take()
        for operation, position, values in zip(rows.operations, rows.positions, rows.values, strict=True)
    ]


def test_rows_have_the_columns_of_the_contract_under_its_names(changes):
    changes.add(10, Change(ORDERS, None, ("O1", "hidden", "paid")))
    (rows,) = changes.take()
    assert rows.table == "orders"
    # What the contract does not know does not land; what the table lacks is left out; a constant stands in each row.
    assert rows.columns == ("order_id", "order_status", "currency_code")
    assert (rows.values, rows.operations) == ([("O1", "paid", "EUR")], ["c"])
    assert (rows.positions, rows.committed_at) == ([FROM + 10], [AT])


def test_a_changed_key_is_a_delete_of_the_old_one_and_a_creation_of_the_new_one(changes):
    changes.add(10, Change(ORDERS, ("O1", "x", "paid"), ("O2", "x", "paid"), is_update=True, is_old_whole=True))
    assert landed(changes) == [("d", FROM + 10, "O1", None, None), ("c", FROM + 10, "O2", "paid", "EUR")]


def test_an_update_that_leaves_the_key_is_one_row(changes):
    changes.add(10, Change(ORDERS, ("O1", "x", "paid"), ("O1", "y", "shipped"), is_update=True, is_old_whole=True))
    changes.add(11, Change(ORDERS, None, ("O1", "y", "delivered"), is_update=True))
    assert landed(changes) == [("u", FROM + 10, "O1", "shipped", "EUR"), ("u", FROM + 11, "O1", "delivered", "EUR")]


def test_a_delete_lands_the_key_and_nothing_else_of_the_row(changes):
    changes.add(10, Change(ORDERS, ("O1", "x", "paid"), None, is_old_whole=True))
    assert landed(changes) == [("d", FROM + 10, "O1", None, None)]


def test_a_large_value_that_did_not_change_is_taken_from_the_old_row(changes):
    changes.add(10, Change(ORDERS, ("O1", "x", "long"), ("O1", "y", UNCHANGED), is_update=True, is_old_whole=True))
    assert landed(changes) == [("u", FROM + 10, "O1", "long", "EUR")]


def test_without_the_old_row_a_large_value_asks_for_a_new_snapshot(changes):
    with pytest.raises(NewSnapshotNeeded, match="REPLICA IDENTITY FULL"):
        changes.add(10, Change(ORDERS, None, ("O1", "y", UNCHANGED), is_update=True))
    # An old key has nulls where the old row has values.
    with pytest.raises(NewSnapshotNeeded, match="REPLICA IDENTITY FULL"):
        changes.add(10, Change(ORDERS, ("O1", None, None), ("O2", "y", UNCHANGED), is_update=True))


def test_a_truncate_names_the_tables_whose_keys_are_to_be_deleted(changes):
    (layout,) = changes.add(10, Truncate((99, ORDERS)))
    changes.delete(layout, 10, ("O1",))
    assert landed(changes) == [("d", FROM + 10, "O1", None, None)]


def test_all_has_been_collected_up_to_the_last_commit(changes):
    assert changes.in_transaction
    changes.add(10, Change(ORDERS, None, ("O1", "x", "paid")))
    assert changes.through == 0
    changes.add(12, Commit(end=20))
    assert (changes.through, changes.in_transaction) == (20, False)


def test_rows_of_other_tables_are_passed_over(changes):
    changes.add(10, Change(ORDERS + 1, None, ("O1",)))
    assert landed(changes) == []


def test_rows_from_before_and_after_a_change_of_the_table_are_apart_and_it_is_said(changes, capsys):
    changes.add(10, Change(ORDERS, None, ("O1", "x", "paid")))
    changes.add(11, relation(("id", TEXT), ("quantity", BIGINT), ("secret", TEXT), ("note", TEXT)))
    changes.add(12, Change(ORDERS, None, ("O2", "3", "x", "gift")))
    first, second = changes.take()
    assert first.columns == ("order_id", "order_status", "currency_code")
    assert (second.columns, second.values) == (("order_id", "quantity", "currency_code"), [("O2", "3", "EUR")])
    said = capsys.readouterr().err
    assert "column quantity is there now" in said
    assert "column order_status is gone" in said and "delivered_until" in said
    assert "column note was added. It does not land" in said and "--snapshot orders" in said


def test_a_column_of_another_type_and_another_name_of_the_table_are_said(changes, capsys):
    changes.add(11, Relation(ORDERS, "public", "sales", (("id", TEXT), ("secret", TEXT), ("order_status", BIGINT))))
    said = capsys.readouterr().err
    assert "order_status has another type" in said and "do not fit varchar" in said
    assert "was called public.purchases" in said


def test_a_key_that_is_gone_asks_for_a_new_snapshot(changes):
    with pytest.raises(NewSnapshotNeeded, match="orders has no column id any more"):
        changes.add(11, relation(("order_id", TEXT)))
