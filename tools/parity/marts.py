"""`make compare-marts BEFORE=… AFTER=…`: compare every mart of two DuckDB warehouses by hash, and save what came out.

Both are built of the same landing zone, the one by the project as it was, the other as it is. A line per mart goes to
docs/evidence, with the commit that built each. Exit code 1 where rows differ that `--expect` does not explain.
"""

import argparse
import sys
from pathlib import Path

import duckdb
import yaml

from tools.benchmarks.evidence import ROOT, save
from tools.parity.compare import read_allowed

# By the names that a line of the result has.
SIDES = ("before", "after")


def main() -> int:
    """Compare, print what differs and save all of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for side in SIDES:
        parser.add_argument(side, type=Path, help=f"warehouse file that the project built {side} the change")
        parser.add_argument(f"--{side}-commit", help="the commit that built it, where the warehouse does not know")
    parser.add_argument("--zone", required=True, help="name of the landing zone, for the result, as 10-days")
    parser.add_argument(
        "--expect", action="append", default=[], metavar="TABLE=WHY", help="rows of a mart that are meant to differ"
    )
    chosen = parser.parse_args()
    expected = dict(given.split("=", 1) for given in chosen.expect)
    warehouses = {side: getattr(chosen, side) for side in SIDES}
    marts = compared(warehouses["before"], warehouses["after"], mart_schemas(), expected)
    for mart in marts:
        if mart["result"] != "equal":
            print(f"{mart['table']}: {mart['result']}", {name: mart[name] for name in mart if name.endswith("_only")})
    commits = {
        f"{side}_commit": getattr(chosen, f"{side}_commit") or built_by(warehouse)
        for side, warehouse in warehouses.items()
    }
    save(f"marts-{chosen.zone}", {"zone": chosen.zone, **commits, "summary": summary(marts), "marts": marts})
    return int(any(mart["result"] == "differs" for mart in marts))


def mart_schemas(project: Path = ROOT / "dbt_project.yml") -> list[str]:
    """The schemas of the folders of models/marts/."""
    folders = yaml.safe_load(project.read_text(encoding="utf-8"))["models"]["techco"]["marts"].values()
    return [folder["+schema"] for folder in folders if isinstance(folder, dict) and "+schema" in folder]


def compared(before: Path, after: Path, schemas: list[str], expected: dict[str, str]) -> list[dict]:
    """A line for each table of the schemas: its rows and hashes, and whether they are equal.

    Compared are the columns that both sides have, but those whose names begin with `_`; a column or a table of one side
    alone is listed as such. What parity does not compare, as it says of runs and not of the business, is left out.
    """
    with duckdb.connect() as connection:
        for side, warehouse in zip(SIDES, (before, after), strict=True):
            connection.execute(f"attach '{warehouse}' as {side} (read_only)")
        columns = {side: mart_columns(connection, side, schemas) for side in SIDES}
        left_out = read_allowed().tables_not_compared
        tables = sorted(set(columns["before"]) | set(columns["after"]))
        return [
            line(connection, table, [columns[side].get(table) for side in SIDES], expected.get(table))
            for table in tables
            if table not in left_out
        ]


def mart_columns(connection: duckdb.DuckDBPyConnection, side: str, schemas: list[str]) -> dict[str, list[str]]:
    """The compared columns of each table, by qualified name."""
    named = """
        select schema_name || '.' || table_name, list(column_name order by column_name)
        from duckdb_columns()
        where database_name = ? and list_contains(?, schema_name) and not starts_with(column_name, '_')
        group by all
    """
    return dict(connection.execute(named, [side, schemas]).fetchall())


def line(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[list[str] | None], expected: str | None
) -> dict:
    """What there is to say of one table; `columns` are those of the two sides, None where a side has no such table."""
    for side, other in ((0, 1), (1, 0)):
        if columns[other] is None:
            return {"table": table, "result": f"{SIDES[side]} only"} | counted(connection, side, table, columns[side])
    before, after = (set(named) for named in columns)
    shared = sorted(before & after)
    found = {"table": table, "result": "equal" if before == after else "equal in shared columns"}
    for side in range(2):
        found |= counted(connection, side, table, shared)
    for side, alone in ((0, before - after), (1, after - before)):
        if alone:
            found[f"columns_{SIDES[side]}_only"] = sorted(alone)
    if found["before_hash"] != found["after_hash"]:
        found["result"] = "differs as expected" if expected else "differs"
        found |= {"expected": expected} if expected else {}
        rows = [f"select {quoted(shared)} from {side}.{table}" for side in SIDES]
        for side in range(2):
            unpaired = f"select count(*) from ({rows[side]} except all {rows[1 - side]})"
            found[f"rows_{SIDES[side]}_only"] = connection.execute(unpaired).fetchone()[0]
    return found


def counted(connection: duckdb.DuckDBPyConnection, side: int, table: str, columns: list[str]) -> dict:
    """Rows and hash of a table of one side.

    A row is hashed as the JSON list of its values as text, which tells null from text; a table by its rows' hashes in
    order, so that the order of rows is nothing and a row that stands twice is something.
    """
    values = ", ".join(f'cast("{column}" as varchar)' for column in columns)
    rows, digest = connection.execute(
        f"""
        select count(*), md5(coalesce(string_agg(row_hash, '' order by row_hash), ''))
        from (select md5(cast(to_json([{values}]) as varchar)) as row_hash from {SIDES[side]}.{table})
        """
    ).fetchone()
    return {f"{SIDES[side]}_rows": rows, f"{SIDES[side]}_hash": digest}


def quoted(columns: list[str]) -> str:
    """The columns as they stand in a query."""
    return ", ".join(f'"{column}"' for column in columns)


def built_by(warehouse: Path) -> str:
    """The commit of the last run of a warehouse."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        (commit,) = connection.execute("select max_by(git_commit, started_at) from base.runs").fetchone()
    return commit


def summary(marts: list[dict]) -> dict[str, int]:
    """How many marts came out how."""
    results = [mart["result"] for mart in marts]
    return {result: results.count(result) for result in sorted(set(results))}


if __name__ == "__main__":
    sys.exit(main())
