"""Clear values of persons stand in the restricted schemas only."""

import duckdb
import pyarrow.parquet as pq

RESTRICTED = ("raw", "base", "pii", "quarantine", "audit")


def clear_values(house) -> dict[str, str]:
    """Values that the landed customers, orders and payments hold, by value: what each is."""
    found = {}
    for table, columns in (
        ("customers", ("customer_id", "email", "phone", "national_id")),
        ("addresses", ("street", "recipient")),
        ("orders", ("guest_email",)),
        ("payments", ("account_reference", "card_number_masked")),
    ):
        for file in (house.landing / "shop" / table).rglob("*.parquet"):
            for row in pq.read_table(file, columns=list(columns)).to_pylist():
                found |= {value: column for column, value in row.items() if value}
    return found


def test_no_clear_value_leaves_the_restricted_schemas(built):
    values = clear_values(built)
    assert {"customer_id", "email", "phone", "national_id", "street", "guest_email"} <= set(values.values())
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name "
            "from duckdb_columns() inner join duckdb_tables() using (schema_name, table_name) "
            "where data_type = 'VARCHAR' and not list_contains(?, schema_name)",
            [list(RESTRICTED)],
        ).fetchall()
        assert len(columns) > 200
        for schema, table, column in columns:
            held = connection.execute(f'select distinct "{column}" from "{schema}"."{table}"').fetchall()
            leaked = {value for (value,) in held if value in values}
            assert not leaked, f"{schema}.{table}.{column} holds {values[leaked.pop()]}"


def test_a_person_has_one_key_everywhere(built):
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        assert connection.execute(
            "select count(*) from core.dim_customer where not is_inferred and customer_key <> 'unknown' "
            "and customer_key not in (select person_key from pii.person_keys)"
        ).fetchone() == (0,)
        total, keys, ids = connection.execute(
            "select count(*), count(distinct person_key), count(distinct person_id) from pii.person_keys"
        ).fetchone()
        assert total == keys == ids > 0
