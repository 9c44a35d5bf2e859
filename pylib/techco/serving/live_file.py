"""What the live service takes from a build: `live.duckdb` beside the roles' files of a release, for no reader but it.

The service (techco.live) makes the live tables of what is built and what has landed since. It has to know what has been
built of both: the tables that the live tables read, which files were loaded, and whom each role may see.
"""

from pathlib import Path

import duckdb

from techco.sql import identifier, literal

NAME = "live.duckdb"
# The service puts its own events and its own clock in the place of these; of the first it begins with the build's.
EVENTS = "intermediate.int_live__events"
CLOCK = "intermediate.int_live__clock"
# Raw tables that the service reads as they land.
LANDED = (("web", "events"), ("crm", "consents"), ("crm", "privacy_requests"))
# Of persons: whom roles see, and by what erased ones are known (an HMAC, no id).
CONTROL = {
    "scopes": "select role_name, customer_key from intermediate.int_person__scopes",
    "suppressions": "select person_hash from base.suppressions where person_key is not null",
    "access_matrix": "select * from governance.access_matrix where schema_name || '.' || table_name in ({live_tables})",
    "loaded_files": "select file_path from base.loaded_files where {landed} union all "
    "select file_path from base.empty_files where {landed}",
    "identity": "select landing_zone_id, pepper_fingerprint from base.identity",
}


def write(connection: duckdb.DuckDBPyConnection, file: Path, storage_version: str) -> None:
    """Write the file; `connection` uses the warehouse."""
    connection.execute(f"attach {literal(str(file))} as live (storage_version {literal(storage_version)})")
    live_tables, reads = live_lineage(connection)
    for relation in sorted(reads - {CLOCK}):
        schema, name = relation.split(".")
        connection.execute(f"create schema if not exists live.{identifier(schema)}")
        connection.execute(f"create table live.{identifier(schema)}.{identifier(name)} as from {relation}")
    landed = " or ".join(f"(source_name = '{source}' and table_name = '{table}')" for source, table in LANDED)
    of_live = ", ".join(literal(table) for table in sorted(live_tables)) or "''"
    connection.execute("create schema live.control")
    for name, query in CONTROL.items():
        connection.execute(f"create table live.control.{name} as {query.format(landed=landed, live_tables=of_live)}")
    connection.execute("detach live")


def live_lineage(connection: duckdb.DuckDBPyConnection) -> tuple[set[str], set[str]]:
    """The live tables, and what those that read events read besides each other, as schema.name."""
    nodes = {
        node: (relation, reads.split())
        for node, relation, reads in connection.execute(
            "select node_id, relation_name, reads from base.project_nodes where kind <> 'test'"
        ).fetchall()
    }
    events = {node for node, (relation, _) in nodes.items() if relation == EVENTS}
    first = {node for node, (_, reads) in nodes.items() if events.intersection(reads)}
    second = {node for node, (_, reads) in nodes.items() if first.intersection(reads)}
    read = {parent for node in first for parent in nodes[node][1] if parent in nodes}
    return {nodes[node][0] for node in first | second}, {nodes[node][0] for node in read}
