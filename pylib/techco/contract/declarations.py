"""What the models of YAML files share: how a file is read, and what is said where it is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn, Self, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

# The same as yaml.safe_load, ten times faster where libyaml is there.
FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What the members of these lists and mappings are called in messages.
MEMBERS = {
    "sources": "source",
    "tables": "table",
    "columns": "column",
    "feeds": "feed",
    "domains": "domain",
    "roles": "role",
    "classes": "class",
    "purposes": "purpose",
}


class ContractError(Exception):
    """The contract itself is wrong; the message names file, table and column and says what to do."""


@dataclass(frozen=True)
class Place:
    """Where in a file something is declared: (kind, name) of what it belongs to, the outermost first."""

    file: Path
    parts: tuple[tuple[str, str], ...] = ()

    def at(self, kind: str, name: str) -> "Place":
        """The place of a member; a table is named with its source."""
        if kind == "table" and self.parts and self.parts[-1][0] == "source":
            return Place(self.file, (*self.parts[:-1], (kind, f"{self.parts[-1][1]}.{name}")))
        return Place(self.file, (*self.parts, (kind, name)))

    def fail(self, problem: str, advice: str) -> NoReturn:
        """Raise ContractError: what is wrong here, and what to do."""
        where = "".join(f", {kind} {name}" for kind, name in self.parts)
        raise ContractError(f"{self.file}{where}: {problem}. {advice}.")


class Declaration(BaseModel):
    """A mapping in YAML. A misspelt setting is refused, and so is YAML's bare no, a boolean, for a text."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    def with_settings(self, other: Self) -> Self:
        """This declaration, with what another of the kind says counting before it."""
        return self.model_copy(update={name: getattr(other, name) for name in other.model_fields_set})


@dataclass(frozen=True)
class Refusal:
    """Beside the type of a setting: what to say of a value that is none, with `{setting}` and `{found}` in it."""

    problem: str
    advice: str


Model = TypeVar("Model", bound=BaseModel)


def read_yaml(file: Path) -> dict[str, Any]:
    """The mapping that a YAML file holds; raises ContractError where it holds none."""
    try:
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=FAST_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        Place(file).fail(f"it cannot be read ({' '.join(str(error).split())})", "Correct the file")
    if not isinstance(document, dict | None):
        Place(file).fail("it is no mapping", "Write it as `name: value` pairs")
    return document or {}


def validated(model: type[Model], declared: object, place: Place) -> Model:
    """What is declared at a place, as its model; raises ContractError about the first thing that is wrong."""
    try:
        return model.model_validate(declared)
    except ValidationError as refusal:
        first = refusal.errors(include_url=False)[0]
        place_of(first["loc"], declared, place).fail(*what_is_wrong(model, first))


def place_of(steps: Sequence[str | int], declared: Any, place: Place) -> Place:
    """The place to which steps lead from where something is declared."""
    for parent, step in pairwise(steps):
        declared = declared[parent]
        if parent in MEMBERS:
            member = declared[step] if isinstance(step, int) else {"name": step}
            place = place.at(MEMBERS[str(parent)], str(member.get("name", "")) if isinstance(member, dict) else "")
    return place


def what_is_wrong(model: type[BaseModel], error: ErrorDetails) -> tuple[str, str]:
    """Problem and advice of what the validation of a model has found."""
    found, steps = error["input"], error["loc"]
    owner, setting, annotation = setting_of(model, steps)
    subject = setting if steps and steps[-1] == setting else "it"
    said = next((part for part in parts_of(annotation) if isinstance(part, Refusal)), None)
    match error["type"]:
        case "extra_forbidden":
            return f"unknown setting {str(steps[-1])!r}", f"Use {', '.join(sorted(fields_of(owner)))}"
        case "missing":
            return f"it has no {setting}", said.advice if said else f"Add `{setting}`"
        case "literal_error":
            return f"unknown {setting} {found!r}", f"Use one of {error['ctx']['expected']}"
        case "tuple_type":
            return f"{subject} is no list", "Write it as a YAML list"
        case "dict_type" | "model_type":
            return f"{subject} is no mapping", "Write it as `name: value` pairs"
    if said:
        return said.problem.format(setting=setting, found=repr(found)), said.advice
    if error["type"] == "string_type":
        return f"{setting} holds {found!r}, which is no text", "Put quotes around it"
    return f"{subject} is {found!r}", f"Correct it: {error['msg'][:1].lower()}{error['msg'][1:]}"


def setting_of(model: type[BaseModel], steps: Sequence[str | int]) -> tuple[type[BaseModel], str, Any]:
    """The innermost model to which steps lead, the name of the setting, and what it is declared as."""
    setting, annotation = "it", None
    for step in steps:
        field = fields_of(model).get(str(step))
        if field:
            setting, annotation = str(step), (field.annotation, *field.metadata)
        inner = (part for part in parts_of(annotation) if isinstance(part, type) and issubclass(part, BaseModel))
        model = next(inner, model)
    return model, setting, annotation


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model by their names in YAML."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def parts_of(annotation: Any) -> Iterator[Any]:
    """What an annotation, or several, are made of: types, and what stands beside them."""
    if not isinstance(annotation, tuple):
        yield annotation
    for part in annotation if isinstance(annotation, tuple) else get_args(annotation):
        yield from parts_of(part)
