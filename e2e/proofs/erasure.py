"""Persons are erased: no value and no id of theirs is left anywhere, and all else is as it was."""

import csv
import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from ahocorasick_rs import AhoCorasick
from comparing import OF_THE_BUILD, OF_THE_CLOCK, query
from conftest import BUILD, ROOT, TESTED_BUILD, TINY, House, house
from techco.contract.landing_zone import list_files
from techco.operations.landing_rewrite import read_bytes

from tools.simulator.__main__ import main as simulate

DAYS = 10
# What marts show of a classified value in a form that tells little; it goes with the value.
DERIVED = re.compile(r"_length$|^email_domain$|^birth_year$|^postal_area$|^device_key$|_text$|^review_title$")
# What is shown of one customer where enough others share it: an erasure of some changes it for others.
SHARED = {
    "core.dim_customer": {"birth_year", "region_code", "email_domain", "postal_area"},
    "service.delivery_performance": {"region_code"},
    # What was read in a ticket goes with its text.
    "service.contact_reasons": {"negative_ticket_count"},
}
# Sums by what is shared are compared over all its values; these are the other columns of their grain.
SUMS_BY_SHARED = {
    "service.delivery_performance": {"week_start", "carrier_code", "country_code", "delivery_outcome"},
}
FROM_DEVICES = {"marketing.order_attribution"}
# Sums of what goes with the person, and of others: the same credits by campaign, and what was read in texts.
SUMS_WITH_OTHERS = {"marketing.campaign_performance", "service.voice_of_customer", "service.telling_words"}
# Who was erased may not be written to any more.
WRITTEN_TO = {
    "marketing.contact_permissions",
    "marketing.offer_candidates",
    "marketing.cart_recovery",
    "marketing.live_interactions",
}
# What rows of persons pass on their way to the marts, and what counts landed rows.
ON_THE_WAY = ("base", "pii", "quarantine", "audit", "staging", "governance", "intermediate")
CLOSES = (
    "select count(*) from governance.data_quality_ledger where landed_rows <> current_rows + superseded_rows "
    "+ tied_rows + duplicate_rows + quarantined_rows + suppressed_rows"
)


def run(round_number: int, folder: Path, target: Path | None = None, persons: int = 50) -> dict:
    """Erase `persons` of a zone with defects, search for them everywhere, land their files again and search anew.

    `round_number` decides the world and who is chosen; dbt's own files lie in `target`. Raises AssertionError where a
    command fails; `differences` is empty where all is well.
    """
    place = folder / f"round-{round_number}"
    shutil.rmtree(place, ignore_errors=True)
    home = house(place, target or folder / "target")
    made = ["--out", str(home.landing), "--days", str(DAYS), *TINY, "--seed", str(500 + round_number)]
    assert simulate([*made, "--defects", "0.01"]) == 0
    land_all_rates(home, made[2:], place)
    home.dbt(*TESTED_BUILD)
    command(home, "techco.serving.publish")
    figures = erase_and_search(home, choose(home, random.Random(round_number), persons), place)
    if not figures["differences"]:
        shutil.rmtree(place)
    return figures


def land_all_rates(home: House, world: list[str], place: Path) -> None:
    """Put the world's unspoiled exchange rates in place: without a day's rate no release may be made."""
    unspoiled = place / "unspoiled"
    assert simulate(["--out", str(unspoiled), *world]) == 0
    shutil.rmtree(home.landing / "fx")
    shutil.copytree(unspoiled / "fx", home.landing / "fx")
    shutil.rmtree(unspoiled)


