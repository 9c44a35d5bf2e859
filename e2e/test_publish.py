"""Releases: what each role is shown, and that readers and builds do not meet."""

from pathlib import Path

import duckdb
import pytest
import yaml
from comparing import declared_models
from conftest import ROOT, TESTED_BUILD, House
from proofs.readers import TABLES, publish, read_while

LIMITED = ("marketing", "support")
PRIVACY = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["privacy"]
# What each role is shown of each class, told here once more: text in Python for a value in clear.
SHOWN = {
    "marketing": {
        "person_id": lambda value: None,
        "name": lambda value: value,
        "email": lambda value: value,
        "phone": lambda value: None,
        "address": lambda value: None,
        "postal_code": lambda value: value[:2],
        "birth_date": lambda value: value.replace(month=1, day=1),
        "national_id": lambda value: None,
    },
    "support": {
        "person_id": lambda value: value,
        "name": lambda value: value,
        "email": lambda value: f"{value[0]}***@{value.split('@')[1].lower()}",
        "phone": lambda value: f"***{value[-4:]}",
        "address": lambda value: value,
        "postal_code": lambda value: value,
        "birth_date": lambda value: None,
        "national_id": lambda value: None,
    },
    "dpo": dict.fromkeys(
        ("person_id", "name", "email", "phone", "address", "postal_code", "birth_date", "national_id"),
        lambda value: value,
    ),
}
CLASSES = {
    "customers": {
        "customer_id": "person_id",
        "email": "email",
        "first_name": "name",
        "last_name": "name",
        "phone": "phone",
        "birth_date": "birth_date",
        "national_id": "national_id",
    },
    "addresses": {
        "customer_id": "person_id",
        "recipient": "name",
        "street": "address",
        "city": "address",
        "postal_code": "postal_code",
    },
}


@pytest.fixture(scope="module")
def released(built, tmp_path_factory) -> House:
    """The built warehouse, published."""
    house = built.copy(tmp_path_factory.mktemp("released"))
    run = publish(house)
    assert run.returncode == 0, run.stderr
    return house


def current(house: House, role: str) -> Path:
    """The folder of a role in the current release."""
    return house.warehouse.parent / "releases" / "current" / role


def query(house: House, role: str, sql: str, *parameters: object) -> list[tuple]:
    """What a role reads."""
    with duckdb.connect(str(current(house, role) / "serving.duckdb"), read_only=True) as connection:
        return connection.execute(sql, parameters).fetchall()


def landed(house: House, table: str, key: str) -> dict[str, dict]:
    """The last state of each row of a shop table that is not deleted, straight from the landed files."""
    with duckdb.connect() as connection:
        connection.execute(
            f"from read_parquet('{house.landing}/shop/{table}/*/*.parquet', union_by_name = true) "
            f"qualify row_number() over (partition by {key} order by _lsn desc, strpos('rdcu', _op) desc) = 1"
        )
        names = [column[0] for column in connection.description]
        rows = [dict(zip(names, row, strict=True)) for row in connection.fetchall()]
    return {row[key]: row for row in rows if row["_op"] != "d"}


def consenting(house: House) -> set[str]:
    """Customers whose last landed declaration on marketing is a consent, and who have not objected since."""
    with duckdb.connect() as connection:
        declared = connection.execute(
            "select customer_id, arg_max(granted, declared_at), max(declared_at) "
            "from read_json(?, union_by_name = true) where purpose = 'email_marketing' group by customer_id",
            [[str(file) for file in house.landing.glob("crm/consents/*/*")]],
        ).fetchall()
        # Few ask for anything, so a small zone has no such file.
        requests = [str(file) for file in house.landing.glob("crm/privacy_requests/*/*")]
        objected = (
            requests
            and connection.execute(
                "select customer_id, max(requested_at) from read_json(?, union_by_name = true) "
                "where request_type in ('object', 'erase') group by customer_id",
                [requests],
            ).fetchall()
        )
    since = dict(objected)
    return {
        customer
        for customer, granted, declared_at in declared
        if granted and not (customer in since and since[customer] >= declared_at)
    }


def people(house: House, role: str) -> set[str]:
    """Ids of the landed customers whom a role may see."""
    customers = landed(house, "customers", "customer_id")
    if role == "support":
        return {customer for customer, row in customers.items() if row["country_code"] == "DE"}
    return customers.keys() & consenting(house) if role == "marketing" else set(customers)


