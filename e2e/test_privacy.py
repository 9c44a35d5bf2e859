"""Clear values of persons stand in the restricted schemas only, and secrets nowhere."""

import json
import re
import shutil
import subprocess
import sys

import duckdb
import pytest
from conftest import ROOT, TESTED_BUILD, House
from leak_scan import Search
from proofs.leaks import SECRETS, leaks
from proofs.readers import publish
from techco.privacy.lineage import findings, read_project

EMAIL = "ana.unlike-any-word@mail.example"
KINDS = {"person_id", "name", "email", "phone", "address", "postal_code", "birth_date", "national_id", "payment"}


@pytest.fixture(scope="module")
def search(built) -> Search:
    """For every clear value of the zone."""
    return Search.of_zone(built.landing, ["techco-development-pepper"])


@pytest.fixture(scope="module")
def found(built, search, tmp_path_factory) -> list[str]:
    """What the search finds; dbt's files then hold the whole project, compiled."""
    return [str(hit) for hit in leaks(built.copy(tmp_path_factory.mktemp("searched")), search)]


def test_no_clear_value_leaves_the_restricted_schemas(built, search, found):
    assert set(search.kinds.values()) >= KINDS | {"ip_address", "device_id"}
    there = search.in_restricted(built.warehouse)
    assert {kind for schema, kind in there if schema == "base"} >= KINDS
    assert found == []


def test_no_column_derives_from_a_classified_one(built, found):
    assert findings(read_project(ROOT, built.target / "manifest.json")) == []


def test_a_column_that_does_is_told_with_its_path(built, found):
    project = read_project(ROOT, built.target / "manifest.json")
    staged = project.nodes["model.techco.stg_shop__customers"]
    staged["compiled_code"] = re.sub(
        r"_load_id\s+from customers\s*$", "_load_id, email from customers", staged["compiled_code"]
    )
    dimension = project.nodes["model.techco.dim_customer"]
    dimension["compiled_code"] = f"""
        with dimension as ({dimension["compiled_code"]})
        select dimension.*, lower(staged.email) as contact
        from dimension
        left join staging.stg_shop__customers as staged using (customer_key)
    """
    (told,) = findings(project)
    assert "staging.stg_shop__customers.email ← base.base_shop__customers.email ← source.shop.customers.email" in told
    assert "core.dim_customer.contact" in told


def test_what_it_finds_is_not_published(built, found, tmp_path):
    house = built.copy(tmp_path)
    target = tmp_path / "target"
    target.mkdir()
    told = [sys.executable, "-m", "techco.privacy.lineage", str(target)]
    manifest = json.loads((built.target / "manifest.json").read_text())
    (target / "manifest.json").write_text(json.dumps(manifest))
    assert subprocess.run(told, cwd=ROOT, env=house.environment(), check=False).returncode == 0
    dimension = manifest["nodes"]["model.techco.dim_customer"]
    dimension["compiled_code"] = f"""
        with dimension as ({dimension["compiled_code"]})
        select dimension.*, lower(known.email) as contact from dimension, base.base_shop__customers as known
    """
    (target / "manifest.json").write_text(json.dumps(manifest))
    run = subprocess.run(told, cwd=ROOT, env=house.environment(), check=False, capture_output=True, text=True)
    assert run.returncode == 1
    assert "core.dim_customer.contact ← base.base_shop__customers.email" in run.stderr
    refused = publish(house)
    assert refused.returncode == 1
    assert "A column shows personal data" in refused.stderr
    with duckdb.connect(str(house.warehouse), read_only=True) as connection:
        audited = "select failures, failed_nodes from governance.run_audit order by started_at desc limit 1"
        assert connection.execute(audited).fetchone() == (1, "lineage")
    # A build alone does not make it right; that lineage finds nothing does.
    house.dbt(*TESTED_BUILD, "-s", "run_audit")
    assert publish(house).returncode == 1
    (target / "manifest.json").write_text((built.target / "manifest.json").read_text())
    assert subprocess.run(told, cwd=ROOT, env=house.environment(), check=False).returncode == 0
    assert publish(house).returncode == 0


@pytest.mark.parametrize(
    "written", [EMAIL, f"Please write to {EMAIL.upper()}!", f"<{EMAIL}>", f"1234{EMAIL}1234", f"line\n{EMAIL}"]
)
def test_a_value_is_found_whole_and_inside_longer_texts(written):
    assert [hit.kind for hit in Search([("email", EMAIL)]).in_text(written, "here")] == ["email"]


