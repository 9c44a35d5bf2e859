"""The wholesaler example: each figure is had from the ledger's files by one SQL, and from the marts by another."""

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml
from comparing import differences, query
from conftest import ROOT, House, house

from examples.wholesaler.__main__ import main as wholesaler
from examples.wholesaler.ledger import write_ledger

VARS = yaml.safe_load((ROOT / "examples/wholesaler/vars.yml").read_text())
# The ledger's lines, each of its month and kind; the rest of a question stands with it.
LINES = """
    select *, round(quantity * unit_price, 2) as amount, cast(date_trunc('month', booked_at) as date) as month,
        document like 'C%' as is_credit,
        max(customer) over (partition by document) is null
        and max(unit_price) over (partition by document) = 0 as is_stock
    from read_csv('{}', types = {{'unit_price': 'decimal(18,4)', 'customer': 'varchar', 'document': 'varchar'}})
"""
SOLD = "not is_credit and not is_stock and item <> 'POST'"
PURCHASES = f"(select distinct document, customer, month from lines where {SOLD} and quantity > 0)"
MONTH = "cast(date_trunc('month', date_day) as date)"
# What is asked: of the files, and of the marts.
FIGURES = {
    "net by month, postage too": (
        "select month, sum(amount) from lines where not is_stock group by month",
        f"select {MONTH}, sum(net_revenue_amount + shipping_amount) from kpi.daily_sales group by 1",
    ),
    "net without postage that was charged, by month": (
        f"select month, sum(amount) from lines where is_credit or {SOLD} group by month",
        "select month_start, sum(net_revenue_amount) from kpi.monthly_product_sales group by 1",
    ),
    "cancellations by number and value, by month": (
        "select month, count(distinct document), -sum(amount) from lines where is_credit group by month",
        "select cast(date_trunc('month', refund_date) as date), count(distinct document_number), sum(amount) "
        "from core.fct_refund group by 1",
    ),
    "their value in the KPIs, none of which has an order": (
        "select month, -sum(amount), -sum(amount) from lines where is_credit group by month",
        f"select {MONTH}, sum(refund_amount), sum(unmatched_refund_amount) from kpi.daily_sales group by 1",
    ),
    "purchases by month, those of guests too": (
        f"select month, count(*), count(*) filter (where customer is null) from {PURCHASES} group by month",
        f"select {MONTH}, sum(order_count), sum(case when customer_type = 'guest' then order_count else 0 end) "
        "from kpi.daily_sales group by 1",
    ),
    "pieces by month": (
        "select month, sum(quantity) from lines where not is_credit and not is_stock and item <> 'POST' group by month",
        "select month_start, sum(unit_count) from kpi.monthly_product_sales group by 1",
    ),
    "buyers": (
        f"select count(distinct customer) from {PURCHASES}",
        "select count(*) from customers.customer_segments where order_count > 0",
    ),
    "repeat buyers": (
        f"select count(*) from (select customer from {PURCHASES} group by 1 having count(customer) > 1)",
        "select count(*) from customers.customer_segments where order_count > 1",
    ),
    "active customers by month": (
        f"select month, count(distinct customer) from {PURCHASES} group by month",
        "select cast(date_trunc('month', order_date) as date), count(distinct customer_key) from core.fct_order "
        "where is_purchase and has_customer group by 1",
    ),
    "known customers": (
        "select count(distinct customer) from lines",
        "select count(*) from core.dim_customer where customer_key <> 'unknown'",
    ),
    "credit notes of guests": (
        "select count(*) from lines where is_credit and customer is null",
        "select count(*) from core.fct_refund where customer_key = 'unknown'",
    ),
    "sold by country": (
        "select case country when 'Germany' then 'DE' when 'USA' then 'US' when 'Brazil' then 'BR' else 'GB' end, "
        f"sum(amount) from lines where {SOLD} group by 1",
        "select country_code, sum(gross_sales_amount) from kpi.daily_sales group by 1 "
        "having sum(gross_sales_amount) <> 0",
    ),
    "fees and adjustments by hand": (
        "select item, sum(amount) from lines where item in ('FEE', 'HAND') and not is_credit group by item",
        "select product_id, sum(gross_amount) from core.fct_order_line inner join core.dim_product using (product_key) "
        "where product_id in ('FEE', 'HAND') group by 1",
    ),
    "pieces written off, and found again": (
        "select quantity < 0, sum(quantity) from lines where is_stock group by 1",
        "select movement_type = 'write_off', sum(quantity) from core.fct_inventory_movement group by 1",
    ),
    "prices by their digits": (
        "select unit_price, count(*) from lines where not is_stock and not is_credit and item <> 'POST' group by 1",
        "select unit_price, count(*) from core.fct_order_line group by 1",
    ),
}


def figures(data: Path, warehouse: Path) -> None:
    """Each figure is the same in the files and in the marts."""
    lines = LINES.format(data / "*.csv")
    for name, (of_files, of_marts) in FIGURES.items():
        expected = duckdb.sql(f"with lines as ({lines}) {of_files}").fetchall()
        assert expected and sorted(query(warehouse, of_marts), key=str) == sorted(expected, key=str), name


