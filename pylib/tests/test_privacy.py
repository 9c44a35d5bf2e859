"""The registry of personal data is read whole, and a wrong one is refused with words that lead to the place."""

from itertools import product
from pathlib import Path

import jinja2
import pytest
from techco.contract.raw_contract import ContractError, load_contract
from techco.privacy.registry import FORMS, can_show

from tests.zones import PROJECT, SHOP, WEB, write_project

REPOSITORY = Path(__file__).parents[2]

RICH = PROJECT.replace("    currencies: [EUR, USD]\n", "    currencies: [EUR, USD]\n    countries: [DE, US]\n").replace(
    "    roles:\n",
    """\
    roles:
      sender: {schemas: [core, personal], persons: consented, consent: newsletter}
      desk: {schemas: [core], persons: of_country, country: DE}
""",
)
for form in ("reader: redacted}", "reader: generalised}", "reader: partial}"):
    RICH = RICH.replace(form, f"{form[:-1]}, sender: full, desk: redacted}}")
RICH += """\
    purposes:
      news:
        description: News.
        legal_basis: consent
        consent: newsletter
        persons: [customers]
        sources: [web]
        recipients: [sender]
  restricted_schemas: [pii]
"""
CRM = """
version: 2
sources:
  - name: crm
    config: {meta: {feed: append, format: jsonl, retention: {period: 3 years, legal_basis: test}}}
    tables:
      - name: consents
        config: {meta: {key: [consent_id]}}
        columns:
          - {name: consent_id, data_type: varchar, config: {meta: {required: true}}}
          - {name: purpose, data_type: varchar, config: {meta: {accepted_values: [newsletter, profiling]}}}
"""


def test_reads_the_project():
    registry = load_contract(REPOSITORY).registry
    assert registry.roles["support"].country == "DE" and registry.roles["marketing"].consent == "email_marketing"
    assert registry.classes["email"]["analyst"] == "generalised"
    assert "orders" in registry.purposes


