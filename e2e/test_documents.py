"""The documentation site in a browser, and the thirty questions on a release."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT, House
from techco.documents.browser import Browser, BrowserError, find_browser
from techco.documents.questions import answer, read_questions

QUESTIONS = {question.number: question for audience in read_questions(ROOT) for question in audience.questions}
# The widths of a laptop and of a screen.
WIDTHS = (1280, 1920)


@pytest.fixture(scope="module")
def site(built, tmp_path_factory) -> Path:
    """The site of the built warehouse."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-m", "techco.documents.site", "--out", str(folder)]
    run = subprocess.run(
        command, cwd=ROOT, env=built.environment(DBT_WRITE_JSON="true"), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]
    # Every table, column, macro, metric and exposure is described, or it would have failed.
    assert "all described" in run.stdout
    return folder


@pytest.fixture(scope="module")
def page(site) -> Browser:
    """A browser without a network; where CI runs there is one."""
    try:
        find_browser()
    except BrowserError as error:
        if "CI" in os.environ:
            raise
        pytest.skip(str(error))
    with Browser() as browser:
        yield browser


def ask(house: House, number: int) -> list[dict]:
    """The rows that answer a question."""
    frame = answer(QUESTIONS[number], house.warehouse).fetchdf()
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def query(house: House, sql: str, role: str = "dpo") -> list[tuple]:
    """What a role reads of the release."""
    serving = house.warehouse.parent / "releases" / "current" / role / "serving.duckdb"
    with duckdb.connect(str(serving), read_only=True) as connection:
        return connection.execute(sql).fetchall()


# ---- The site


PAGES = (
    *(
        "dbt/index.html",
        "index.html",
        "tables.html",
        "glossary.html",
        "access.html",
        "macros.html",
        "audiences/governance.html",
    ),
    *("tables/kpi.daily_sales.html", "tables/shop.orders.html", "tables/customers.customer_clusters.html"),
)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_from_disk_and_asks_nobody(site, page, name):
    page.open((site / name).as_uri())
    assert page.run("document.body.innerText.length") > 500
    assert all(url.startswith("file:///") for url in page.requests())
    assert page.complaints() == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_nothing_cut_off(site, page, name):
    for width in WIDTHS:
        page.resize(width, 900)
        page.open((site / name).as_uri())
        assert page.run("document.documentElement.scrollWidth") <= width, (name, width)
    page.resize(1280, 720)


def test_no_page_names_a_place_to_fetch_from(site):
    for file in (
        path for path in site.rglob("*") if path.suffix in (".html", ".css", ".js") and "dbt" not in path.parts
    ):
        text = file.read_text(encoding="utf-8")
        for word in ('src="http', 'src="//', "@import", "url(http", 'rel="stylesheet" href="http', "fetch("):
            assert word not in text, (file.name, word)
    assert "cloudfront" not in (site / "dbt" / "index.html").read_text(encoding="utf-8")


def test_links_lead_to_pages_and_places_that_are_there(site):
    broken = set()
    ids = {}
    for file in site.rglob("*.html"):
        if "dbt" in file.relative_to(site).parts:
            continue
        text = file.read_text(encoding="utf-8")
        ids[file] = set(part.split('"')[0] for part in text.split(' id="')[1:])
    for file in ids:
        for part in file.read_text(encoding="utf-8").split('href="')[1:]:
            target, _, anchor = part.split('"')[0].partition("#")
            if ":" in target or anchor.startswith("!"):
                continue
            there = (file.parent / target).resolve() if target else file
            if not there.exists() or (anchor and anchor not in ids.get(there, ())):
                broken.add(f"{file.name}: {target}#{anchor}")
    assert not broken


def search(page: Browser, words: str) -> list[str]:
    """What the search of a page finds, best first."""
    page.run(f"box.value = {json.dumps(words)}; box.dispatchEvent(new Event('input'))")
    return page.run("[...list.querySelectorAll('a')].map((one) => one.innerText.replaceAll('\\n', ' '))")


@pytest.mark.parametrize(
    ("words", "best"),
    [
        ("net revenue", "word Net revenue"),
        ("daily_sales net_revenue_amount", "column kpi.daily_sales.net_revenue_amount"),
        ("order today", "question Which ten products must I order first, and what of them today?"),
        ("e-mail addresses", "question Who may see e-mail addresses, and in which form?"),
        ("daily_sales", "table kpi.daily_sales"),
        ("zebra", None),
    ],
)
def test_search_finds_what_is_meant(site, page, words, best):
    page.open((site / "index.html").as_uri())
    found = search(page, words)
    assert found[0].startswith(best) if best else found == []


def test_a_columns_way_leads_back_to_what_landed(site, page):
    page.open((site / "tables" / "core.fct_payment.html").as_uri() + "#amount")
    shown = page.run("document.querySelector('.traced').innerText")
    assert "staging.stg_shop__payments.amount" in shown and "shop.payments.amount" in shown.split("It begins with")[1]
    first = "document.querySelector('.traced a').href"
    assert page.run(first).endswith("/tables/staging.stg_shop__payments.html#amount")