def keys(house: House) -> dict[str, str]:
    """Pseudonymous key of each person, by id."""
    with duckdb.connect(str(house.warehouse), read_only=True) as connection:
        return dict(connection.execute("select person_id, person_key from pii.person_keys").fetchall())


@pytest.mark.parametrize("role", SHOWN)
@pytest.mark.parametrize(("table", "key"), [("customers", "customer_id"), ("addresses", "address_id")])
def test_each_role_sees_each_class_in_its_form(released, role, table, key):
    seen = people(released, role)
    key_of = keys(released)
    expected = {
        (key_of[row["customer_id"]], *(shown(role, table, column, row[column]) for column in CLASSES[table]))
        for row in landed(released, table, key).values()
        if row["customer_id"] in seen
    }
    columns = ", ".join(("customer_key", *CLASSES[table]))
    published = query(released, role, f"select {columns} from personal.shop__{table} where not is_deleted")
    assert expected and set(published) == expected


def made_of_a_class() -> dict[tuple[str, str, str], tuple[str, str]]:
    """Class and form of each column that a mart declares `derived_from`: lineage fails a build where one is missing."""
    found = {}
    for file in (ROOT / "models" / "marts").rglob("*.yml"):
        schema = file.relative_to(ROOT / "models" / "marts").parts[0]
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", []):
            for column in model.get("columns", []):
                derived = column.get("config", {}).get("meta", {}).get("derived_from")
                # Technical columns are in no release.
                if derived and not column["name"].startswith("_"):
                    form = derived.get("form", PRIVACY["mart_forms"].get(derived["class"]))
                    found[schema, model["name"], column["name"]] = derived["class"], form
    return found


@pytest.mark.parametrize("role", SHOWN)
def test_what_was_made_of_a_class_is_hidden_from_whom_the_class_is(released, role):
    made, matrix = made_of_a_class(), {}
    for (schema, table, column), (classification, form) in made.items():
        if schema not in PRIVACY["roles"][role]["schemas"]:
            continue
        is_hidden = PRIVACY["classes"][classification][role] == "redacted"
        matrix[schema, table, column] = classification, "redacted" if is_hidden else form
        read = f"select count({column}), any_value(typeof({column})) from {schema}.{table}"
        values, kind = query(released, role, read)[0]
        # Few customers share these with all else, and who would be alone has none (test_k_anonymity.py).
        assert values == 0 if is_hidden else values > 0 or column in PRIVACY["quasi_identifiers"]
        assert kind == query(released, "dpo", read)[0][1]
    told = (
        "select schema_name, table_name, column_name, classification, form from governance.access_matrix "
        "where role_name = ? and schema_name <> 'personal' and classification is not null"
    )
    assert matrix and {tuple(row[:3]): row[3:] for row in query(released, "dpo", told, role)} == matrix


def shown(role: str, table: str, column: str, value: object) -> object:
    """A landed value as the role should see it."""
    return None if value is None else SHOWN[role][CLASSES[table][column]](value)


@pytest.mark.parametrize("role", LIMITED)
def test_a_limited_role_sees_its_persons_only(released, role):
    key_of = keys(released)
    allowed = {key_of[customer] for customer in people(released, role)}
    tables = query(
        released,
        role,
        "select schema_name || '.' || table_name from duckdb_columns() "
        "where column_name = 'customer_key' and not internal",
    )
    assert len(tables) > 12
    for (table,) in tables:
        found = {row[0] for row in query(released, role, f"select distinct customer_key from {table}")}
        assert found <= allowed, table
    assert {row[0] for row in query(released, role, "select customer_key from core.dim_customer")} == allowed
    assert 0 < len(allowed) < len(key_of)


def test_a_profile_says_who_consents_and_marketing_sees_no_other(released):
    registered = landed(released, "customers", "customer_id").keys()
    key_of = keys(released)
    consented = "select customer_key from customers.customer_360 where consents_to_email_marketing"
    said = {row[0] for row in query(released, "analyst", consented)}
    # Whom only other systems know is in the profiles, too.
    assert said & {key_of[one] for one in registered} == {key_of[one] for one in registered & consenting(released)}
    assert said
    others = "select count(*) from customers.customer_360 where consents_to_email_marketing is distinct from true"
    assert query(released, "marketing", others) == [(0,)] != query(released, "analyst", others)


