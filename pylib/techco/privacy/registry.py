"""The registry of personal data, `vars: privacy` in dbt_project.yml: who is shown what, and what for it is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from techco.contract.raw_contract import Place

PERSONS = ("all", "consented", "of_country")
# What mask() in macros/privacy/mask.sql can do: a test holds these against it.
FORMS = ("full", "partial", "keyed_hash", "generalised", "redacted")
PARTIAL = frozenset(("email", "phone", "payment", "national_id", "name", "address"))
GENERALISED = frozenset(("email", "birth_date", "postal_code", "ip_address"))
# Policies give back the type that they get: this one is a date, all other classes are text.
DATED = "birth_date"
# GDPR, article 6 (1).
LEGAL_BASES = (
    "consent",
    "contract",
    "legal_obligation",
    "vital_interests",
    "public_task",
    "legitimate_interests",
)
ROLE_SETTINGS = {"schemas", "persons", "consent", "country"}
PURPOSE_SETTINGS = {"description", "legal_basis", "consent", "persons", "sources", "recipients", "transfers"}
# Where a person declares consent, table and column of the contract: its accepted values are what can be consented to.
CONSENTS = (("crm", "consents"), "purpose")


@dataclass(frozen=True)
class Role:
    """Which schemas a role reads, and whose rows; `consent` and `country` go with the kind of `persons`."""

    schemas: tuple[str, ...]
    persons: str
    consent: str | None = None
    country: str | None = None


@dataclass(frozen=True)
class Purpose:
    """What data of persons are processed for (GDPR, article 30)."""

    legal_basis: str
    sources: tuple[str, ...]
    recipients: tuple[str, ...]
    consent: str | None = None


@dataclass(frozen=True)
class Registry:
    """Roles, the form of each class for each role, and the purposes."""

    roles: Mapping[str, Role] = field(default_factory=dict)
    classes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    purposes: Mapping[str, Purpose] = field(default_factory=dict)


def can_show(classification: str, form: str) -> bool:
    """Whether mask() has this form of the class."""
    if form == "partial":
        return classification in PARTIAL
    if form == "generalised":
        return classification in GENERALISED
    return form in FORMS and (form != "keyed_hash" or classification != DATED)


def forms_of(classification: str) -> str:
    """The forms that mask() has of the class, for messages."""
    return ", ".join(form for form in FORMS if can_show(classification, form))


def read_registry(place: Place, variables: dict, domains: Mapping[str, tuple[str, ...]]) -> Registry:
    """Read `vars: privacy`, checked as far as it can be without the tables; raises ContractError."""
    declared = place.mapping(variables.get("privacy"), "vars: privacy")
    restricted = place.values(variables.get("restricted_schemas"), "vars: restricted_schemas")
    check_what_singles_out(place, declared)
    roles = {
        str(name): read_role(place, str(name), role, restricted, domains.get("countries", ()))
        for name, role in place.mapping(declared.get("roles"), "vars: privacy: roles").items()
    }
    classes = {
        str(name): read_class(place, str(name), forms, roles)
        for name, forms in place.mapping(declared.get("classes"), "vars: privacy: classes").items()
    }
    purposes = {
        str(name): read_purpose(place, str(name), purpose, roles)
        for name, purpose in place.mapping(declared.get("purposes"), "vars: privacy: purposes").items()
    }
    return Registry(roles, classes, purposes)


def check_what_singles_out(place: Place, declared: dict) -> None:
    """How many persons share what is shown of one, and what a value looks like that is held back."""
    k = declared.get("k_anonymity", 2)
    if type(k) is not int or k < 2:
        place.fail(f"vars: privacy: k_anonymity is {k!r}", "Write a whole number of persons, 2 or more")
    for pattern in place.values(declared.get("looks_personal"), "vars: privacy: looks_personal"):
        try:
            re.compile(pattern)
        except re.error as error:
            place.fail(f"vars: privacy: looks_personal has {pattern!r} ({error})", "Write a regular expression")


def read_role(place: Place, name: str, declared: object, restricted: Iterable[str], countries: Iterable[str]) -> Role:
    """One role, checked."""
    where = f"vars: privacy: roles: {name}"
    rules = place.mapping(declared, where)
    if not name.isidentifier():
        place.fail(f"the role name {name!r} is no plain identifier", "Use letters, digits and underscores")
    refuse_unknown_settings(place, where, rules, ROLE_SETTINGS)
    schemas = place.values(rules.get("schemas"), f"{where}: schemas")
    if not schemas or "persons" not in rules:
        place.fail(
            f"role {name} has no rules: `schemas` or `persons` is missing",
            "Write which schemas it reads and whose rows, as in `{schemas: [core], persons: all}`",
        )
    for schema in schemas:
        if schema in restricted:
            place.fail(
                f"role {name} reads the restricted schema {schema}",
                "Take it out: what a role may see of clear values is in the schema `personal`",
            )
    role = Role(schemas, str(rules["persons"]), rules.get("consent"), rules.get("country"))
    if role.persons not in PERSONS:
        place.fail(f"role {name} has unknown persons {role.persons!r}", f"Use one of {', '.join(PERSONS)}")
    if (role.persons == "consented") != (role.consent is not None):
        place.fail(
            f"role {name} has persons {role.persons} and consent {role.consent}",
            "`consent` says which purpose persons consented to, so it goes with `persons: consented` and with no other",
        )
    if (role.persons == "of_country") != (role.country is not None):
        place.fail(
            f"role {name} has persons {role.persons} and country {role.country}",
            "`country` goes with `persons: of_country` and with no other",
        )
    if role.country is not None and role.country not in countries:
        place.fail(
            f"role {name} has unknown country {role.country!r}",
            f"Use one of vars: domains: countries ({', '.join(countries)}); put quotes around NO",
        )
    return role


def read_class(place: Place, name: str, declared: object, roles: Mapping[str, Role]) -> dict[str, str]:
    """The form of one class for each role, checked."""
    forms = place.mapping(declared, f"vars: privacy: classes: {name}")
    for role in roles:
        if role not in forms:
            place.fail(f"class {name} has no form for role {role}", f"Add `{role}: form`, one of {forms_of(name)}")
    for role, form in forms.items():
        if role not in roles:
            place.fail(
                f"class {name} has a form for {role}, which is no role",
                f"Add it to vars: privacy: roles (there: {', '.join(roles)})",
            )
        if not can_show(name, form):
            place.fail(
                f"class {name} has the form {form!r} for role {role}, which mask() cannot do",
                f"Use one of {forms_of(name)}, or add it to macros/privacy/mask.sql and techco/privacy/registry.py",
            )
    return forms


def read_purpose(place: Place, name: str, declared: object, roles: Mapping[str, Role]) -> Purpose:
    """One purpose, checked but for its sources."""
    where = f"vars: privacy: purposes: {name}"
    purpose = place.mapping(declared, where)
    refuse_unknown_settings(place, where, purpose, PURPOSE_SETTINGS)
    for setting in ("description", "persons", "sources", "recipients"):
        if not purpose.get(setting):
            place.fail(f"purpose {name} has no {setting}", f"Add `{setting}`, which the record of processing needs")
    if purpose.get("legal_basis") not in LEGAL_BASES:
        place.fail(
            f"purpose {name} has unknown legal_basis {purpose.get('legal_basis')!r}",
            f"Use one of {', '.join(LEGAL_BASES)}",
        )
    if (purpose["legal_basis"] == "consent") != ("consent" in purpose):
        place.fail(
            f"purpose {name} has legal_basis {purpose['legal_basis']} and consent {purpose.get('consent')}",
            "`consent` says what persons consent to, so it goes with `legal_basis: consent` and with no other",
        )
    place.values(purpose["persons"], f"{where}: persons")
    recipients = place.values(purpose["recipients"], f"{where}: recipients")
    for role in recipients:
        if role not in roles:
            place.fail(f"purpose {name} has recipient {role}, which is no role", f"Use one of {', '.join(roles)}")
    sources = place.values(purpose["sources"], f"{where}: sources")
    return Purpose(purpose["legal_basis"], sources, recipients, purpose.get("consent"))


def refuse_unknown_settings(place: Place, where: str, declared: dict, known: set[str]) -> None:
    """A misspelt setting would otherwise say nothing, in silence."""
    for name in declared:
        if name not in known:
            place.fail(f"{where} has the unknown setting {name!r}", f"Use {', '.join(sorted(known))}")


def check_class(place: Place, classification: str | None, data_type: str, registry: Registry) -> None:
    """A classified column is of a class that the registry knows, and of the type that masks of the class have."""
    if not classification:
        return
    if classification not in registry.classes:
        known = ", ".join(registry.classes) or "there is none"
        place.fail(
            f"unknown classification {classification!r}",
            f"Use one of vars: privacy: classes in dbt_project.yml ({known}), or add it there",
        )
    wanted = "date" if classification == DATED else "varchar"
    if data_type != wanted:
        place.fail(
            f"classified as {classification} with data_type {data_type}",
            f"Masks of this class give {wanted}: declare it so",
        )


def check_against_tables(place: Place, registry: Registry, tables: Mapping) -> None:
    """What can be told only with all tables: sources of purposes are there, and consent is to what can be declared."""
    sources = {source for source, _ in tables}
    (table, column), declarable = CONSENTS, ()
    if table in tables:
        declarable = next((found.accepted_values for found in tables[table].columns if found.name == column), ())
    for kind, wanting in (("role", registry.roles), ("purpose", registry.purposes)):
        for name, wants in wanting.items():
            if wants.consent is not None and wants.consent not in declarable:
                known = ", ".join(declarable) or "there is none"
                place.fail(
                    f"{kind} {name} wants consent to {wants.consent!r}, which nobody can declare",
                    f"Use one of the accepted_values of {'.'.join(table)}.{column} ({known})",
                )
    for name, purpose in registry.purposes.items():
        for source in purpose.sources:
            if source not in sources:
                place.fail(
                    f"purpose {name} has the source {source}, which the contract does not declare",
                    f"Use one of {', '.join(sorted(sources))}",
                )
