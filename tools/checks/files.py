"""Promises about files: how long one may be, and what a macro is there for."""

import re
from pathlib import Path

import yaml

from tools.checks.manifest import CALLED_BY_DBT

# What is read in one go; the YAML of a folder splits by model.
MOST_YAML_LINES = 300
EXCEPTIONS = Path(__file__).with_name("macro_exceptions.yml")
# Rooms of macros that are there for another reason: an engine's difference, an operation that a person calls.
OTHER_REASONS = ("engine", "operations")


def long_yaml(root: Path) -> list[str]:
    """YAML files beside models, seeds and snapshots that nobody reads in one go."""
    found = []
    for folder in ("models", "seeds", "snapshots"):
        for path in sorted((root / folder).rglob("*.yml")):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > MOST_YAML_LINES:
                found.append(f"{path.relative_to(root)} has {lines} lines, the limit is {MOST_YAML_LINES}")
    return found


def macros_of_few_models(root: Path) -> list[str]:
    """Macros that one or two models alone call, but those that macro_exceptions.yml explains; and lines of macros.

    SQL stands in models, where it is linted, found and shown in the lineage. The list of exceptions and the lines of
    macros on a hundred of models may only shrink: an exception that is none any more, and a limit that is too wide, are
    findings, too.
    """
    declared = yaml.safe_load(EXCEPTIONS.read_text(encoding="utf-8"))
    explained = declared["exceptions"]
    callers = rarely_called(root)
    found = [
        f"macro {name} serves only {', '.join(models)}: write its SQL there, or explain it in {EXCEPTIONS.name}"
        for name, models in sorted(callers.items())
        if name not in explained
    ]
    found += [
        f"macro {name} is no exception any more: take it out of {EXCEPTIONS.name}"
        for name in explained
        if name not in callers
    ]
    macros, models = (lines_of_sql(root / folder) for folder in ("macros", "models"))
    share, most = 100 * macros / models, declared["most_on_100_of_models"]
    if share > most:
        found.append(
            f"macros have {macros} lines, {share:.0f} on a hundred of models, the limit is {most}: "
            "SQL of a model stands in the model"
        )
    elif most - share >= declared["slack"]:
        found.append(f"macros have {share:.0f} lines on a hundred of models: lower the limit in {EXCEPTIONS.name}")
    return found


def lines_of_sql(folder: Path) -> int:
    """The lines of all SQL files below a folder."""
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in folder.rglob("*.sql"))


def rarely_called(root: Path) -> dict[str, list[str]]:
    """The macros whose callers outside their own file are one or two models, with the names of these."""
    tops = ("macros", "models", "tests", "snapshots", "analyses", "pylib")
    sources = {
        path: path.read_text(encoding="utf-8", errors="replace")
        for top in tops
        for path in (root / top).rglob("*")
        if path.suffix in (".sql", ".yml", ".py") and path.is_file()
    }
    sources[root / "dbt_project.yml"] = (root / "dbt_project.yml").read_text(encoding="utf-8")
    found = {}
    for path, source in sources.items():
        parts = path.relative_to(root).parts
        if parts[0] != "macros" or parts[1] in OTHER_REASONS:
            continue
        for name in re.findall(r"{%-?\s*macro\s+(\w+)", source):
            if name.startswith(CALLED_BY_DBT):
                continue
            call = re.compile(rf"\b{name}\s*\(")
            callers = [other for other, text in sources.items() if other != path and call.search(text)]
            if 0 < len(callers) < 3 and all(is_model(caller, root) for caller in callers):
                found[name] = sorted(caller.stem for caller in callers)
    return found


def is_model(path: Path, root: Path) -> bool:
    """Whether a file is a model's SQL."""
    return path.suffix == ".sql" and path.relative_to(root).parts[0] == "models"
