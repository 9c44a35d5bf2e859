"""The environment is read in one module, and what it leaves unsaid is the same for Python, profiles and macros."""

import re
from pathlib import Path

import pytest
from techco import settings

REPOSITORY = Path(__file__).parents[2]
DEFAULTS = {
    "TECHCO_LANDING": settings.landing_folder,
    "TECHCO_WAREHOUSE": settings.warehouse_file,
    "TECHCO_MEMORY_LIMIT": settings.memory_limit,
}


def test_no_other_module_reads_the_projects_variables():
    reads = re.compile(r"""environ(\.get\(|\[)["'](TECHCO_|BACKUP|PERSON)|getenv""")
    modules = set((REPOSITORY / "pylib/techco").rglob("*.py")) - {Path(settings.__file__)}
    assert len(modules) > 40
    assert [module.name for module in sorted(modules) if reads.search(module.read_text())] == []
    assert reads.search(Path(settings.__file__).read_text())


@pytest.mark.parametrize("name", DEFAULTS)
def test_profiles_and_macros_have_the_same_defaults(name, monkeypatch):
    monkeypatch.delenv(name, raising=False)
    files = [REPOSITORY / "profiles/profiles.yml", *(REPOSITORY / "macros").rglob("*.sql")]
    asked = re.compile(rf"env_var\('{name}', '([^']*)'\)")
    # An empty one asks whether the variable is set.
    found = {default for file in files for default in asked.findall(file.read_text()) if default}
    assert found == {str(DEFAULTS[name]())}


def test_paths_are_the_projects_where_nothing_is_set(monkeypatch):
    monkeypatch.delenv("TECHCO_LANDING", raising=False)
    monkeypatch.setenv("TECHCO_WAREHOUSE", "/data/mine.duckdb")
    assert settings.landing_folder(Path("/project")) == Path("/project/landing")
    assert settings.warehouse_file(Path("/project")) == Path("/data/mine.duckdb")
    assert settings.warehouse_is_named()
