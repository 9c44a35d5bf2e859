"""docs/privacy.md names models, macros, tests and commands that there are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
TABLE = re.compile(r"(core|governance|pii)\.([a-z_]+)|(int_[a-z_]+)")
OPERATION = re.compile(r"dbt run-operation ([a-z_]+)")


def named() -> list[str]:
    """What the page sets as code, each once."""
    return sorted(set(re.findall(r"`([^`\n]+)`", PAGE)))


def is_there(name: str) -> bool:
    """Whether a path, macro, table, operation or target of make exists; what is none of these counts as there."""
    macros = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "macros").rglob("*.sql"))
    if table := TABLE.fullmatch(name):
        return any((ROOT / "models").rglob(f"{table[2] or table[3]}.sql"))
    if called := re.fullmatch(r"([a-z_]+)\(\)", name) or OPERATION.match(name):
        return f"macro {called[1]}(" in macros
    if target := re.fullmatch(r"make ([a-z-]+)", name):
        return f"\n{target[1]}:" in (ROOT / "Makefile").read_text(encoding="utf-8")
    if re.fullmatch(r"(docs|e2e|macros|models|pylib)/[\w/.-]+", name):
        return (ROOT / name).exists()
    return True


@pytest.mark.parametrize("name", named())
def test_what_the_page_names_exists(name):
    assert is_there(name)


def test_what_is_not_there_is_told():
    names = [
        "governance.no_such_table",
        "no_such_macro()",
        "make nothing",
        "e2e/test_nothing.py",
        "dbt run-operation nothing",
    ]
    assert not any(map(is_there, names))
    assert (
        is_there("governance.run_audit") and is_there("mask()") and is_there("make publish") and is_there("is_current")
    )
