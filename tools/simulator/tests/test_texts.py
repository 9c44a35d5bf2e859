"""All languages say the same things, and nothing that cannot be filled in."""

import string

import pytest

from tools.simulator.texts import BOOKS

TABLES = [name for name in vars(BOOKS["en"]) if name.isupper()]
FILLED = {"product", "order", "value"}


def shape(table) -> object:
    """What a table has sentences for."""
    return {key: shape(value) for key, value in table.items()} if isinstance(table, dict) else type(table)


def sentences(table) -> list[str]:
    """All sentences of a table."""
    if isinstance(table, str):
        return [table]
    return [sentence for part in (table.values() if isinstance(table, dict) else table) for sentence in sentences(part)]


@pytest.mark.parametrize("language", BOOKS)
@pytest.mark.parametrize("table", TABLES)
def test_books_agree(language, table):
    there = getattr(BOOKS[language], table)
    assert shape(there) == shape(getattr(BOOKS["en"], table))
    for sentence in sentences(there):
        assert sentence.strip()
        assert {name for _, name, _, _ in string.Formatter().parse(sentence) if name} <= FILLED