@pytest.fixture(scope="module")
def ledger(tmp_path_factory) -> Path:
    """The whole ledger."""
    folder = tmp_path_factory.mktemp("ledger")
    write_ledger(folder)
    return folder


def map_files(data: Path, landing: Path) -> int:
    """Map the files that are not mapped yet."""
    return wholesaler(["--data", str(data), "--landing", str(landing), "--no-build"])


def build(made: House, *more: str) -> str:
    """Build as the example does."""
    return made.dbt("build", "--vars", yaml.safe_dump(VARS), *more, TECHCO_PEPPER="a pepper of enough characters")


def test_every_figure_of_the_ledger_is_in_the_marts(ledger, tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TECHCO_", "DBT_"))}
    places = ["--data", ledger, "--landing", tmp_path / "landing", "--warehouse", tmp_path / "wholesaler.duckdb"]
    done = subprocess.run(
        [sys.executable, "-m", "examples.wholesaler", *map(str, places)],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": os.pathsep.join([str(ROOT / "pylib"), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
    # Nothing is odd, and no table that the company does not have is missed.
    assert "WARN=0" in done.stdout
    figures(ledger, tmp_path / "wholesaler.duckdb")
    assert query(tmp_path / "wholesaler.duckdb", "select count(*) from quarantine.quarantine_shop") == [(0,)]


@pytest.mark.long
def test_day_by_day_is_one_load(tmp_path, dbt_files):
    data = tmp_path / "data"
    # Over the end of a month.
    write_ledger(tmp_path / "all", first_day=date(2025, 1, 30), days=3)
    data.mkdir()
    daily = house(tmp_path / "daily", dbt_files)
    for file in sorted((tmp_path / "all").iterdir()):
        shutil.copy(file, data)
        assert map_files(data, daily.landing) == 0
        build(daily, "--exclude-resource-type", "test", "unit_test")
    figures(data, daily.warehouse)
    whole = house(tmp_path / "whole", dbt_files)
    shutil.copytree(daily.landing, whole.landing)
    build(whole, "--exclude-resource-type", "test", "unit_test")
    assert differences(daily.warehouse, whole.warehouse) == []


# ---------- the mapping alone, which takes no build


def test_the_ledger_is_the_same_in_every_run(ledger, tmp_path):
    write_ledger(tmp_path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
        file.name: file.read_bytes() for file in ledger.iterdir()
    }


def test_one_load_lands_what_day_by_day_lands(ledger, tmp_path):
    files = sorted(ledger.iterdir())[:5]
    (tmp_path / "data").mkdir()
    for file in files:
        shutil.copy(file, tmp_path / "data")
        assert map_files(tmp_path / "data", tmp_path / "daily") == 0
    assert map_files(tmp_path / "data", tmp_path / "once") == 0
    landed = [
        {path.relative_to(zone): path.read_bytes() for path in zone.rglob("*") if path.is_file()}
        for zone in (tmp_path / "daily", tmp_path / "once")
    ]
    assert landed[0] == landed[1] and len(landed[0]) == 5 * 6 + 1


BEFORE = "document,item,description,quantity,booked_at,unit_price,customer,country\n"
LINE = "1,20007,mug,2,2025-01-02 09:00,1.5,K1,Germany\n"
BAD = {
    "no file": ({}, "has no ledger_YYYY-MM-DD.csv"),
    "no day": ({"ledger_new.csv": BEFORE + LINE}, "no day in its name"),
    "a column": (
        {"ledger_2025-01-02.csv": "document,item\n1,2\n"},
        "begins with document,item; expected document,item,desc",
    ),
    "a number": (
        {"ledger_2025-01-02.csv": BEFORE + LINE + LINE.replace(",2,", ",two,")},
        "line 3, column quantity: expected bigint, found 'two'",
    ),
    "a document in two files": (
        {"ledger_2025-01-02.csv": BEFORE + LINE, "ledger_2025-01-03.csv": BEFORE + LINE},
        "document 1 has lines in a file of another day",
    ),
}


@pytest.mark.parametrize(("files", "message"), BAD.values(), ids=BAD)
def test_unusable_input_is_refused_with_what_to_do(files, message, tmp_path, capsys):
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    assert map_files(tmp_path, tmp_path / "landing") == 2
    assert message in capsys.readouterr().err


def test_a_file_that_changed_after_it_landed_is_refused(tmp_path, capsys):
    file = tmp_path / "ledger_2025-01-02.csv"
    file.write_text(BEFORE + LINE)
    assert map_files(tmp_path, tmp_path / "landing") == 0
    file.write_text(BEFORE + LINE + LINE)
    assert map_files(tmp_path, tmp_path / "landing") == 2
    assert "was changed after it had landed" in capsys.readouterr().err


def test_a_zone_of_another_kind_is_left_alone(tmp_path, capsys):
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "notes.txt").write_text("mine")
    (tmp_path / "ledger_2025-01-02.csv").write_text(BEFORE + LINE)
    assert map_files(tmp_path, landing) == 2
    assert "name another folder" in capsys.readouterr().err