def test_a_masked_column_says_so_and_who_sees_it(site, page):
    page.open((site / "tables" / "core.dim_customer.html").as_uri())
    row = page.run("document.getElementById('email_domain').innerText")
    assert "email · generalised" in row and row.count("generalised") == 5
    page.open((site / "access.html").as_uri())
    cells = page.run(
        "[...document.querySelectorAll('#class-email + table tr')].map((one) => one.innerText.split('\\t'))"
    )
    (row,) = (row for row in cells if row[0] == "personal.shop__customers.email")
    shown = dict(zip(cells[0][1:], row[1:], strict=True))
    assert (shown["marketing"], shown["support"], shown["dpo"]) == ("full", "partial", "full")
    # They do not read the table.
    assert shown["analyst"] == shown["buyer"] and shown["buyer"] not in ("full", "partial", "generalised")


def test_a_mart_shows_its_owner_tests_freshness_and_questions(site, page):
    page.open((site / "tables" / "inventory.reorder_plan.html").as_uri())
    text = page.run("document.body.innerText")
    for said in (
        "owner: Supply chain",
        "known up to 2025-09-10",
        "Which ten products must I order first, and what of them today?",
        "✓ one row per",
    ):
        assert said in text, said
    assert "✗" not in text.replace("✗ did not", "")


# ---- The slides

# What leaves its slide, or comes upon the foot; within a drawing, words that leave their box or the drawing.
CUT_OFF = """
[...document.querySelectorAll('section')].flatMap((slide, number) => {
  const frame = slide.getBoundingClientRect(), foot = slide.querySelector('footer').getBoundingClientRect();
  const parts = [...slide.querySelectorAll('h1, .body *')].filter((one) => {
    const place = one.getBoundingClientRect();
    return place.width && (place.right > frame.right - 60 || place.left < frame.left + 60
      || place.bottom > foot.top || place.top < frame.top + 40);
  });
  const boxes = [...slide.querySelectorAll('svg rect')].map((one) => one.getBoundingClientRect());
  const words = [...slide.querySelectorAll('svg text')].filter((one) => {
    const place = one.getBoundingClientRect();
    return boxes.some((box) => box.height > 20 && place.left < box.right && place.right > box.left
      && place.top < box.bottom && place.bottom > box.top
      && (place.left < box.left || place.right > box.right || place.top < box.top || place.bottom > box.bottom));
  });
  return [...parts, ...words].map((one) => `${number + 1}: ${one.tagName} ${one.textContent.slice(0, 60)}`);
})
"""