@pytest.mark.parametrize("role", LIMITED)
def test_rows_of_others_are_not_reached_through_their_orders(released, role):
    for table, parent, column in (
        ("fct_payment", "fct_order", "order_id"),
        ("fct_order_status", "fct_order", "order_id"),
        ("fct_shipment", "fct_order", "order_id"),
        ("fct_ticket_message", "fct_ticket", "ticket_id"),
        ("fct_cart_item", "fct_cart", "cart_id"),
    ):
        strangers = f"select count(*) from core.{table} anti join core.{parent} using ({column})"
        assert query(released, role, strangers) == [(0,)]
        assert query(released, role, f"select count(*) > 0 from core.{table}") == [(True,)]


def test_a_table_that_does_not_say_whose_rows_it_holds_is_shown_to_no_limited_role(released):
    # Public posts: about persons, without a key of theirs.
    shown_to = {
        role
        for role in ("analyst", "dpo", *LIMITED)
        if query(released, role, "select 1 from duckdb_tables() where table_name = 'fct_mention'")
    }
    assert shown_to == {"analyst", "dpo"}


def test_an_analyst_has_no_clear_values(released):
    schemas = {row[0] for row in query(released, "analyst", "select distinct schema_name from duckdb_tables()")}
    assert schemas == {"core", "kpi", "customers", "inventory", "marketing", "service", "governance"}
    assert query(released, "analyst", "select count(*) from duckdb_columns() where starts_with(column_name, '_')") == [
        (0,)
    ]


def test_a_buyer_sees_products_and_suppliers_and_no_person(released):
    told = "select schema_name || '.' || table_name, column_name from duckdb_columns() where not internal"
    columns = query(released, "buyer", told)
    assert {table.split(".")[0] for table, _ in columns} == {"inventory", "kpi"}
    assert {"inventory.product_classes", "inventory.supplier_performance"} <= {table for table, _ in columns}
    keys = {"customer_key", "person_key", "device_key", "order_id", "session_id"}
    assert not [(table, column) for table, column in columns if column in keys]


@pytest.mark.parametrize("role", ("analyst", "dpo", *LIMITED))
def test_every_table_and_column_says_what_it_means(released, role):
    models = declared_models()
    published = query(
        released,
        role,
        "select schema_name, table_name, null, comment from duckdb_tables() "
        "union all select schema_name, table_name, column_name, comment from duckdb_columns() where not internal",
    )
    for schema, table, column, comment in published:
        model = models[f"pii_{table}" if schema == "personal" else table]
        declared = model if column is None else next(known for known in model["columns"] if known["name"] == column)
        assert comment and comment.strip() == declared["description"].strip(), (schema, table, column)
    # A view of the build, too, and what is read in clear.
    described = {f"{schema}.{table}" for schema, table, *_ in published}
    assert {"analyst": "governance.run_audit"}.get(role, "personal.shop__customers") in described


def test_parquet_holds_what_the_tables_hold_and_is_written_once(released):
    hashed = "select count(*), sum(hash(told)) from {} as told"
    for role in ("analyst", "dpo", *LIMITED):
        folder = current(released, role) / "parquet"
        with duckdb.connect(str(folder.parent / "serving.duckdb"), read_only=True) as connection:
            tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
            files = {str(path.relative_to(folder)) for path in folder.rglob("*.parquet")}
            assert files == {f"{schema}/{table}.parquet" for schema, table in tables}
            for schema, table in tables:
                held = connection.execute(hashed.format(f"{schema}.{table}")).fetchone()
                filed = connection.execute(hashed.format(f"'{folder / schema / table}.parquet'")).fetchone()
                assert held == filed, f"{role}: {schema}.{table}"
    order = Path("parquet/core/fct_order.parquet")
    inodes = {role: (current(released, role) / order).stat().st_ino for role in ("analyst", "dpo", *LIMITED)}
    assert inodes["analyst"] == inodes["dpo"] and len(set(inodes.values())) == 3


def test_a_release_is_readable_by_its_owner_only(released):
    releases = released.warehouse.parent / "releases"
    paths = [releases, *(path for path in releases.rglob("*") if not path.is_symlink())]
    assert len(paths) > 100
    assert {oct(path.stat().st_mode & 0o777) for path in paths if path.is_dir()} == {"0o700"}
    assert {oct(path.stat().st_mode & 0o777) for path in paths if path.is_file()} == {"0o600"}


