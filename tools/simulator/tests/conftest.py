"""A small landing zone, written once, and SQL over it."""

from pathlib import Path

import duckdb
import pytest
import yaml

from tools.simulator.__main__ import live, main
from tools.simulator.emit.answers import answers_folder
from tools.simulator.emit.erp import Erp
from tools.simulator.emit.hidden import Hidden
from tools.simulator.emit.shop import Shop
from tools.simulator.emit.social import Social
from tools.simulator.emit.web import Web
from tools.simulator.emit.wms import Wms
from tools.simulator.options import Options

SMALL = ("--customers", "300", "--orders-per-day", "30")
SMALL_DAYS = 12
CHANGE_LOGS = {
    "shop": ("customers", "addresses", "promotions", "orders", "order_items", "payments", "refunds"),
    "erp": ("products", "suppliers", "supplier_prices", "purchase_orders", "purchase_order_lines"),
}
# Optional columns that the simulated systems do not have: all their refunds and returns name an order, which says the
# rest.
NOT_SIMULATED = {
    ("shop", "refunds"): {"customer_id", "product_id", "country_code", "document_number", "tax_amount"},
    ("wms", "returns"): {"customer_id", "country_code", "document_number"},
}
MODELS = Path(__file__).parents[3] / "models" / "staging"
FEED_COLUMNS = {
    "cdc": {"_op": "varchar", "_lsn": "bigint", "_committed_at": "timestamp", "_ingested_at": "timestamp"},
    "append": {"_ingested_at": "timestamp"},
    "upsert": {"_written_at": "timestamp", "_ingested_at": "timestamp"},
    "document": {"_revision": "bigint", "_ingested_at": "timestamp"},
}


def contract() -> list[tuple[str, dict, dict]]:
    """(source, meta of the source, table) of all tables that the contract declares, with what is simulated of them."""
    found = []
    for path in sorted(MODELS.glob("*/_*__sources.yml")):
        declared = yaml.safe_load(path.read_text())["sources"][0]
        for table in declared["tables"]:
            left_out = NOT_SIMULATED.get((declared["name"], table["name"]), set())
            assert left_out <= {column["name"] for column in table["columns"]}
            columns = [column for column in table["columns"] if column["name"] not in left_out]
            found.append((declared["name"], declared["config"]["meta"], table | {"columns": columns}))
    return found


def write_zone(folder: Path, *options: str) -> Path:
    """A landing zone at `folder`."""
    assert main(["--out", str(folder), *options]) == 0
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """All files by path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def everything(zone: Path) -> dict[str, bytes]:
    """All files of a zone, and of the answers beside it."""
    answers = {f"answers: {path}": text for path, text in contents(answers_folder(zone)).items()}
    assert answers
    return contents(zone) | answers


class Zone:
    """A landing zone, with a view or table for each table, such as shop_orders.

    CSV is read as its contract says: what it cannot hold is an error.
    """

    def __init__(self, root: Path):
        """Open the zone."""
        self.root = root
        self.engine = duckdb.connect()
        self.engine.execute("set threads = 2")
        for source, meta, table in contract():
            view, files = f"{source}_{table['name']}", f"{root}/{source}/{table['name']}/*/*"
            # In a few days of a small world, nobody may have asked for anything.
            if not any((root / source / table["name"]).glob("*/*")):
                continue
            if meta["format"] == "parquet":
                reader = f"read_parquet('{files}.parquet', hive_partitioning = true, file_row_number = true)"
                self.engine.execute(f"create view {view} as from {reader}")
            elif meta["format"] == "jsonl":
                reader = f"read_json('{files}.jsonl*', format = 'newline_delimited', hive_partitioning = true)"
                self.engine.execute(f"create table {view} as from {reader}")
                for column in table["columns"]:
                    if column["data_type"] == "timestamp":
                        self.engine.execute(f"alter table {view} alter {column['name']} type timestamp")
                for name in FEED_COLUMNS[meta["feed"]].keys() & {"_written_at", "_ingested_at"}:
                    self.engine.execute(f"alter table {view} alter {name} type timestamp")
            else:
                self.read_csv(view, f"{files}.csv*", meta, table)
        self.engine.execute(
            "create view placed as from shop_orders where _op = 'c';"
            "create view captured as from shop_payments where payment_status = 'captured'"
        )

    def read_csv(self, view: str, files: str, meta: dict, table: dict) -> None:
        """Every field as text, then as the contract's type."""
        options = meta["csv"]
        delimiter, encoding = options["delimiter"].replace("\t", "\\t"), options.get("encoding", "utf-8")
        reader = (
            f"read_csv('{files}', delim = '{delimiter}', quote = '\"', escape = '\"', header = true,"
            f" encoding = '{encoding}', auto_detect = false, hive_partitioning = true, hive_types_autocast = true,"
            f" columns = {{names}})"
        )
        path = next(iter(self.root.glob(f"{view.split('_')[0]}/{table['name']}/*/*")))
        header = duckdb.sql(f"from read_csv('{path}', delim = '{delimiter}', encoding = '{encoding}')").columns
        names = [name for name in header if name != "ingested_on"]
        types = {column["name"]: column["data_type"] for column in table["columns"]} | FEED_COLUMNS[meta["feed"]]
        formats = {"date": options.get("date_format"), "timestamp": options.get("timestamp_format")}

        def typed(name: str) -> str:
            kind = types[name]
            if formats.get(kind) and not name.startswith("_"):
                return f"cast(strptime({name}, '{formats[kind]}') as {kind}) as {name}"
            if options.get("decimal_comma") and kind.startswith("decimal"):
                return f"cast(translate({name}, '.,', '?.') as {kind}) as {name}"
            return f"cast({name} as {kind}) as {name}"

        read = reader.format(names="{" + ", ".join(f"'{name}': 'varchar'" for name in names) + "}")
        cells = ", ".join(typed(name) for name in names)
        rows = f"select {cells}, cast(ingested_on as date) as ingested_on from {read}"
        self.engine.execute(f"create table {view} as {rows}")

    def rows(self, query: str) -> list[tuple]:
        """All rows of a query."""
        return self.engine.sql(query).fetchall()

    def value(self, query: str):
        """The one value of a query."""
        return self.rows(query)[0][0]

    def answers(self, name: str) -> str:
        """A file of answers, as SQL reads it."""
        return f"'{answers_folder(self.root)}/{name}.parquet'"

    def none(self, query: str) -> None:
        """Assert that a query finds nothing."""
        assert self.engine.sql(query).limit(5).fetchall() == []


@pytest.fixture(scope="session")
def zone(tmp_path_factory) -> Zone:
    """A small world."""
    return Zone(write_zone(tmp_path_factory.mktemp("small") / "landing", *SMALL, "--days", str(SMALL_DAYS)))


@pytest.fixture(scope="session")
def long_zone(tmp_path_factory) -> Zone:
    """A small world that lives long enough for returns, late deliveries and Black Friday."""
    return Zone(write_zone(tmp_path_factory.mktemp("long") / "landing", *SMALL, "--days", "100"))


@pytest.fixture(scope="session")
def year_zone(tmp_path_factory) -> Zone:
    """A world of 13 months, of which the first 365 days come with the first delivery; told of by some systems only."""
    folder = tmp_path_factory.mktemp("year") / "landing"
    live(folder, Options(customers=2000, orders_per_day=20), 0, (Shop, Erp, Wms, Web, Social, Hidden))
    return Zone(folder)
