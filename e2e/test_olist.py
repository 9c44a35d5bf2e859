"""The Olist example: real orders through the raw contract, compared with the CSV files by Python's csv module."""

import csv
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

PROJECT = Path(__file__).parents[1]
STATUSES = {
    "created": "pending",
    "approved": "paid",
    "invoiced": "paid",
    "processing": "paid",
    "shipped": "shipped",
    "delivered": "delivered",
    "canceled": "cancelled",
    "unavailable": "cancelled",
}
SALES = {"paid", "shipped", "delivered"}


def run(*arguments, **environment) -> subprocess.CompletedProcess:
    """Run a module of the project as the Makefile would, on nothing but what is passed."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TECHCO_", "OLIST_"))}
    path = os.pathsep.join([str(PROJECT / "pylib"), str(PROJECT)])
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=PROJECT,
        env=inherited | {"PYTHONPATH": path} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


# ---------- the real files


@pytest.fixture(scope="session")
def data() -> Path:
    folder = os.environ.get("OLIST_DATA")
    if not folder or not (Path(folder) / "olist_orders_dataset.csv").exists():
        pytest.skip("OLIST_DATA names no folder with the Olist CSV files")
    return Path(folder)


@pytest.fixture(scope="session")
def files(data) -> dict[str, list[dict]]:
    """Rows of the files, by the middle part of their names."""
    rows = {}
    for file in data.glob("olist_*_dataset.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            rows[file.stem.removeprefix("olist_").removesuffix("_dataset")] = list(csv.DictReader(lines))
    return rows


@pytest.fixture(scope="session")
def built(data, tmp_path_factory) -> Path:
    """A folder with the landing zone and the warehouse."""
    folder = tmp_path_factory.mktemp("olist")
    done = build(data, folder)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "example's public pepper" in done.stdout
    return folder


def build(data: Path, folder: Path) -> subprocess.CompletedProcess:
    return run(
        "examples.olist", "--data", data, "--landing", folder / "landing", "--warehouse", folder / "olist.duckdb"
    )


@pytest.fixture
def warehouse(built):
    """Ask the warehouse; open for one test only, as a build needs it for itself."""
    with duckdb.connect(str(built / "olist.duckdb"), read_only=True) as connection:
        yield lambda query: connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def amounts(files) -> dict[str, Counter]:
    """Item price, freight and pieces of each order."""
    sums = defaultdict(Counter)
    for item in files["order_items"]:
        order = sums[item["order_id"]]
        order["price"] += Decimal(item["price"])
        order["freight"] += Decimal(item["freight_value"])
        order["pieces"] += 1
    return sums


@pytest.fixture(scope="session")
def is_sample(files) -> bool:
    """Whether these are the files that the published facts are about, and not the whole data set."""
    return len(files["orders"]) == 8135


def test_landing_zone_holds_the_contract(built):
    done = run("techco.contract.validate", "--landing", built / "landing")
    assert done.returncode == 0, done.stdout
    assert "checked 7 files of 7 tables: 0 errors, 0 warnings" in done.stdout


def test_nothing_is_quarantined(warehouse):
    assert warehouse("select * from governance.quarantine_summary") == []


def test_orders_by_status(warehouse, files):
    expected = Counter(STATUSES[order["order_status"]] for order in files["orders"])
    assert dict(warehouse("select order_status, count(*) from core.fct_order group by all")) == expected


def test_each_order_has_the_files_status_and_date(warehouse, files):
    expected = {
        (order["order_id"], STATUSES[order["order_status"]], date.fromisoformat(order["order_purchase_timestamp"][:10]))
        for order in files["orders"]
    }
    assert set(warehouse("select order_id, order_status, order_date from core.fct_order")) == expected


def test_current_status_is_the_end_of_the_history(warehouse):
    differing = warehouse("""
        select orders.order_id
        from core.fct_order as orders
        left join core.fct_order_status as history
            on orders.order_id = history.order_id and history.is_current
        where history.order_status is distinct from orders.order_status
    """)
    assert differing == []


def test_pieces_prices_and_freight(warehouse, files, amounts):
    pieces = warehouse("select sum(quantity), sum(gross_amount) from core.fct_order_line")[0]
    assert pieces == (len(files["order_items"]), sum(order["price"] for order in amounts.values()))
    of_orders = warehouse("select order_id, unit_count, gross_amount, shipping_amount from core.fct_order")
    assert {order[0]: order[1:] for order in of_orders} == {
        order["order_id"]: tuple(amounts[order["order_id"]][name] for name in ("pieces", "price", "freight"))
        for order in files["orders"]
    }


def test_orders_without_items_are_kept(warehouse, files):
    with_items = {item["order_id"] for item in files["order_items"]}
    expected = sum(order["order_id"] not in with_items for order in files["orders"])
    query = "select count(*), coalesce(sum(total_amount), 0) from core.fct_order where line_count = 0"
    assert warehouse(query) == [(expected, 0)]


def test_payments(warehouse, files):
    expected = defaultdict(Decimal)
    for payment in files["order_payments"]:
        expected[payment["payment_type"].replace("credit_", "").replace("debit_", "")] += Decimal(
            payment["payment_value"]
        )
    assert dict(warehouse("select payment_method, sum(amount) from core.fct_payment group by all")) == expected


def test_payments_of_orders_that_were_never_approved_are_not_captured(warehouse, files):
    approved = {order["order_id"] for order in files["orders"] if order["order_approved_at"]}
    expected = sum(Decimal(row["payment_value"]) for row in files["order_payments"] if row["order_id"] in approved)
    assert warehouse("select sum(captured_amount) from core.fct_order") == [(expected,)]


def test_products_and_suppliers(warehouse, files):
    known = "where {} is not null and not is_inferred"
    products = warehouse(f"select count(*), count(category_code) from core.dim_product {known.format('product_id')}")
    assert products == [
        (len(files["products"]), sum(bool(product["product_category_name"]) for product in files["products"]))
    ]
    suppliers = warehouse(f"select count(*) from core.dim_supplier {known.format('supplier_id')}")
    assert suppliers == [(len(files["sellers"]),)]
    for dimension in ("dim_product", "dim_supplier"):
        assert warehouse(f"select count_if(is_inferred) from core.{dimension}") == [(0,)]


def test_a_customer_is_a_person(warehouse, files):
    persons = {customer["customer_unique_id"] for customer in files["customers"]}
    assert warehouse("select count(*) from core.dim_customer where customer_key <> 'unknown'") == [(len(persons),)]
    assert warehouse("select count(distinct customer_key) from core.fct_order") == [(len(persons),)]
    assert warehouse("select count_if(is_inferred) from core.dim_customer") == [(0,)]


def test_daily_kpis_are_the_sales_of_the_files(warehouse, files, amounts):
    expected = defaultdict(lambda: [0, 0, Decimal(), Decimal()])
    for order in files["orders"]:
        if STATUSES[order["order_status"]] in SALES:
            day = expected[date.fromisoformat(order["order_purchase_timestamp"][:10])]
            of_order = amounts[order["order_id"]]
            # An order without items is a sale, and no purchase.
            purchase = int(of_order["pieces"] > 0)
            for position, value in enumerate((purchase, of_order["pieces"], of_order["price"], of_order["freight"])):
                day[position] += value
    found = warehouse("""
        select date_day, sum(order_count), sum(unit_count), sum(gross_sales_amount), sum(shipping_amount)
        from kpi.daily_sales
        group by date_day
        having sum(order_count) > 0
        order by date_day
    """)
    assert found == [(day, *expected[day]) for day in sorted(expected) if expected[day][0]]
    monthly = warehouse("select sum(gross_sales_amount) from kpi.monthly_product_sales")
    assert monthly == [(sum(day[2] for day in expected.values()),)]


def test_money_is_in_one_currency_and_needs_no_rate(warehouse):
    assert warehouse("select distinct currency_code from kpi.daily_sales") == [("BRL",)]
    assert warehouse("select count(*) from core.fct_order where gross_amount <> gross_amount_reporting") == [(0,)]


def test_what_the_files_do_not_know_is_unknown(warehouse):
    assert warehouse("select count(standard_cost), count(list_price), count(product_name) from core.dim_product") == [
        (0, 0, 1)  # the unknown member has a name
    ]
    assert warehouse("select count(cost_amount), count(tax_amount) from core.fct_order_line") == [(0, 0)]
    assert warehouse("select count(*) from inventory.daily_inventory_position") == [(0,)]


def test_published_facts(warehouse, is_sample):
    if not is_sample:
        pytest.skip("these are not the files of the published facts")
    assert warehouse("select count(*), sum(gross_amount), sum(shipping_amount) from core.fct_order") == [
        (8135, Decimal("1093264.35"), Decimal("172288.39"))
    ]
    assert warehouse("select sum(quantity) from core.fct_order_line") == [(8365,)]
    assert warehouse("select sum(amount) from core.fct_payment") == [(Decimal("1428602.81"),)]
    assert warehouse("select count(*) from core.dim_product where product_id is not null") == [(5460,)]
    assert warehouse("select count(*) from core.dim_supplier where supplier_id is not null") == [(1610,)]
    delivered = "from core.fct_order where order_status = 'delivered'"
    assert warehouse(f"select sum(gross_amount), count(*), round(sum(gross_amount) / count(*), 4) {delivered}") == [
        (Decimal("723118.76"), 5172, 139.8141)
    ]
    assert warehouse("select order_status, count(*) from core.fct_order group by all order by all") == [
        ("cancelled", 625 + 609),
        ("delivered", 5172),
        ("paid", 314 + 301 + 2),
        ("pending", 5),
        ("shipped", 1107),
    ]


@pytest.mark.long
def test_a_second_run_changes_nothing(data, built):
    before = state_of(built)
    assert build(data, built).returncode == 0
    assert state_of(built) == before


def state_of(folder: Path) -> tuple:
    landed = {file: file.stat().st_mtime_ns for file in (folder / "landing").rglob("*.parquet")}
    with duckdb.connect(str(folder / "olist.duckdb"), read_only=True) as connection:
        batches = connection.execute("select max(_load_id), count(*) from core.fct_order").fetchall()
        return landed, batches, connection.execute("select count(*) from base.loaded_files").fetchall()


# ---------- small files that were written for a case

ORDER = "o1,c1,delivered,2018-01-01 10:00:00,2018-01-01 11:00:00,2018-01-02 09:00:00,2018-01-05 12:00:00"
SMALL = {
    "olist_orders_dataset.csv": [
        "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,"
        "order_delivered_carrier_date,order_delivered_customer_date",
        ORDER,
    ],
    "olist_order_items_dataset.csv": [
        "order_id,order_item_id,product_id,seller_id,price,freight_value",
        "o1,1,p1,s1,10.50,2.00",
        "o1,2,p1,s1,10.50,2.00",
        "o1,3,p2,s1,5.00,1.00",
    ],
    "olist_order_payments_dataset.csv": [
        "order_id,payment_sequential,payment_type,payment_value",
        "o1,1,credit_card,31.00",
    ],
    "olist_customers_dataset.csv": [
        "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state",
        "c1,person,01012,sao paulo,SP",
    ],
    "olist_products_dataset.csv": ["product_id,product_category_name,product_weight_g", "p1,bebes,100", "p2,,"],
    "olist_sellers_dataset.csv": ["seller_id", "s1"],
    "product_category_name_translation.csv": [
        "product_category_name,product_category_name_english",
        "bebes,baby",
    ],
}


@pytest.fixture
def small(tmp_path) -> Path:
    folder = tmp_path / "csv"
    folder.mkdir()
    for name, lines in SMALL.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def land(data: Path, landing: Path | None = None) -> subprocess.CompletedProcess:
    return run("examples.olist", "--data", data, "--landing", landing or data.parent / "landing", "--no-build")


def landed(data: Path, table: str, columns: str) -> list[tuple]:
    """What lands of a table, in the order of its change log."""
    done = land(data)
    assert done.returncode == 0, done.stderr
    files = data.parent / "landing" / table / "*" / "*.parquet"
    return duckdb.sql(f"select {columns} from read_parquet('{files}')").fetchall()


def with_order(data: Path, *orders: str) -> Path:
    header = SMALL["olist_orders_dataset.csv"][0]
    (data / "olist_orders_dataset.csv").write_text("\n".join([header, *orders]) + "\n", encoding="utf-8")
    return data


def test_pieces_become_a_quantity(small):
    columns = "order_item_id, line_number, product_id, quantity, unit_price"
    assert landed(small, "shop/order_items", columns) == [
        ("o1-1", 1, "p1", 2, Decimal("10.50")),
        ("o1-3", 3, "p2", 1, Decimal("5.00")),
    ]


def test_times_become_utc_and_statuses_a_history(small):
    columns = "_op, order_status, strftime(_committed_at, '%d. %H:%M'), total_amount"
    assert landed(small, "shop/orders", columns) == [
        # São Paulo had daylight saving time: two hours behind UTC.
        ("c", "pending", "01. 12:00", Decimal("31.00")),
        ("u", "paid", "01. 13:00", Decimal("31.00")),
        ("u", "shipped", "02. 11:00", Decimal("31.00")),
        ("u", "delivered", "05. 14:00", Decimal("31.00")),
    ]


def test_an_overtaken_status_is_left_out(small):
    with_order(small, "o1,c1,shipped,2018-01-01 10:00:00,2018-01-03 11:00:00,2018-01-02 09:00:00,")
    assert landed(small, "shop/orders", "_op, order_status") == [("c", "pending"), ("u", "shipped")]
    assert landed(small, "shop/payments", "payment_status, strftime(paid_at, '%d. %H:%M')") == [
        ("captured", "03. 13:00")
    ]


def test_a_status_without_time_is_reached_at_the_export(small):
    with_order(small, ORDER, "o2,c2,canceled,2018-01-02 10:00:00,,,", "o3,c3,unavailable,2018-01-02 10:00:00,,,")
    columns = "order_id, order_status, strftime(_committed_at, '%d. %H:%M'), total_amount, customer_id"
    assert [row for row in landed(small, "shop/orders", columns) if row[0] != "o1"] == [
        ("o2", "pending", "02. 12:00", 0, None),
        ("o3", "pending", "02. 12:00", 0, None),
        ("o2", "cancelled", "05. 14:00", 0, None),
        ("o3", "cancelled", "05. 14:00", 0, None),
    ]


def test_an_unknown_status_reaches_the_contract_unchanged(small):
    with_order(small, ORDER, "o2,c1,lost,2018-01-02 10:00:00,,,", "o3,c1,,2018-01-02 10:00:00,,,")
    last = landed(small, "shop/orders", "order_id, order_status")[-3:]
    assert set(last) == {("o1", "delivered"), ("o2", "lost"), ("o3", None)}


def test_products_have_a_category_or_none(small):
    columns = "product_id, category_code, supplier_id, weight_grams, list_price, standard_cost"
    assert landed(small, "erp/products", columns) == [
        ("p1", "baby", "s1", 100, None, None),
        ("p2", None, "s1", None, None, None),
    ]


def test_postal_codes_keep_their_zero(small):
    assert landed(small, "shop/addresses", "postal_code, region_code, customer_id") == [("01012", "SP", "person")]


def refused(done: subprocess.CompletedProcess) -> str:
    """The one line of a refusal."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