@pytest.mark.long
def test_a_reader_sees_no_error_and_no_mixture_and_blocks_no_build(built, tmp_path):
    house = built.copy(tmp_path)

    def build_and_publish() -> None:
        # What a build of another day would change, without taking as long as one.
        house.dbt(*TESTED_BUILD, "--select", "run_audit")
        with duckdb.connect(str(house.warehouse)) as connection:
            for table in TABLES:
                connection.execute(f"insert into {table} from {table} limit 1")
        run = publish(house)
        assert run.returncode == 0, run.stderr

    assert publish(house).returncode == 0
    seen = read_while(house, [build_and_publish] * 2)
    assert seen["errors"] == [] and seen["mixtures"] == []
    assert seen["releases"] == 3 and seen["reads"] > 3


def test_old_releases_are_pruned(built, tmp_path):
    house = built.copy(tmp_path)
    releases = house.warehouse.parent / "releases"
    for name in ("20250101T000000000000Z", "20250102T000000000000Z", "20250103T000000000000Z"):
        (releases / name / "dpo").mkdir(parents=True)
    # What a killed publish leaves.
    (releases / ".unfinished-20250104T000000000000Z" / "dpo").mkdir(parents=True)
    assert publish(house).returncode == 0
    newest = (releases / "current").readlink().name
    assert {path.name for path in releases.iterdir()} == {
        "20250102T000000000000Z",
        "20250103T000000000000Z",
        newest,
        "current",
    }


def test_a_build_that_failed_publishes_nothing(built, tmp_path):
    house = built.copy(tmp_path)
    assert publish(house).returncode == 0
    before = (house.warehouse.parent / "releases" / "current").readlink()
    with duckdb.connect(str(house.warehouse)) as connection:
        connection.execute("alter view staging.stg_ads__daily_spend rename to lost")
    house.dbt("run", "--select", "fct_ad_spend", succeeds=False)
    run = publish(house)
    assert run.returncode == 1 and "fct_ad_spend failed" in run.stderr and "make build" in run.stderr
    assert "--select fct_ad_spend+`" in run.stderr
    # Whatever else runs well afterwards.
    house.dbt("run", "--select", "dim_warehouse")
    run = publish(house)
    assert run.returncode == 1 and "fct_ad_spend failed" in run.stderr
    assert (house.warehouse.parent / "releases" / "current").readlink() == before
    with duckdb.connect(str(house.warehouse)) as connection:
        connection.execute("alter view staging.lost rename to stg_ads__daily_spend")
    house.dbt("run", "--select", "fct_ad_spend", "dim_warehouse")
    run = publish(house)
    assert run.returncode == 1 and "has not run since fct_ad_spend was built" in run.stderr
    house.dbt(*TESTED_BUILD, "--select", "fct_ad_spend+", "dim_warehouse+")
    assert publish(house).returncode == 0, publish(house).stderr


def test_a_test_that_failed_keeps_what_it_tests_from_being_published(built, tmp_path):
    house = built.copy(tmp_path)
    with duckdb.connect(str(house.warehouse)) as connection:
        connection.execute("insert into core.dim_campaign from core.dim_campaign limit 1")
    house.dbt("test", "--select", "dim_campaign", succeeds=False)
    house.dbt("run", "--select", "run_audit")
    run = publish(house)
    assert run.returncode == 1 and "integrity_dim_campaign" in run.stderr and "failed" in run.stderr
    # The command that is printed makes it good.
    command = run.stderr.split("Run `dbt ")[1].split("`")[0]
    assert "dim_campaign+" in command
    house.dbt(*command.split())
    assert publish(house).returncode == 0, publish(house).stderr


def test_nothing_is_published_by_other_rules_than_the_build_had(built, tmp_path):
    house = built.copy(tmp_path)
    project = tmp_path / "project"
    project.mkdir()
    text = (ROOT / "dbt_project.yml").read_text()
    changed = text.replace(
        "email: {analyst: generalised, marketing: full", "email: {analyst: generalised, marketing: partial"
    )
    assert changed != text
    (project / "dbt_project.yml").write_text(changed)
    run = publish(house, folder=project)
    assert run.returncode == 1 and "not those that the warehouse was built with" in run.stderr
    assert "Traceback" not in run.stderr


def test_nothing_is_published_of_a_warehouse_that_is_not_there(tmp_path, built):
    house = built.copy(tmp_path)
    house.warehouse.unlink()
    run = publish(house)
    assert run.returncode == 1
    assert "make build" in run.stderr and "Traceback" not in run.stderr