def choose(home: House, chance: random.Random, persons: int) -> list[str]:
    """Some customers, at random, among them such as ordered, wrote to the help desk and reviewed."""
    groups = ("shop__customers", "shop__orders", "support__tickets", "reviews__reviews")
    chosen: list[str] = []
    for group in groups:
        known = f"select distinct customer_id from base.base_{group} where customer_id is not null order by 1"
        ids = [row[0] for row in query(home.warehouse, known) if row[0] not in chosen]
        chosen += chance.sample(ids, min(len(ids), max(persons // len(groups), 1)))
    registered = query(
        home.warehouse, "select distinct customer_id from base.base_shop__customers where _issues is null"
    )
    others = sorted({row[0] for row in registered} - set(chosen))
    return (chosen + chance.sample(others, max(persons - len(chosen), 0)))[:persons]


def erase_and_search(home: House, chosen: list[str], place: Path) -> dict:
    """Erase, and say what is found that should not be."""
    values = clear_values(home.landing, set(chosen))
    before, landed = place / "before.duckdb", place / "landed"
    shutil.copy(home.warehouse, before)
    shutil.copytree(home.landing, landed)
    command(home, "techco.operations.erase", *chosen, "--landing")
    found = hits(home, values) + changes(before, home.warehouse, sorted(keys_of(before, chosen)))
    counted = "select count(*) from base.base_shop__orders"
    rows = query(home.warehouse, counted)[0][0]
    land_again(landed, home.landing)
    home.dbt(*BUILD)
    found += [f"landed again: {hit}" for hit in hits(home, values, landing=False)]
    found += [f"landed again: {change}" for change in core_changes(before, home.warehouse)]
    suppressed = query(home.warehouse, "select sum(suppressed_rows) from governance.data_quality_ledger")[0][0]
    unclosed, more = query(home.warehouse, CLOSES)[0][0], query(home.warehouse, counted)[0][0] - rows
    if not suppressed or unclosed or not more:
        found.append(
            f"{suppressed} rows are suppressed, {unclosed} days do not close, {more} changes of orders came again"
        )
    return {
        "persons": len(chosen),
        "values": len(values),
        "suppressed_rows": int(suppressed or 0),
        "differences": found,
    }


def command(home: House, module: str, *arguments: str, succeeds: bool = True, **changes: str) -> str:
    """Run a command of the project and return what it printed."""
    run_it = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        run_it, cwd=ROOT, env=home.environment(**changes), capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) is succeeds, (done.stdout + done.stderr)[-6000:]
    return done.stdout + done.stderr


def landed_rows(landing: Path, source: str, table: str) -> list[dict]:
    """The readable rows of a landed table, CSV with tabs, read without the project's macros."""
    rows = []
    for file in list_files(landing):
        if (file.source, file.table) != (source, table):
            continue
        path = landing / file.path_in_zone
        if path.suffix == ".parquet":
            rows += pq.read_table(path).to_pylist()
            continue
        if ".csv" in path.name:
            lines = read_bytes(path).decode().splitlines()
            rows += csv.DictReader(lines, delimiter="\t")
            continue
        for line in read_bytes(path).decode(errors="replace").splitlines():
            try:
                document = json.loads(line)
            except ValueError:
                continue
            rows += [document] if isinstance(document, dict) else []
    return rows


def clear_values(landing: Path, persons: set[str]) -> set[str]:
    """Ids of `persons`, and what the landed files say of them and of nobody else, if it is no common word."""
    # Nothing hangs on a row that has lost its id.
    orders = {
        row["order_id"]: row["customer_id"]
        for row in landed_rows(landing, "shop", "orders")
        if row["order_id"] and row["customer_id"]
    }
    tickets = {}
    for row in landed_rows(landing, "support", "tickets"):
        if isinstance(asker := row.get("requester"), dict) and asker.get("customer_id") and row.get("ticket_id"):
            tickets[row["ticket_id"]] = asker["customer_id"]

    def named(row: dict) -> str | None:
        return row.get("customer_id")

    held = [
        ("shop", "customers", named, ("email", "phone", "national_id")),
        ("shop", "addresses", named, ("street", "recipient")),
        ("crm", "contacts", named, ("email", "phone")),
        ("shop", "payments", lambda row: orders.get(row["order_id"]), ("account_reference", "card_number_masked")),
        ("support", "messages", lambda row: tickets.get(row.get("ticket_id")), ("body",)),
        # Who works for a supplier may be called as a customer is.
        ("erp", "suppliers", lambda row: None, ("contact_name", "contact_email")),
    ]
    of_them, of_others = set(), set()
    for source, table, owner, columns in held:
        for row in landed_rows(landing, source, table):
            found = {value for column in columns if isinstance(value := row.get(column), str) and len(value) >= 8}
            (of_them if owner(row) in persons else of_others).update(found)
    # Neighbours sign for parcels; on another's parcel a name is that person's matter.
    parcels = {row["tracking_number"]: orders.get(row["order_id"]) for row in landed_rows(landing, "wms", "shipments")}
    for row in landed_rows(landing, "carriers", "tracking_events"):
        if parcels.get(row["tracking_number"]) not in persons:
            of_others.add(row["signed_by"])
    # Nothing but the name tells who wrote a message whose ticket never came (docs/privacy.md: what is not covered).
    for row in landed_rows(landing, "support", "messages"):
        if row.get("ticket_id") not in tickets and isinstance(row.get("author_name"), str):
            of_others.add(row["author_name"])
    # What somebody else said in a longer text is found there, too.
    said = "\n".join(value for value in of_others if value)
    return persons | {value for value in of_them if value not in said}


def hits(home: House, values: set[str], landing: bool = True) -> list[str]:
    """Where any of the values stands: in columns of the warehouse and of releases, and in the bytes of every file."""
    # As bytes are decoded one by one, what is no ASCII looks otherwise in them.
    spellings = {form: value for value in values for form in (value, value.encode().decode("latin-1"))}
    automaton = AhoCorasick(list(spellings))
    found = []
    folders = [home.warehouse.parent, home.target, *([home.landing] if landing else [])]
    files = {path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}
    for path in sorted(files):
        # What is packed is not found in the bytes of its file.
        texts = (read_bytes(path).decode("latin-1"), packed_text(path))
        held = {spellings[text[start:end]] for text in texts for start, end in whole_words(automaton, text)}
        found += [f"{path} holds {value!r}" for value in sorted(held)]
    return found


def whole_words(automaton: AhoCorasick, text: str) -> Iterator[tuple[int, int]]:
    """Where a text holds a value that is not a part of another, such as a longer id."""
    for _, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
        if not any(beside.isascii() and beside.isalnum() for beside in (text[start - 1 : start], text[end : end + 1])):
            yield start, end


def packed_text(path: Path) -> str:
    """All texts of a Parquet or DuckDB file, but of views over landed files, which are read themselves."""
    if path.suffix == ".parquet":
        return "\n".join(str(value) for row in pq.read_table(path).to_pylist() for value in row.values())
    texts = []
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            columns = connection.execute(
                "select schema_name, table_name, column_name from duckdb_columns() "
                "where data_type = 'VARCHAR' and not internal and schema_name <> 'raw'"
            ).fetchall()
            for schema, table, column in columns:
                held = connection.execute(f'select distinct "{column}" from "{schema}"."{table}"').fetchall()
                texts += [row[0] for row in held if row[0] is not None]
    return "\n".join(texts)


def keys_of(warehouse: Path, persons: list[str]) -> set[str]:
    """The pseudonymous keys of persons, before they are erased."""
    keys = "select person_key from pii.person_keys where list_contains(?, person_id)"
    return {row[0] for row in query(warehouse, keys, persons)}


def changes(before: Path, after: Path, keys: list[str]) -> list[str]:
    """What is not as it was: rows of others in base, and anything in marts and snapshots but derived columns."""
    found = []
    with duckdb.connect() as connection:
        for schema, table, columns in shared_tables(connection, before, after):
            name = f"{schema}.{table}"
            if schema == "base" and table.startswith("base_"):
                found += changed_rows_of_others(connection, name, columns, keys)
            elif schema not in ON_THE_WAY:
                found += differing(connection, name, columns, keys)
    return found


def changed_rows_of_others(
    connection: duckdb.DuckDBPyConnection, name: str, columns: list[str], keys: list[str]
) -> list[str]:
    """Rows of a base model that were not there before, or are marked as somebody's who was not erased."""
    own = ", ".join(column for column in columns if column != '"_erased_key"')
    new = f"select {own} from other.{name} where _erased_key is null except all select {own} from one.{name}"
    wrong = f"select count(*) from other.{name} where _erased_key is not null and not list_contains(?, _erased_key)"
    changed, wrongly_marked = (
        connection.execute(f"select count(*) from ({new})").fetchone()[0],
        connection.execute(wrong, [keys]).fetchone()[0],
    )
    was, now = (connection.execute(f"select count(*) from {side}.{name}").fetchone()[0] for side in ("one", "other"))
    if not changed and not wrongly_marked and was == now:
        return []
    return [f"{name}: {changed} rows of others changed, {wrongly_marked} are wrongly marked, {was} rows are {now}"]


def core_changes(before: Path, after: Path) -> list[str]:
    """What is not as it was in facts and dimensions, but derived columns."""
    with duckdb.connect() as connection:
        tables = [(f"{s}.{t}", columns) for s, t, columns in shared_tables(connection, before, after) if s == "core"]
        assert len(tables) > 25
        return [change for name, columns in tables for change in differing(connection, name, columns)]


def differing(
    connection: duckdb.DuckDBPyConnection, name: str, columns: list[str], keys: Sequence[str] = ()
) -> list[str]:
    """Rows of a mart that are not the same on both sides; derived columns may have become null.

    Which visits brought an order is told by devices too, and goes with them: of FROM_DEVICES the orders of `keys`, who
    were erased, are left out, of WRITTEN_TO their rows.
    """
    if name in SUMS_WITH_OTHERS:
        return []
    others = "true"
    if name in WRITTEN_TO:
        others = "customer_key not in (" + ", ".join(f"'{key}'" for key in keys) + ")"
    if name in FROM_DEVICES:
        erased = ", ".join(f"'{key}'" for key in keys)
        others = f"order_id not in (select order_id from one.core.fct_order where customer_key in ({erased}))"
    found = []
    columns = [column for column in columns if column.strip('"') not in SHARED.get(name, ())]
    derived = [column for column in columns if DERIVED.search(column.strip('"'))]
    kept = ", ".join(column for column in columns if column not in derived)
    if name in SUMS_BY_SHARED:
        grain = SUMS_BY_SHARED[name]
        kept = ", ".join(column if column.strip('"') in grain else f"sum({column})" for column in columns)
    grouped = "group by all" if name in SUMS_BY_SHARED else ""
    for a, b in (("one", "other"), ("other", "one")):
        rows_of = f"select {kept} from {{}}.{name} where {others} {grouped}"
        missing = f"{rows_of.format(a)} except all {rows_of.format(b)}"
        if rows := connection.execute(f"select count(*) from ({missing})").fetchone()[0]:
            found.append(f"{name}: {rows} rows of {a} are not in the {b}")
    if derived:
        told = " or ".join(f"{column} is not null" for column in derived)
        both = ", ".join(columns)
        new = f"select {both} from other.{name} where {told} except all select {both} from one.{name}"
        if rows := connection.execute(f"select count(*) from ({new})").fetchone()[0]:
            found.append(f"{name}: {rows} rows say what they did not say before")
    return found


def shared_tables(connection: duckdb.DuckDBPyConnection, before: Path, after: Path) -> list[tuple[str, str, list[str]]]:
    """Attach two warehouses as `one` and `other`; schema, name and columns of tables, but what tells of builds."""
    connection.execute(f"attach '{before}' as one (read_only)")
    connection.execute(f"attach '{after}' as other (read_only)")
    return connection.execute(
        "select schema_name, table_name, list('\"' || column_name || '\"' order by column_index) "
        "from duckdb_columns() inner join duckdb_tables() using (database_name, schema_name, table_name) "
        "where database_name = 'one' and not list_contains(?, column_name) group by all order by all",
        [sorted(OF_THE_BUILD | OF_THE_CLOCK)],
    ).fetchall()


def land_again(landed: Path, landing: Path) -> None:
    """Send each file that held persons once more, as it was, under another name: on its own day or after the last."""
    days = sorted({file.ingested_on for file in list_files(landed) if file.ingested_on})
    later = days[-1].replace(day=days[-1].day + 1)
    for number, file in enumerate(list_files(landed)):
        old, path = landed / file.path_in_zone, landing / file.path_in_zone
        if old.read_bytes() == path.read_bytes():
            continue
        folder = path.parent if number % 2 else path.parent.with_name(f"ingested_on={later}")
        folder.mkdir(exist_ok=True)
        shutil.copy(old, folder / f"again-{file.ingested_on}-{path.name}")
