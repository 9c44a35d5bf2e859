"""A snapshot's history is not closed because its source came empty or half."""

import duckdb
from comparing import query

OPEN = "select count(*) from snapshots.{} where dbt_valid_to is null"


def remove(house, table: str, key: str, share: float) -> None:
    """Take the first keys out of a table of the warehouse."""
    with duckdb.connect(str(house.warehouse)) as connection:
        connection.execute(
            f"delete from {table} where {key} in "
            f"(select {key} from {table} order by 1 limit (select cast({share} * count(*) as bigint) from {table}))"
        )


def test_a_source_that_lost_most_of_its_keys_stops_its_snapshot(built, tmp_path):
    house = built.copy(tmp_path)
    before = query(house.warehouse, "select * from snapshots.snap_customer_segments order by all")
    customers = len(before)
    remove(house, "customers.customer_segments", "customer_key", 0.6)
    printed = house.dbt("snapshot", "-s", "snap_customer_segments", succeeds=False)
    said = " ".join(printed.split())
    assert f"customer_segments has {customers - int(0.6 * customers)} keys" in said
    assert f"fewer than half of the {customers} " in said
    assert "Traceback" not in printed
    assert query(house.warehouse, "select * from snapshots.snap_customer_segments order by all") == before
    # With other vars dbt parses the project anew.
    house.target = tmp_path / "target"
    house.dbt("snapshot", "-s", "snap_customer_segments", "--vars", "{accept_shrunken: [customer_segments]}")
    left = customers - int(0.6 * customers)
    assert query(house.warehouse, OPEN.format("snap_customer_segments")) == [(left,)]


def test_a_source_that_lost_fewer_than_half_is_snapshot(built, tmp_path):
    house = built.copy(tmp_path)
    products = query(house.warehouse, "select count(*) from staging.stg_erp__products")[0][0]
    remove(house, "staging.stg_erp__products", "product_id", 0.4)
    house.dbt("snapshot", "-s", "snap_products")
    assert query(house.warehouse, OPEN.format("snap_products")) == [(products,)]
