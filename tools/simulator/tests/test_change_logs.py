"""Change logs tell their story in order."""

import pytest

from tools.simulator.tests.conftest import CHANGE_LOGS


@pytest.mark.parametrize("source", CHANGE_LOGS)
def test_positions_grow_with_commits(long_zone, source):
    union = " union all ".join(
        f"select '{table}' as name, ingested_on, file_row_number as row, _lsn, _committed_at from {source}_{table}"
        for table in CHANGE_LOGS[source]
    )
    long_zone.none(f"""
        from (
            select _lsn < lag(_lsn) over (partition by name order by ingested_on, row) as falls from ({union})
        ) where falls
    """)
    long_zone.none(f"""
        from (select _committed_at < lag(_committed_at) over (order by _lsn) as falls from ({union})) where falls
    """)


def keys() -> list[tuple[str, str]]:
    """(table, key columns) of all change logs."""
    found = []
    singular = {"addresses": "address_id", "supplier_prices": "supplier_id, product_id"}
    for source, tables in CHANGE_LOGS.items():
        for table in tables:
            found.append((f"{source}_{table}", singular.get(table, f"{table.removesuffix('s')}_id")))
    return found


@pytest.mark.parametrize(("table", "key"), keys())
def test_rows_begin_once_and_nothing_follows_their_end(long_zone, table, key):
    long_zone.none(f"""
        from (
            select _op, row_number() over w as place, lag(_op) over w as before
            from {table} window w as (partition by {key} order by _lsn)
        ) where (_op in ('c', 'r')) <> (place = 1) or before = 'd'
    """)
    long_zone.none(f"select {key}, _committed_at from {table} group by all having count(*) > 1")


def test_deletes_show_keys_only(long_zone):
    for table, key in (("shop_customers", "customer_id"), ("shop_addresses", "address_id")):
        technical = f"{key}, _op, _lsn, _committed_at, _ingested_at, ingested_on, file_row_number"
        deleted = long_zone.rows(f"select * exclude ({technical}) from {table} where _op = 'd'")
        assert deleted
        assert {value for row in deleted for value in row} == {None}


def test_snapshots_are_of_the_first_day(zone):
    for table in ("shop_customers", "shop_addresses", "erp_products", "erp_suppliers", "erp_supplier_prices"):
        assert zone.rows(f"select distinct cast(ingested_on as varchar) from {table} where _op = 'r'") == [
            ("2025-09-01",)
        ]