def test_refuses_to_run_without_a_folder(tmp_path):
    assert "Set OLIST_DATA" in refused(run("examples.olist", "--landing", tmp_path / "landing"))
    empty = run("examples.olist", "--landing", tmp_path / "landing", OLIST_DATA="")
    assert "Set OLIST_DATA" in refused(empty)
    assert f"The folder {tmp_path / 'none'} does not exist" in refused(land(tmp_path / "none"))


def test_refuses_missing_files_and_columns(small):
    orders = small / "olist_orders_dataset.csv"
    orders.write_text(orders.read_text().replace("order_approved_at", "approved"))
    message = refused(land(small))
    assert f"{orders} has no column order_approved_at" in message
    assert "expected: order_id," in message
    orders.unlink()
    assert f"{small} has no olist_orders_dataset.csv; expected: " in refused(land(small))
    assert not (small.parent / "landing").exists()


def test_refuses_values_of_another_type_and_what_is_no_csv(small):
    items = small / "olist_order_items_dataset.csv"
    items.write_text(items.read_text().replace("5.00", "five"))
    assert f"{items}, column price: expected decimal(18,2), found 'five'." in refused(land(small))
    items.write_bytes(b"\xff\xfe\x00order_id\n\x80\x81\n" * 50)
    assert str(items) in refused(land(small))
    items.write_bytes(b"")
    assert str(items) in refused(land(small))
    assert not (small.parent / "landing").exists()


