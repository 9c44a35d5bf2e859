"""Columns that look personal and have no class."""

import pyarrow as pa
import pytest
from techco.contract.landing_zone import list_files
from techco.contract.raw_contract import ContractError, load_contract
from techco.contract.validate import main
from techco.contract.validation.unclassified import unclassified
from techco.privacy.personal_patterns import class_of_name, kinds_of_value

from tests.zones import EVENT, SCORES, WEB, write_project


def found(zone):
    return unclassified(list_files(zone.root), load_contract(zone.project), zone.root)


@pytest.mark.parametrize(
    ("name", "classification"),
    [
        ("email", "email"),
        ("guestEmail", "email"),
        ("contact_phone_number", "phone"),
        ("lastName", "name"),
        ("ip", "ip_address"),
        ("shipping-postal-code", "postal_code"),
        ("date_of_birth", "birth_date"),
        ("iban", "payment"),
        ("order_id", None),
        ("product_name", None),
        ("capacity", None),
        ("script", None),
        ("email_sent_at", None),
    ],
)
def test_names(name, classification):
    assert class_of_name(name) == classification


# Numbers that banks, schemes and offices publish as examples, and their neighbours with one digit changed.
@pytest.mark.parametrize(
    ("value", "classification"),
    [
        ("ann@example.org", "email"),
        ("DE89 3704 0044 0532 0130 00", "payment"),
        ("DE89370400440532013001", None),
        ("GB29NWBK60161331926819", "payment"),
        ("4111 1111 1111 1111", "payment"),
        ("4111 1111 1111 1112", None),
        ("378282246310005", "payment"),
        ("111.444.777-35", "national_id"),
        ("111.444.777-36", None),
        ("11111111111", None),
        ("219-09-9999", "national_id"),
        ("000-05-1120", None),
        ("QQ 12 34 56 C", None),
        ("AB 12 34 56 C", "national_id"),
        ("+49 30 23125 001", "phone"),
        ("(415) 555-0123", "phone"),
        ("07700 900123", "phone"),
        ("(11) 90001-2345", "phone"),
        ("203.0.113.7", "ip_address"),
        ("2001:db8::7", "ip_address"),
        ("127.0.0.1", None),
        ("O000123456", None),
        ("4006381333931", None),
        ("2026-01-02", None),
        ("2026-01-02T10:00:00Z", None),
        ("1.299,00", None),
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", None),
        ("@TechCo where is my parcel?", None),
    ],
)
def test_values(value, classification):
    assert {kind.classification for kind in kinds_of_value(value)} == ({classification} if classification else set())


def test_a_clean_zone(zone):
    zone.events({})
    zone.orders()
    zone.scores(SCORES + "s1,7,fine,2026-01-02T10:00:00\n")
    assert found(zone) == []


def test_a_column_of_the_contract_by_its_name(zone):
    write_project(zone.project, web=WEB.replace("{name: device_type,", "{name: ip_address,"))
    (finding,) = found(zone)
    assert (finding.severity, finding.file) == ("error", "models/staging/web/_web__sources.yml")
    assert str(finding) == (
        "models/staging/web/_web__sources.yml: column events.ip_address: expected nothing personal, as it has no "
        "class; found a name that says ip_address. Classify it (`tags: [pii]` and `classification: ip_address` in its "
        "config), or declare `not_personal: <reason>` in its config.meta."
    )


def test_a_reason_settles_it(zone):
    declared = (
        '{name: ip_address, data_type: varchar, config: {meta: {path: device.type, not_personal: "Of our servers."}}}'
    )
    column = "{name: device_type, data_type: varchar, config: {meta: {path: device.type}}}"
    write_project(zone.project, web=WEB.replace(column, declared))
    zone.events(
        {"device": {"type": "203.0.113.7"}}, {"device": {"type": "203.0.113.8"}}, {"device": {"type": "203.0.113.9"}}
    )
    assert found(zone) == []


@pytest.mark.parametrize("reason", ["''", "true", "[a]"])
def test_a_reason_is_some_words(zone, reason):
    write_project(zone.project, web=WEB.replace("path: device.type", f"path: device.type, not_personal: {reason}"))
    with pytest.raises(ContractError, match=r"column device_type: not_personal .* is no reason"):
        load_contract(zone.project)


def test_a_class_needs_no_reason(zone):
    write_project(
        zone.project, web=WEB.replace("classification: free_text", "classification: free_text, not_personal: x")
    )
    with pytest.raises(ContractError, match="classified, and not_personal too"):
        load_contract(zone.project)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("ann@example.org", "e-mail addresses"),
        ("GB29NWBK60161331926819", "IBANs with their check digits"),
    ],
)
def test_one_value_that_is_nothing_else_gives_a_column_away(zone, value, kind):
    path = zone.events({}, {"device": {"type": value}})
    (finding,) = found(zone)
    assert (finding.file, finding.column) == (path, "device.type")
    assert finding.found == f"values that look like {kind} (the first is value 2 of 2 values looked at)"
    assert value not in str(finding)


def test_what_could_be_chance_takes_three_values_and_half_of_all(zone):
    cards = ["4111111111111111", "4012888888881881", "5555555555554444"]
    events = [{"device": {"type": card}} for card in cards]
    zone.events(*events[:2])
    assert found(zone) == []
    path = zone.events(*events, name="b.jsonl")
    (finding,) = found(zone)
    assert (finding.file, finding.column) == (path, "device.type")
    assert "card numbers that pass Luhn's check" in finding.found
    others = [{"device": {"type": f"tablet {number}"}} for number in range(4)]
    zone.events(*events, *others, name="b.jsonl")
    assert found(zone) == []


def test_columns_that_the_contract_does_not_know(zone):
    by_name = zone.events(
        {**EVENT, "author": {"name": "x", "lastName": None}}, {**EVENT, "author": {"lastName": "Roe"}}
    )
    by_value = zone.scores("score_id,score,comment,_ingested_at,extra\ns1,7,fine,2026-01-02T10:00:00,ann@example.org\n")
    in_parquet = zone.orders({"note2": pa.array(["bo@example.org", None])})
    findings = {(finding.file, finding.column): finding for finding in found(zone)}
    assert set(findings) == {
        (by_name, "author.name"),
        (by_name, "author.lastName"),
        (by_value, "extra"),
        (in_parquet, "note2"),
    }
    assert all(finding.advice.startswith("Add it to the contract: classified") for finding in findings.values())


def test_validate_fails(zone, capsys):
    zone.events({"device": {"type": "ann@example.org"}})
    assert main(["--landing", str(zone.root), "--contract", str(zone.project)]) == 1
    out = capsys.readouterr().out
    assert "error: column device.type: expected nothing personal" in out
    assert out.endswith("checked 1 file of 1 table: 1 error, 0 warnings\n")


def test_what_cannot_be_read_is_not_judged(zone):
    zone.orders(name="a.parquet")
    zone.put("shop/orders/ingested_on=2026-01-02/b.parquet", b"PAR1")
    zone.events("{", name="a.jsonl")
    zone.scores(b"\xff\xfe")
    assert found(zone) == []
