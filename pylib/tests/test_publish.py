"""Files of several roles are written side by side in one process."""

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import duckdb
from techco.serving.publish import Table, write_serving_files

TABLES = [Table("core", f"t{n}", f"core.t{n}", f"select n from core.t{n}", is_copy=True) for n in range(40)]
ROWS = 1000
CHAINS = 8


def test_a_role_begins_with_all_that_the_one_before_it_sees_whoever_is_writing_beside(tmp_path):
    warehouse = tmp_path / "techco.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema core")
        for table in TABLES:
            connection.execute(f"create table {table.built_as} as select range as n from range({ROWS})")
            connection.execute(f"comment on table {table.built_as} is 'a description'")
    chains = [[f"less_{n}", f"more_{n}"] for n in range(CHAINS)]
    roles = {role: TABLES[:30] if role.startswith("less") else TABLES for chain in chains for role in chain}
    for role in roles:
        (tmp_path / role).mkdir()
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(write_serving_files, repeat(warehouse), repeat(tmp_path), repeat(roles), chains))
    for role, tables in roles.items():
        with duckdb.connect(str(tmp_path / role / "serving.duckdb"), read_only=True) as served:
            for table in tables:
                assert served.execute(f"select count(*) from {table.built_as}").fetchone() == (ROWS,)