@pytest.fixture(scope="module")
def slides(site, built, page, tmp_path_factory) -> Path:
    """The slides, drawn from the manifest that the site was made of."""
    folder = tmp_path_factory.mktemp("slides")
    command = [sys.executable, "-m", "techco.documents.slides", "--out", str(folder)]
    run = subprocess.run(command, cwd=ROOT, env=built.environment(), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return folder


def test_nothing_of_a_slide_is_cut_off(slides, page):
    page.resize(1280, 720)
    page.open((slides / "index.html").as_uri())
    assert page.run("document.querySelectorAll('section').length") == 12
    sizes = "[...document.querySelectorAll('section')].map((one) => [one.offsetWidth, one.offsetHeight])"
    assert page.run(sizes) == [[1280, 720]] * 12
    assert page.run(CUT_OFF) == []
    assert len(page.requests()) == 1 and page.complaints() == []


def test_what_is_cut_off_would_be_found(slides, page):
    page.open((slides / "index.html").as_uri())
    page.run("document.querySelector('.body').style.paddingTop = '500px'")
    assert any(found.startswith("1: ") for found in page.run(CUT_OFF))


def test_slides_are_printed_one_to_a_page(slides):
    printed = (slides / "slides.pdf").read_bytes()
    assert printed.startswith(b"%PDF") and b"/Count 12" in printed


def test_figures_name_the_file_that_they_are_from(slides, page):
    page.open((slides / "index.html").as_uri())
    scale = page.run("document.querySelectorAll('section')[6].innerText")
    name = "bench-2026-12-01-59c8163.json"
    measured = json.loads((ROOT / "docs" / "evidence" / name).read_text(encoding="utf-8"))
    assert f"{measured['results'][1]['build_seconds']:.0f} s" in scale and name in scale


# ---- The questions


def test_there_are_thirty_questions():
    assert list(QUESTIONS) == list(range(1, 31))


@pytest.mark.parametrize("number", QUESTIONS)
def test_a_question_is_answered(published, number):
    rows = ask(published, number)
    names = list(rows[0]) if rows else []
    # Nothing is in quarantine where nothing was spoiled.
    assert rows or (number == 28 and sum(row["quarantined"] for row in ask(published, 25)) == 0)
    assert len(names) == len(set(names)) and all(any(row[name] is not None for row in rows) for name in names[:1])


# The day that the marts are as of; core holds what landed of the next one.
LAST_DAY = "date '2025-09-10'"
LAST_28_DAYS = f"between {LAST_DAY} - 27 and {LAST_DAY}"


def test_the_company_earned_what_its_orders_say_less_refunds(published):
    (week,) = (row for row in ask(published, 1) if row["period_kind"] == "week")
    monday = f"date '{week['period_start']:%Y-%m-%d}'"
    ((sold,),) = query(
        published,
        "select sum(gross_amount_reporting - discount_amount_reporting - tax_amount_reporting) from core.fct_order "
        f"where is_sale and order_date between {monday} and {monday} + 6",
    )
    ((refunded,),) = query(
        published,
        "select sum(refund_amount - refund_tax_amount) from kpi.daily_sales "
        f"where date_day between {monday} and {monday} + 6",
    )
    assert week["net_revenue"] == pytest.approx(float(sold - refunded), abs=0.01)


def test_channels_have_the_orders_that_were_placed(published):
    asked = {(row["country_code"], row["sales_channel"]): row["orders"] for row in ask(published, 3) if row["orders"]}
    counted = query(
        published,
        "select shipping_country_code, sales_channel, count(*) from core.fct_order "
        f"where is_purchase and order_date {LAST_28_DAYS} group by all",
    )
    assert asked == {(country, channel): count for country, channel, count in counted}


def test_what_to_order_is_the_plan_added_up(published):
    plan = query(
        published, "select product_name, act_by, quantity from inventory.reorder_plan where action = 'order'", "buyer"
    )
    first = {}
    for name, day, _ in plan:
        first[name] = min(day, first.get(name, day))
    pieces = Counter()
    for name, _, quantity in plan:
        pieces[name] += quantity
    asked = ask(published, 11)
    assert len(asked) == 10 and [row["order_by"].date() for row in asked] == sorted(first.values())[:10]
    assert all(row["pieces"] == pieces[row["product_name"]] for row in asked)


def test_visits_are_those_that_no_program_made(published):
    counted = query(
        published,
        "select device_type, count(*) from core.fct_web_session "
        f"where not is_bot and session_date {LAST_28_DAYS} group by device_type",
    )
    assert {row["device_type"]: row["visits"] for row in ask(published, 8)} == dict(counted)


def test_promoters_are_counted_from_answers(published):
    answers = query(
        published,
        f"select score from core.fct_survey_response where response_date between date '2025-09-01' and {LAST_DAY}",
    )
    scores = [score for (score,) in answers]
    expected = 100 * (sum(score > 8 for score in scores) - sum(score < 7 for score in scores)) / len(scores)
    newest = ask(published, 18)[0]
    assert newest["answers"] == len(scores) and newest["net_promoter_score"] == pytest.approx(expected, abs=0.06)
    assert newest["at_least"] < expected < newest["at_most"]


def test_who_sees_addresses_is_what_the_registry_says(published):
    registry = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["privacy"]
    expected = {
        role: registry["classes"]["email"][role]
        for role, declared in registry["roles"].items()
        if "personal" in declared["schemas"]
    }
    asked = {
        row["role"]: row["form"] for row in ask(published, 21) if "personal.shop__customers.email" in row["columns"]
    }
    assert asked == expected


def test_every_classified_column_of_the_contract_is_listed(published):
    declared = Counter()
    for file in (ROOT / "models" / "staging").glob("*/_*__sources.yml"):
        for source in yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]:
            for table in source["tables"]:
                for column in table["columns"]:
                    classification = column.get("config", {}).get("meta", {}).get("classification")
                    declared[classification, f"{source['name']}.{table['name']}"] += bool(classification)
    asked = {(row["classification"], row["landed_in"]): len(row["columns"].split(", ")) for row in ask(published, 22)}
    assert asked == {place: count for place, count in declared.items() if count}


def test_no_landed_row_is_missing(published):
    ledger = ask(published, 25)
    assert {row["missing"] for row in ledger} == {0}
    with duckdb.connect() as connection:
        orders = connection.execute(
            f"select count(*) from read_parquet('{published.landing}/shop/orders/*/*.parquet')"
        ).fetchone()
    assert next(row["landed"] for row in ledger if row["landed_in"] == "shop.orders") == orders[0]


def test_a_column_means_what_its_yaml_says(published):
    said = yaml.safe_load((ROOT / "models" / "marts" / "kpi" / "daily_sales.yml").read_text(encoding="utf-8"))
    declared = {column["name"]: column["description"].strip() for column in said["models"][0]["columns"]}
    assert {row["column_name"]: row["meaning"].strip() for row in ask(published, 30)} == declared


def test_a_question_is_asked_without_sql(published):
    command = [sys.executable, "-m", "techco.documents.questions", "11"]
    run = subprocess.run(command, cwd=ROOT, env=published.environment(), capture_output=True, text=True, check=False)
    assert run.returncode == 0 and "Which ten products must I order first, and what of them today?" in run.stdout
    assert ask(published, 11)[0]["product_name"] in run.stdout and "Asked as buyer" in run.stdout