@pytest.mark.parametrize(
    ("kind", "value", "written", "is_found"),
    [
        ("phone", "(201) 555-0123", "call 2015550123", True),
        ("phone", "(201) 555-0123", "order 92015550123", False),
        ("national_id", "036.062.099-08", "CPF 03606209908", True),
        ("ip_address", "198.18.0.12", "from 198.18.0.12:443", True),
        ("ip_address", "198.18.0.12", "from 198.18.0.128", False),
        ("person_id", "C00000042", "a9c0000004217", False),
        ("person_id", "C00000042", "erased:C00000042", True),
        ("birth_date", "1984-05-12", "1984-05-12 00:00:00", True),
        ("birth_date", "1984-05-12", "1984-01-01", False),
        ("name", "Jürgenqz", r"{\"name\": \"J\u00fcrgenqz\"}", True),
        ("name", "Annaqz", "AnnaqzAlbrechtqz", True),
    ],
)
def test_a_number_is_found_unless_it_is_part_of_a_longer_one(kind, value, written, is_found):
    assert bool(Search([(kind, value)]).in_text(written, "here")) is is_found


def test_a_leak_is_found_wherever_it_is(tmp_path):
    search = Search([("email", EMAIL), ("birth_date", "1984-05-12")], SECRETS.values())
    warehouse, release = tmp_path / "techco.duckdb", tmp_path / "releases" / "1"
    (release / "analyst" / "core").mkdir(parents=True)
    (release / "dpo" / "personal").mkdir(parents=True)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"""
            create schema core;
            create schema audit;
            create table core.dates as select date '1984-05-12' as born;
            create table core.nested as select {{'of': ['x {EMAIL}']}} as document;
            create table audit.failures as select '{EMAIL}' as email;
            create view core.shown as select email as told from techco.audit.failures;
            copy core.nested to '{release}/analyst/core/nested.parquet';
            copy audit.failures to '{release}/dpo/personal/failures.parquet'
        """)
    shutil.copy(warehouse, release / "analyst" / "serving.duckdb")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "dbt.log").write_text(f"where email = '{EMAIL}' and pepper = '{SECRETS['TECHCO_PEPPER']}'")
    assert {(hit.place, hit.kind) for hit in search.in_warehouse(warehouse)} == {
        ("techco.duckdb: core.dates.born", "birth_date"),
        ("techco.duckdb: core.nested.document", "email"),
        ("techco.duckdb: core.shown.told", "email"),
    }
    found = {hit.place for hit in search.in_releases(release.parent)}
    assert {place.split("/", 1)[1] for place in found} == {
        "analyst/core/nested.parquet: core.nested.document",
        "analyst/serving.duckdb: core.dates.born",
        "analyst/serving.duckdb: core.nested.document",
        "analyst/serving.duckdb: core.shown.told",
        # A role that may see e-mail addresses may not in any other place, and an analyst not at all.
        "analyst/serving.duckdb: audit.failures.email",
    }
    assert {(hit.place, hit.kind) for hit in search.in_folder(tmp_path / "logs")} == {
        ("logs/dbt.log", "email"),
        ("logs/dbt.log", "secret"),
    }


def test_secrets_stand_in_no_text(built, tmp_path):
    house = House(built.landing, tmp_path / "warehouse" / "techco.duckdb", built.target)
    models = ["base_shop__customers", "stg_shop__customers", "pii_shop__customers"]
    house.dbt("run", "--select", *models, DBT_WRITE_JSON="true", **SECRETS)
    search = Search([], SECRETS.values())
    assert search.in_folder(house.target) == set()
    assert search.in_restricted(house.warehouse) == {}
    with duckdb.connect(str(house.warehouse), read_only=True) as connection:
        keys = connection.execute("select count(distinct customer_key) from staging.stg_shop__customers").fetchone()
    assert keys[0] > 100


def test_a_person_has_one_key_everywhere(built):
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        assert connection.execute(
            "select count(*) from core.dim_customer where not is_inferred and customer_key <> 'unknown' "
            "and customer_key not in (select person_key from pii.person_keys)"
        ).fetchone() == (0,)
        total, keys, ids = connection.execute(
            "select count(*), count(distinct person_key), count(distinct person_id) from pii.person_keys"
        ).fetchone()
        assert total == keys == ids > 0