def test_reads_roles_and_purposes(tmp_path):
    registry = load_contract(write_project(tmp_path, RICH, shop=SHOP, web=WEB, crm=CRM)).registry
    assert registry.roles["sender"].schemas == ("core", "personal")
    assert registry.classes["email"] == {"reader": "generalised", "sender": "full", "desk": "redacted"}
    assert registry.purposes["news"].recipients == ("sender",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{schemas: [core], persons: all}", "", ["role reader", "it is no mapping"]),
        ("{schemas: [core], persons: all}", "{schemas: [core]}", ["role reader", "it has no rules", "persons: all"]),
        ("{schemas: [core], persons: all}", "{persons: all}", ["role reader", "it has no rules", "persons: all"]),
        ("persons: all", "persons: some", ["role reader", "unknown persons 'some'", "consented"]),
        ("[core], persons: all", "[core, pii], persons: all", ["role reader", "restricted schema pii", "personal"]),
        ("persons: all", "persons: all, country: DE", ["role reader", "country DE", "goes with"]),
        ("persons: all", "persons: all, contry: DE", ["unknown setting 'contry'"]),
        ("consented, consent: newsletter", "consented", ["role sender", "consent None"]),
        (
            "consented, consent: newsletter",
            "consented, consent: news",
            ["role sender", "'news'", "newsletter, profiling"],
        ),
        ("consent: newsletter\n", "consent: news\n", ["purpose news", "'news'", "newsletter, prof"]),
        ("country: DE", "country: FR", ["role desk", "unknown country 'FR'", "DE, US"]),
        ("country: DE", "country: no", ["role desk", "unknown country False", "quotes"]),
        ("      reader:", "      data-reader:", ["role data-reader", "identifier"]),
        ("{reader: generalised, ", "{", ["class email", "no form for role reader", "full, partial"]),
        ("{reader: generalised, ", "{reder: full, reader: full, ", ["class email", "reder", "no role"]),
        ("{reader: generalised, ", "{reader: hidden, ", ["class email", "form 'hidden'", "mask()"]),
        ("person_id: {reader: redacted, ", "person_id: {reader: partial, ", ["class person_id", "form 'partial'"]),
        ("legal_basis: consent", "legal_basis: luck", ["purpose news", "'luck'", "legitimate_interests"]),
        ("legal_basis: consent", "legal_basis: contract", ["purpose news", "consent newsletter", "goes with"]),
        ("sources: [web]", "sources: [till]", ["purpose news", "source till", "crm, shop, web"]),
        ("recipients: [sender]", "recipients: [all]", ["purpose news", "recipient all", "no role"]),
        ("recipients: [sender]", "recipients: []", ["purpose news", "no recipients"]),
    ],
)
def test_refuses_a_wrong_registry(tmp_path, old, new, words):
    assert old in RICH
    with pytest.raises(ContractError) as refusal:
        load_contract(write_project(tmp_path, RICH.replace(old, new, 1), shop=SHOP, web=WEB, crm=CRM))
    for word in ["dbt_project.yml", *words]:
        assert word in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("k_anonymity: ten", ["k_anonymity is 'ten'", "whole number"]),
        ("k_anonymity: 1", ["k_anonymity is 1", "2 or more"]),
        ("looks_personal: ['a(']", ["looks_personal has 'a('", "regular expression"]),
        ("mart_forms: {diary: partial}", ["mart_forms has 'diary'", "no class", "free_text"]),
        ("mart_forms: {free_text: full}", ["mart_forms has 'full' for free_text", "redacted"]),
        ("mart_forms: {free_text: generalised}", ["mart_forms has 'generalised' for free_text", "redacted"]),
    ],
)
def test_refuses_a_wrong_rule_of_what_singles_out(tmp_path, written, words):
    with pytest.raises(ContractError) as refusal:
        changed = RICH.replace("  restricted_schemas:", f"    {written}\n  restricted_schemas:")
        load_contract(write_project(tmp_path, changed, shop=SHOP, web=WEB, crm=CRM))
    for word in ["dbt_project.yml", *words]:
        assert word in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("classification: free_text", "classification: diary", ["unknown classification 'diary'", "free_text", "vars"]),
        ("comment, data_type: varchar", "comment, data_type: bigint", ["free_text with data_type bigint", "varchar"]),
        (
            "classification: free_text",
            "classification: free_text, id_form: 'C[0-9]+'",
            ["id_form without", "person_id"],
        ),
        ("classification: free_text", "classification: person_id, id_form: '('", ["the id_form '('", "C[0-9]{8}"]),
        ("classification: free_text", "classification: person_id, id_form: '[0-9]*'", ["the id_form '[0-9]*'"]),
        ("classification: free_text", "classification: person_id, id_form: '(?=C)'", ["the id_form '(?=C)'"]),
    ],
)
def test_refuses_a_column_that_the_registry_cannot_mask(tmp_path, old, new, words):
    with pytest.raises(ContractError) as refusal:
        load_contract(write_project(tmp_path, web=WEB.replace(old, new, 1)))
    for word in ["_web__sources.yml", "table web.scores, column comment", *words]:
        assert word in str(refusal.value)


def test_forms_are_those_that_mask_can_do():
    classes = [*load_contract(REPOSITORY).registry.classes, "some_new_class"]
    for classification, form in product(classes, [*FORMS, "another"]):
        try:
            rendered = mask("value", classification, form)
        except NotImplementedError:
            rendered = ""
        assert bool(rendered) is can_show(classification, form), (classification, form)


def mask(value: str, classification: str, form: str) -> str:
    """What the macro writes, with the macros that it calls replaced; raises NotImplementedError where it refuses."""

    class Exceptions:
        """dbt's, as far as the macro uses them."""

        @staticmethod
        def raise_compiler_error(message: str) -> None:
            """Refuse."""
            raise NotImplementedError(message)

    source = (REPOSITORY / "macros/privacy/mask.sql").read_text()
    macros = {
        "exceptions": Exceptions,
        "redact_text": "redacted {}".format,
        "keyed_hash": "hash {} {}".format,
        "masked": "masked {} {} {} {}".format,
        **dict.fromkeys(("relation_of", "from_anywhere"), str),
        "contains_match": "contains {} {}".format,
    }
    module = jinja2.Environment().from_string(source).make_module(macros)
    return str(module.mask(value, classification, form)).strip()