def test_refuses_files_without_rows(small):
    assert "has no rows" in refused(land(with_order(small)))


def test_refuses_another_landing_zone(small):
    landing = small.parent / "landing"
    landed_first = landed(small, "shop/payments", "amount")
    payments = small / "olist_order_payments_dataset.csv"
    payments.write_text(payments.read_text().replace("31.00", "32.00"))
    message = refused(land(small))
    assert f"{landing} is landing zone olist-" in message
    assert "--landing" in message
    payments.write_text(payments.read_text().replace("32.00", "31.00"))
    assert landed(small, "shop/payments", "amount") == landed_first


def test_refuses_a_folder_with_other_things_in_it(small, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    assert "is not empty" in refused(land(small, other))
    (other / "_landing_zone.json").write_text("{")
    assert "no valid JSON" in refused(land(small, other))
    assert "is a file" in refused(land(small, other / "notes.txt"))


@pytest.mark.long
def test_a_second_run_adds_what_a_crash_left_out(small):
    land(small)
    orders, payments = sorted((small.parent / "landing" / "shop").glob("[op]*s/*/*.parquet"))[1:]
    before = orders.read_bytes(), orders.stat().st_mtime_ns, payments.read_bytes()
    payments.unlink()
    done = land(small)
    assert done.stdout.splitlines() == ["landed       1 rows of shop.payments"]
    assert (orders.read_bytes(), orders.stat().st_mtime_ns, payments.read_bytes()) == before
