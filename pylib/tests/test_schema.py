"""The JSON schema of sources files says what the contract takes, and refuses what it refuses."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from techco.contract.raw_contract import SOURCES_GLOB, ContractError, load_contract
from techco.contract.schema import EDITOR_LINE, SCHEMA, schema_of, written

from tests.zones import SHOP, write_project

REPOSITORY = Path(__file__).parents[2]
FILES = sorted(REPOSITORY.glob(SOURCES_GLOB))


def mistakes(schema: dict, text: str) -> list[str]:
    """What an editor would underline in a sources file, as paths of settings."""
    # JSON has no days: editors take them for texts.
    declared = json.loads(json.dumps(yaml.safe_load(text), default=str))
    return ["/".join(map(str, error.absolute_path)) for error in Draft202012Validator(schema).iter_errors(declared)]


def test_the_schema_is_that_of_the_models():
    Draft202012Validator.check_schema(schema_of(REPOSITORY))
    assert (REPOSITORY / SCHEMA).read_text() == written(REPOSITORY), "The models have changed: run `make schema`."


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_editors_find_the_schema_and_nothing_wrong(file):
    text = file.read_text()
    assert text.startswith(f"{EDITOR_LINE}\n")
    assert (file.parent / EDITOR_LINE.partition("$schema=")[2]).resolve() == REPOSITORY / SCHEMA
    assert mistakes(json.loads((REPOSITORY / SCHEMA).read_text()), text) == []


TABLE, EMAIL = "sources/0/tables/0", "sources/0/tables/0/columns/1"


@pytest.mark.parametrize(
    ("right", "wrong", "path"),
    [
        ("feed: cdc", "feed: stream", "sources/0/config/meta/feed"),
        ("format: parquet", "format: orc", "sources/0/config/meta/format"),
        ("owner: commerce", "ownr: commerce", "sources/0/config/meta"),
        ("period: 3 years", "period: long", "sources/0/config/meta/retention"),
        ("legal_basis: test", "reason: test", "sources/0/config/meta/retention"),
        ("meta: {key: [order_id]}", "meta: {keys: [order_id]}", f"{TABLE}/config/meta"),
        ("meta: {key: [order_id]}", "meta: {key: [order_id], cadence: weekly}", f"{TABLE}/config/meta/cadence"),
        ("meta: {key: [order_id]}", 'meta: {key: [order_id], csv: {delimiter: ";;"}}', f"{TABLE}/config/meta/csv/del"),
        ("columns:", "colums:", TABLE),
        ("classification: email", "classification: e_mail", f"{EMAIL}/config/meta/classification"),
        ("classification: email", "class: email", f"{EMAIL}/config/meta"),
        ("name: email, data_type: varchar", "name: email, data_type: text", f"{EMAIL}/data_type"),
        ("name: email,", "name: e-mail,", f"{EMAIL}/name"),
        ("domain: currencies", "domain: coins", "sources/0/tables/0/columns/2/config/meta/domain"),
        ("required: true, domain", "required: often, domain", "sources/0/tables/0/columns/2/config/meta/required"),
    ],
)
def test_what_is_wrong_is_refused_by_editors_and_by_the_contract(tmp_path, right, wrong, path):
    project = write_project(tmp_path)
    assert mistakes(schema_of(project), SHOP) == []
    text = SHOP.replace(right, wrong, 1)
    assert text != SHOP
    found = mistakes(schema_of(project), text)
    assert len(found) == 1 and found[0].startswith(path)
    with pytest.raises(ContractError):
        load_contract(write_project(tmp_path, shop=text))
