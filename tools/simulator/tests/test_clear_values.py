"""The list of clear values holds whatever landed in a classified column, and persons can be made distinctive."""

import re

import pytest

from tools.simulator.emit.answers import answers_folder
from tools.simulator.emit.clear_values import FILE
from tools.simulator.people import DISTINCTIVE_CARDS, TEST_CARDS
from tools.simulator.tests.conftest import SMALL, Zone, contract, write_zone


def classified() -> list[tuple[str, str, str]]:
    """(view, expression, class) of every classified column whose values are one person's and no text."""
    found = []
    for source, _, table in contract():
        for column in table["columns"]:
            meta = column.get("config", {}).get("meta", {})
            if meta.get("classification", "free_text") != "free_text":
                found.append((f"{source}_{table['name']}", meta.get("path", column["name"]), meta["classification"]))
    return found


def listed(zone: Zone) -> str:
    """The list, as SQL reads it."""
    return f"'{answers_folder(zone.root) / FILE}'"


@pytest.mark.parametrize(("view", "expression", "kind"), classified())
def test_every_landed_value_is_listed(long_zone, view, expression, kind):
    # Some pay from an account that is known by their e-mail address.
    kinds = ["payment", "email"] if kind == "payment" else [kind]
    long_zone.none(f"""
        select distinct lower(cast({expression} as varchar)) from {view} where {expression} is not null
        except all select lower(value) from {listed(long_zone)} where kind in {(*kinds, "")}
    """)


def test_values_name_their_customer(long_zone):
    long_zone.none(f"""
        select customer_id, email from shop_customers where _op <> 'd'
        except select customer_id, value from {listed(long_zone)} where kind = 'email'
    """)


def test_ordinary_persons_are_not_distinctive(long_zone):
    rows = long_zone.rows(f"select distinct kind from {listed(long_zone)} where not is_distinctive")
    assert {kind for (kind,) in rows} - {"ip_address"} == {"address", "birth_date", "name", "postal_code"}


def test_distinctive_persons_have_no_word_for_a_name(tmp_path):
    zone = Zone(write_zone(tmp_path / "landing", *SMALL, "--days", "2", "--distinctive", "1"))
    zone.none(f"select value from {listed(zone)} where not is_distinctive and kind <> 'ip_address'")
    zone.none(f"select value from {listed(zone)} where kind = 'birth_date' and value like '%-01-01'")
    for name, street, code in zone.rows("select recipient, street, postal_code from shop_addresses"):
        assert all(part.endswith("qz") for part in name.split()) and "qz" in street and code.endswith("QZ")


def test_distinctive_cards_pass_the_check_of_cards():
    for card in (*DISTINCTIVE_CARDS, *TEST_CARDS):
        digits = [int(digit) for digit in reversed(card)]
        doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
        assert re.fullmatch(r"\d{16}", card) and (sum(digits[::2]) + sum(doubled)) % 10 == 0
