"""Files of several roles are written side by side in one process."""

import duckdb
from techco import publish
from techco.publish import Table, write_serving_files

SEEN_BY_BOTH = Table("core", "a", "core.a", "select n from core.a", is_copy=True)
SEEN_BY_ONE = Table("core", "b", "core.b", "select n from core.b", is_copy=True)


def test_a_role_begins_with_all_that_the_one_before_it_sees_whoever_still_reads_there(tmp_path, monkeypatch):
    readers = []

    def read_on(connection, catalog, tables):
        reader = connection.cursor()
        reader.execute(f"select a.n from {catalog}.core.a cross join range(100000)").fetchone()
        readers.append(reader)

    monkeypatch.setattr(publish, "describe", read_on)
    roles = {"less": [SEEN_BY_BOTH], "more": [SEEN_BY_BOTH, SEEN_BY_ONE]}
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse")
        connection.execute("create schema warehouse.core")
        for name in ("a", "b"):
            connection.execute(f"create table warehouse.core.{name} as select range as n from range(1000)")
        for role in roles:
            (tmp_path / role).mkdir()
        write_serving_files(connection, tmp_path, roles, list(roles))
        for reader in readers:
            reader.close()
    with duckdb.connect(str(tmp_path / "more" / "serving.duckdb"), read_only=True) as served:
        assert served.execute("select count(*) from core.a").fetchone() == (1000,)
        assert served.execute("select count(*) from core.b").fetchone() == (1000,)
