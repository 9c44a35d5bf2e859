"""The recipes of docs/recipes.md, followed to the letter in one copy of the project, do what they say in few files."""

import re
import subprocess
import sys
from pathlib import Path

import dbt_process
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from comparing import query
from conftest import DAYS, ROOT, TESTED_BUILD, House
from test_new_table import copy_of_the_project

# Recipe: in how many files a newcomer may have to write.
MOST_FILES = {
    "A column from the orders to the KPIs": 6,
    "A new mart": 3,
    "A new audience": 4,
    "A fifth country": 6,
}
# Purchases up to the newest landing day; an order of its last evening is of the next business day.
COUNTED = f"is_purchase and order_date <= '2025-09-{DAYS:02}'"
# An order that goes to France.
TO_FRANCE = "O000000004"


def recipes() -> dict[str, str]:
    """The sections of the page, by title."""
    page = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    return dict(section.split("\n", 1) for section in page.split("\n## ")[1:])


def follow(recipe: str, project: Path) -> set[str]:
    """Do what a recipe says; returns the files that it named. Raises AssertionError where a block is not found."""
    named, file, writes, old = set(), None, False, None
    for verb, path, block in re.findall(r"(In|Write) `([^`]+)`|^ *```\n((?:.*\n)*?) *```$", recipe, re.MULTILINE):
        if path:
            file, writes = project / path, verb == "Write"
            named.add(path)
            continue
        text = re.sub(r"^   ", "", block, flags=re.MULTILINE)
        if writes:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        elif old is None:
            old = text.rstrip("\n")
        else:
            before = file.read_text()
            assert old in before, f"{file}: {old}"
            file.write_text(before.replace(old, text.rstrip("\n")))
            old = None
    assert old is None
    return named


def land_gift_wrap(landing: Path) -> None:
    """As the shop would from now on: even numbers are to be wrapped, and one order goes to France."""
    for file in (landing / "shop" / "orders").rglob("*.parquet"):
        table = pq.read_table(file)
        wrapped = [int(order[1:]) % 2 == 0 for order in table["order_id"].to_pylist()]
        country = pc.if_else(pc.equal(table["order_id"], TO_FRANCE), "FR", table["shipping_country_code"])
        place = table.column_names.index("shipping_country_code")
        changed = table.set_column(place, "shipping_country_code", country)
        pq.write_table(changed.append_column("gift_wrap", pa.array(wrapped)), file)


@pytest.fixture(scope="module")
def followed(built, tmp_path_factory) -> House:
    """A warehouse built by a copy of the project in which all recipes were followed."""
    folder = tmp_path_factory.mktemp("recipes")
    project = copy_of_the_project(folder / "project")
    for title, recipe in recipes().items():
        assert len(follow(recipe, project)) <= MOST_FILES[title], title
    made = House(
        built.copy(folder / "zone").landing, folder / "warehouse" / "techco.duckdb", project / "target" / "lint"
    )
    land_gift_wrap(made.landing)
    environment = made.environment(PYTHONPATH=f"{project / 'pylib'}:{project}", DBT_WRITE_JSON="true")
    programs = Path(sys.executable).parent
    for command in (
        [str(programs / "dbt"), *TESTED_BUILD],
        [str(programs / "dbt-bouncer"), "run", "--config-file", "dbt-bouncer.yml"],
        [sys.executable, "-m", "tools.checks"],
    ):
        done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    return made


def test_every_recipe_has_its_limit():
    assert recipes().keys() == MOST_FILES.keys()


def test_a_column_from_the_orders_to_the_kpis(followed):
    counted = (
        "select order_date, shipping_country_code, count_if(cast(substr(order_id, 2) as bigint) % 2 = 0) "
        f"from core.fct_order where {COUNTED} group by all order by all"
    )
    shown = (
        "select date_day, country_code, sum(gift_wrapped_order_count) from kpi.daily_sales "
        "group by all having sum(order_count) > 0 order by all"
    )
    found = query(followed.warehouse, shown)
    assert found == query(followed.warehouse, counted) and sum(row[2] for row in found) > 20


def test_a_new_mart(followed):
    weeks = (
        "select cast(date_trunc('week', order_date) as date), count(*) from core.fct_order "
        f"where {COUNTED} group by all order by all"
    )
    assert query(followed.warehouse, "select * from kpi.weekly_orders order by all") == query(followed.warehouse, weeks)


def test_a_type_that_is_not_the_declared_one_stops_the_build(followed):
    project = followed.target.parent.parent
    declared = project / "models" / "marts" / "kpi" / "weekly_orders.yml"
    before = declared.read_text()
    declared.write_text(before.replace("data_type: bigint", "data_type: varchar"))
    exit_code, printed = dbt_process.run(
        ("--no-use-colors", "run", "-s", "weekly_orders"),
        project,
        followed.environment(PYTHONPATH=f"{project / 'pylib'}:{project}"),
    )
    declared.write_text(before)
    assert exit_code == 1
    assert "This model has an enforced contract that failed." in printed
    assert re.search(r"order_count +\| +BIGINT +\| +VARCHAR +\| +data type mismatch", printed), printed[-3000:]


def test_a_new_audience(followed):
    captured = "select sum(amount) from core.fct_payment where payment_status = 'captured'"
    receipts = "select sum(captured_amount) from treasury.daily_receipts"
    assert query(followed.warehouse, receipts) == query(followed.warehouse, captured)
    roles = "select distinct role_name from governance.access_matrix where schema_name = 'treasury' order by 1"
    assert query(followed.warehouse, roles) == [("dpo",), ("treasurer",)]
    others = "select count(*) from governance.access_matrix where role_name = 'treasurer' and schema_name <> 'treasury'"
    assert query(followed.warehouse, others) == [(0,)]


def test_a_fifth_country(followed):
    order = f"select shipping_country_code from core.fct_order where order_id = '{TO_FRANCE}'"
    assert query(followed.warehouse, order) == [("FR",)]
    days = "select count(*) > 0 from kpi.daily_sales where country_code = 'FR'"
    assert query(followed.warehouse, days) == [(True,)]
