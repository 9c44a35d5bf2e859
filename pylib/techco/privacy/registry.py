"""The registry of personal data, `vars: privacy` in dbt_project.yml: who is shown what, and what for it is kept."""

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from techco.contract.declarations import Declaration, Place, Refusal

# What mask() in macros/privacy/mask.sql can do: a test holds these against it.
FORMS = ("full", "partial", "keyed_hash", "generalised", "redacted")
PARTIAL = frozenset(("email", "phone", "payment", "national_id", "name", "address"))
GENERALISED = frozenset(("email", "birth_date", "postal_code", "ip_address"))
# Policies give back the type that they get: this one is a date, all other classes are text.
DATED = "birth_date"
# GDPR, article 6 (1).
LegalBasis = Literal[
    "consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests"
]


class Role(Declaration):
    """Which schemas a role reads, and whose rows; `consent` and `country` go with the kind of `persons`."""

    schemas: tuple[str, ...] = ()
    persons: Literal["all", "consented", "of_country"] | None = None
    consent: str | None = None
    country: Annotated[str, Refusal("unknown country {found}", "Put quotes around NO")] | None = None


class Purpose(Declaration):
    """What data of persons are processed for (GDPR, article 30)."""

    description: str = ""
    legal_basis: LegalBasis
    consent: str | None = None
    persons: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    transfers: Any = None


class Registry(Declaration, extra="ignore"):
    """Roles, the form of each class for each role, the purposes, and how persons are kept from standing out.

    Other settings of `vars: privacy` are read by macros alone.
    """

    roles: dict[str, Role] = Field(default_factory=dict)
    classes: dict[str, dict[str, str]] = Field(default_factory=dict)
    mart_forms: dict[str, str] = Field(default_factory=dict)
    purposes: dict[str, Purpose] = Field(default_factory=dict)
    looks_personal: tuple[str, ...] = ()
    k_anonymity: Annotated[
        int,
        Field(strict=True, ge=2),
        Refusal("vars: privacy: k_anonymity is {found}", "Write a whole number of persons, 2 or more"),
    ] = 2


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


def check_registry(place: Place, registry: Registry, restricted: Collection[str], countries: Collection[str]) -> None:
    """Hold the parts of a registry against each other; raises ContractError."""
    for pattern in registry.looks_personal:
        try:
            re.compile(pattern)
        except re.error as error:
            place.fail(f"vars: privacy: looks_personal has {pattern!r} ({error})", "Write a regular expression")
    for name, role in registry.roles.items():
        check_role(place.at("role", name), name, role, restricted, countries)
    for name, forms in registry.classes.items():
        check_forms(place.at("class", name), name, forms, registry.roles)
    check_mart_forms(place, registry)
    for name, purpose in registry.purposes.items():
        check_purpose(place.at("purpose", name), purpose, registry.roles)


def check_role(place: Place, name: str, role: Role, restricted: Collection[str], countries: Collection[str]) -> None:
    """A role says which schemas it reads, none of them restricted, and whose rows."""
    if not name.isidentifier():
        place.fail("the name is no plain identifier", "Use letters, digits and underscores")
    if not role.schemas or role.persons is None:
        place.fail(
            "it has no rules: `schemas` or `persons` is missing",
            "Write which schemas it reads and whose rows, as in `{schemas: [core], persons: all}`",
        )
    for schema in role.schemas:
        if schema in restricted:
            place.fail(
                f"it reads the restricted schema {schema}",
                "Take it out: what a role may see of clear values is in the schema `personal`",
            )
    if (role.persons == "consented") != (role.consent is not None):
        place.fail(
            f"it has persons {role.persons} and consent {role.consent}",
            "`consent` says which purpose persons consented to, so it goes with `persons: consented` and with no other",
        )
    if (role.persons == "of_country") != (role.country is not None):
        place.fail(
            f"it has persons {role.persons} and country {role.country}",
            "`country` goes with `persons: of_country` and with no other",
        )
    if role.country is not None and role.country not in countries:
        place.fail(
            f"unknown country {role.country!r}",
            f"Use one of vars: domains: countries ({', '.join(countries)}); put quotes around NO",
        )


def check_forms(place: Place, name: str, forms: Mapping[str, str], roles: Collection[str]) -> None:
    """A class has a form for each role, one that mask() can do."""
    for role in roles:
        if role not in forms:
            place.fail(f"it has no form for role {role}", f"Add `{role}: form`, one of {forms_of(name)}")
    for role, form in forms.items():
        if role not in roles:
            place.fail(
                f"it has a form for {role}, which is no role",
                f"Add it to vars: privacy: roles (there: {', '.join(roles)})",
            )
        if not can_show(name, form):
            place.fail(
                f"it has the form {form!r} for role {role}, which mask() cannot do",
                f"Use one of {forms_of(name)}, or add it to macros/privacy/mask.sql and techco/privacy/registry.py",
            )


def check_mart_forms(place: Place, registry: Registry) -> None:
    """Marts keep a known class in a form that mask() can do, and never clear."""
    for name, form in registry.mart_forms.items():
        if name not in registry.classes:
            place.fail(
                f"vars: privacy: mart_forms has {name!r}, which is no class",
                f"Use one of {', '.join(registry.classes)}",
            )
        if form == "full" or not can_show(name, form):
            masked = ", ".join(other for other in FORMS if other != "full" and can_show(name, other))
            place.fail(
                f"vars: privacy: mart_forms has {form!r} for {name}, which marts cannot keep", f"Use one of {masked}"
            )


def check_purpose(place: Place, purpose: Purpose, roles: Collection[str]) -> None:
    """A purpose has what the record of processing needs, and its recipients are roles."""
    for setting in ("description", "persons", "sources", "recipients"):
        if not getattr(purpose, setting):
            place.fail(f"it has no {setting}", f"Add `{setting}`, which the record of processing needs")
    if (purpose.legal_basis == "consent") != (purpose.consent is not None):
        place.fail(
            f"it has legal_basis {purpose.legal_basis} and consent {purpose.consent}",
            "`consent` says what persons consent to, so it goes with `legal_basis: consent` and with no other",
        )
    for role in purpose.recipients:
        if role not in roles:
            place.fail(f"it has the recipient {role}, which is no role", f"Use one of {', '.join(roles)}")


def check_sources(
    place: Place, registry: Registry, sources: Collection[str], purposes_of_consent: Collection[str]
) -> None:
    """Sources of purposes are there, and consent is to what persons can declare."""
    consents = [("role", name, role.consent) for name, role in registry.roles.items()]
    consents += [("purpose", name, purpose.consent) for name, purpose in registry.purposes.items()]
    for kind, name, consent in consents:
        if consent is not None and consent not in purposes_of_consent:
            place.at(kind, name).fail(
                f"it wants consent to {consent!r}, which nobody can declare",
                f"Use one of the accepted_values of crm.consents.purpose ({', '.join(purposes_of_consent) or 'none'})",
            )
    for name, purpose in registry.purposes.items():
        for source in purpose.sources:
            if source not in sources:
                place.at("purpose", name).fail(
                    f"it has the source {source}, which the contract does not declare",
                    f"Use one of {', '.join(sorted(sources))}",
                )
