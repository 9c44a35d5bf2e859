"""The contract is read whole, and a wrong one is refused with words that lead to the place."""

from pathlib import Path

import pytest
from techco.contract.raw_contract import ContractError, load_contract

from tests.zones import PROJECT, SHOP, WEB, write_project

REPOSITORY = Path(__file__).parents[2]


def test_reads_own_and_feed_columns(tmp_path):
    contract = load_contract(write_project(tmp_path))
    orders = contract.tables["shop", "orders"]
    columns = {column.name: column for column in orders.columns}
    assert (orders.feed, orders.format, orders.key) == ("cdc", "parquet", ("order_id",))
    assert columns["order_id"].required and columns["_lsn"].required and not columns["_committed_at"].required
    assert columns["email"].classification == "email"
    assert contract.allowed(columns["currency_code"]) == ("EUR", "USD")


def test_reads_paths_and_csv_options(tmp_path):
    contract = load_contract(write_project(tmp_path))
    paths = {column.name: column.path for column in contract.tables["web", "events"].columns}
    assert (paths["device_type"], paths["quantity"]) == ("device.type", "quantity")
    options = contract.tables["web", "spend"].csv
    assert (options.delimiter, options.decimal_comma, options.encoding) == (";", True, "latin-1")
    assert contract.tables["web", "scores"].format == "csv"


def test_reads_how_often_a_table_comes(tmp_path):
    def cadence(declared: str) -> tuple[int | None, bool]:
        text = SHOP.replace("key: [order_id]", f"key: [order_id]{declared}")
        found = load_contract(write_project(tmp_path, shop=text)).tables["shop", "orders"].cadence
        return found.every_days, found.holds_until_next

    assert cadence("") == (1, False)
    assert cadence(", cadence: on_change") == (None, True)
    assert cadence(", cadence: {every: 7 days, holds_until_next: true}") == (7, True)


def test_reads_the_project():
    contract = load_contract(REPOSITORY)
    kept = contract.tables["crm", "consents"].retention
    assert (kept.number, kept.unit, kept.column, kept.while_latest_of) == (
        3,
        "year",
        "declared_at",
        ("customer_id", "purpose"),
    )
    assert {"shop", "erp", "wms", "web", "fx"} <= contract.sources


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("data_type: double", "data_type: float", ["shop.orders", "column weight", "unknown data_type 'float'"]),
        ("decimal(18,2)", "decimal(18,20)", ["column total_amount", "unknown data_type"]),
        ("feed: cdc", "feed: stream", ["shop.orders", "unknown feed 'stream'", "cdc, append"]),
        ("format: parquet", "format: orc", ["source shop", "unknown format 'orc'"]),
        ("key: [order_id]", "key: [id]", ["shop.orders", "column id", "no column"]),
        ("key: [order_id]", "key: []", ["shop.orders", "no key"]),
        ("domain: currencies", "domain: coins", ["column currency_code", "unknown domain 'coins'", "currencies"]),
        ("tags: [pii], ", "", ["column email", "without the tag pii"]),
        ("meta: {classification: email}", "meta: {}", ["column email", "without a classification"]),
        ("name: weight", "name: Quantity", ["column Quantity", "declared twice"]),
        ("name: weight", "name: _lsn", ["column _lsn", "declared twice"]),
        ("name: weight", "name: a b", ["column a b", "identifier"]),
        ("columns:", "columns: 3 #", ["_shop__sources.yml"]),
        ("sources:", "sources: [", ["_shop__sources.yml", "cannot be read"]),
        (", retention: {period: 3 years, legal_basis: test}", "", ["shop.orders", "it has no retention"]),
        ("period: 3 years", "period: long", ["source shop", "period 'long'", "14 months"]),
        ("period: 3 years", "period: 0 years", ["source shop", "period '0 years'"]),
        ("period: 3 years", "period: unlimited", ["shop.orders", "unlimited, but email is classified"]),
        ("legal_basis: test", "legal_basis: ''", ["source shop", "no legal_basis"]),
        ("legal_basis: test", "legal_basis: test, column: placed_at", ["shop.orders", "names placed_at"]),
        ("legal_basis: test", "legal_basis: test, column: weight", ["shop.orders", "counts from weight"]),
        (
            "legal_basis: test",
            "legal_basis: test, whose: mine",
            ["source shop", "unknown setting 'whose'", "while_latest_of"],
        ),
    ],
)
def test_refuses_a_wrong_table(tmp_path, old, new, words):
    with pytest.raises(ContractError) as refusal:
        load_contract(write_project(tmp_path, shop=SHOP.replace(old, new, 1)))
    for word in ["_shop__sources.yml", *words]:
        assert word in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("path: device.type", "path: device..type", ["column device_type", "path"]),
        ("[view, buy]", "[view, no]", ["column event_type", "False", "quotes"]),
        ('delimiter: ";"', 'delimiter: ";;"', ["web.spend", "delimiter"]),
        ("encoding: latin-1", "encoding: klingon", ["web.spend", "klingon"]),
        ("decimal_comma", "comma", ["web.spend", "unknown setting 'comma'", "decimal_comma"]),
        ("{path: device.type}", "{delivered_until: soon}", ["column device_type", "delivered_until 'soon' is no day"]),
        ("{path: device.type}", "{elements: {size: int}}", ["column device_type", "unknown data_type 'int'"]),
        ("{path: device.type}", "{elements: {a-b: bigint}}", ["column device_type", "a-b", "identifier"]),
        (
            "{path: device.type}",
            "{elements: {}, required_elements: [a]}",
            ["column device_type", "required_elements names a"],
        ),
    ],
)
def test_refuses_wrong_options(tmp_path, old, new, words):
    with pytest.raises(ContractError) as refusal:
        load_contract(write_project(tmp_path, web=WEB.replace(old, new, 1)))
    for word in words:
        assert word in str(refusal.value)


@pytest.mark.parametrize(
    ("project", "word"),
    [
        (PROJECT.replace("[EUR, USD]", "[EUR, no]"), "quotes"),
        (PROJECT.replace("required: [_op, _lsn]", "required: [_tx]"), "_tx"),
        (PROJECT.replace("_lsn: bigint", "_lsn: int"), "_lsn"),
        (PROJECT.replace("accepted: {_op", "accepted: {_tx"), "_tx"),
        (PROJECT.replace("2036-01-01", "2036"), "calendar_end"),
        ("vars: {}", "unknown feed"),
    ],
)
def test_refuses_wrong_vars(tmp_path, project, word):
    with pytest.raises(ContractError, match=word):
        load_contract(write_project(tmp_path, project))


def test_refuses_a_table_declared_twice(tmp_path):
    with pytest.raises(ContractError, match="twice"):
        load_contract(write_project(tmp_path, shop=SHOP, store=SHOP))


def test_refuses_a_folder_without_contract(tmp_path):
    with pytest.raises(ContractError, match=r"dbt_project\.yml"):
        load_contract(tmp_path)
    (tmp_path / "dbt_project.yml").write_text(PROJECT)
    with pytest.raises(ContractError, match="no file matches"):
        load_contract(tmp_path)
