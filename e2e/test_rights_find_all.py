"""Rights find a person by every link and spelling; what looks personal reaches nobody. In a zone written by hand."""

import json
from pathlib import Path

import duckdb
import pytest
from comparing import query
from conftest import TESTED_BUILD, House, house
from proofs.erasure import command
from proofs.readers import publish

# Beyond the basic plane, where JSON writes two escapes.
PERSON = "C-\U0001f600-1"
OTHER = "C-\U0001f602-1"
EMAIL = "anna.schmidt@mail.example"
DAY = "2025-03-01"
AT = f"{DAY}T10:00:00Z"
UNUSABLE = [
    f"no JSON of {EMAIL.upper()}.",
    f"mailto:{EMAIL.replace('@', '%40')} (no JSON)",
    f"no JSON: {EMAIL.replace('@', ' @ ')}",
    f"{PERSON} alone names the person",
]
VISITS_WITHOUT_SESSION_IDS = (
    "select session_id, event_count, device_key is null from core.fct_web_session "
    "where session_id like 'visit-%' order by all"
)
OF_OTHERS = ["no JSON of joanna.schmidt@mail.example", f"no JSON of {OTHER}"]


def land(landing: Path, table: str, rows: list) -> None:
    """Write a JSONL file of a table; a text is a line as it is."""
    file = landing / table / f"ingested_on={DAY}" / "rows.jsonl"
    file.parent.mkdir(parents=True)
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    file.write_text("".join(f"{line}\n" for line in lines))


def event(event_id: str, session_id: str | None, customer_id: str | None = None, **more: dict) -> dict:
    """An event of the web."""
    return {
        "event_id": event_id,
        "event_type": "page_view",
        "occurred_at": AT,
        "session_id": session_id,
        "customer_id": customer_id,
        "_ingested_at": AT,
        **more,
    }


def cart(cart_id: str, session_id: str) -> dict:
    """A cart of nobody who is known."""
    written = {"created_at": AT, "_written_at": AT, "_ingested_at": AT, "items": []}
    return {
        "cart_id": cart_id,
        "session_id": session_id,
        "currency_code": "EUR",
        "country_code": "DE",
        "cart_status": "open",
        **written,
    }


def contact(contact_id: str, customer_id: str, email: str) -> dict:
    """A contact of the CRM."""
    return {"contact_id": contact_id, "customer_id": customer_id, "email": email, "created_at": AT, "_ingested_at": AT}


@pytest.fixture(scope="module")
def home(tmp_path_factory, dbt_files) -> House:
    """The zone, built."""
    made = house(tmp_path_factory.mktemp("by_hand"), dbt_files)
    made.landing.mkdir()
    (made.landing / "_landing_zone.json").write_text(json.dumps({"landing_zone_id": "by-hand", "simulated": True}))
    land(
        made.landing,
        "web/events",
        [
            event(
                "e1",
                "s1",
                utm={"source": "mail", "campaign": f"for {EMAIL}"},
                page={"path": "/", "referrer": "https://a.example/?m=b%40c.example"},
            ),
            event("e2", "s1", PERSON),
            event("e3", "s2", OTHER, utm={"source": "mail", "campaign": "spring"}),
            # No session id: a device that the person alone used, and one that both did.
            event("e4", None, PERSON, device={"id": "d1"}),
            event("e5", None, device={"id": "d1"}),
            event("e6", None, OTHER, device={"id": "d2"}),
            event("e7", None, PERSON, device={"id": "d2"}),
            event("e8", None, device={"id": "d2"}),
            *UNUSABLE,
            *OF_OTHERS,
        ],
    )
    land(made.landing, "carts/carts", [cart("k1", "s1"), cart("k2", "s2"), cart("k3", "s3")])
    land(made.landing, "crm/contacts", [contact("1", PERSON, EMAIL), contact("2", OTHER, "otto@mail.example")])
    made.dbt(*TESTED_BUILD)
    return made


def export(home: House, person: str) -> dict:
    """What export_person prints."""
    quiet = ("--quiet", "--no-write-json", "--log-level-file", "none")
    printed = home.dbt(*quiet, "run-operation", "export_person", "--args", f"{{customer_id: {person}}}")
    told = json.loads(next(line for line in printed.splitlines() if line.startswith("{")))
    assert told["customer_id"] == person
    return told["rows"]


def test_an_export_follows_every_link_and_spelling(home):
    rows = export(home, PERSON)
    assert sorted(rows) == ["carts.carts", "crm.contacts", "web.events"]
    assert [row["cart_id"] for row in rows["carts.carts"]] == ["k1"]
    good = [row["event_id"] for row in rows["web.events"] if row["_raw"] is None]
    assert sorted(good) == ["e1", "e2", "e4", "e5", "e7"]
    assert sorted(row["_raw"] for row in rows["web.events"] if row["_raw"] is not None) == sorted(UNUSABLE)


def test_what_looks_personal_in_a_column_without_class_reaches_nobody(home, tmp_path):
    changed = home.copy(tmp_path)
    held = "select table_name, column_name, held_back_rows from governance.held_back_values order by 2"
    assert query(changed.warehouse, held) == [("events", "referrer", 1), ("events", "utm_campaign", 1)]
    campaigns = "select session_id, utm_campaign from core.fct_web_session order by 1"
    assert query(changed.warehouse, campaigns)[:2] == [("s1", "[held back]"), ("s2", "spring")]
    told = publish(changed)
    assert told.returncode == 0 and "look personal" not in told.stderr
    # What comes another way is found when a release is written, is shown to nobody, and stops no release.
    with duckdb.connect(str(changed.warehouse)) as connection:
        connection.execute("update core.fct_web_session set utm_source = 'x@y.example' where session_id = 's2'")
    told = publish(changed)
    assert told.returncode == 0
    assert "core.fct_web_session, column utm_source: 1 values look personal" in told.stderr
    assert "x@y.example" not in told.stdout + told.stderr
    for role in ("analyst", "dpo"):
        serving = changed.warehouse.parent / "releases" / "current" / role / "serving.duckdb"
        sources = "select utm_source from core.fct_web_session where session_id in ('s1', 's2') order by session_id"
        assert query(serving, sources) == [("mail",), ("[held back]",)]
        file = serving.parent / "parquet/core/fct_web_session.parquet"
        filed = f"select count(*) from '{file}' where utm_source = '[held back]'"
        assert query(serving, filed) == [(1,)]


def test_a_person_of_any_id_is_erased_by_every_link(home, tmp_path):
    changed = home.copy(tmp_path)
    told = command(changed, "techco.operations.erase", PERSON, "--landing")
    assert "landed file written anew: web/events" in told
    assert quarantined(changed) == (len(UNUSABLE), sorted(OF_OTHERS))
    marked = "select count(*) from base.base_{} where _erased_key is not null"
    counts = {table: query(changed.warehouse, marked.format(table))[0][0] for table in ("web__events", "carts__carts")}
    assert counts == {"web__events": 5 + len(UNUSABLE), "carts__carts": 1}
    changed.dbt("build", "-s", "fct_web_session+1", "assert_session_events_close")
    visits = query(changed.warehouse, VISITS_WITHOUT_SESSION_IDS)
    landed = "\n".join(path.read_text() for path in changed.landing.rglob("*.jsonl"))
    assert OTHER in landed and "otto@mail.example" in landed and all(line in landed for line in OF_OTHERS)
    for line in OF_OTHERS:
        landed = landed.replace(line, "")
    assert PERSON not in landed and EMAIL not in landed.lower() and EMAIL.replace("@", "%40") not in landed
    # The same files again, whole: nothing comes back, whether day by day or in a full build.
    changed.dbt("run", "--full-refresh")
    assert quarantined(changed) == (len(UNUSABLE), sorted(OF_OTHERS))
    # Of e5 nothing is left by which it would be anybody's.
    counts["web__events"] -= 1
    assert counts == {
        table: query(changed.warehouse, marked.format(table))[0][0] for table in ("web__events", "carts__carts")
    }
    assert query(changed.warehouse, VISITS_WITHOUT_SESSION_IDS) == visits


def quarantined(home: House) -> tuple[int, list[str]]:
    """How many events of the quarantine an erasure has replaced, and the others as they came."""
    rows = [raw for (raw,) in query(home.warehouse, "select raw_row from quarantine.quarantine_web order by 1")]
    others = [raw for raw in rows if not raw.startswith("erased:")]
    return len(rows) - len(others), others


def test_an_order_tells_whose_its_review_is(home, tmp_path):
    changed = home.copy(tmp_path)
    with duckdb.connect(str(changed.warehouse)) as connection:
        connection.execute(
            "insert into base.base_shop__orders by name select 'o1' as order_id, ? as customer_id", [PERSON]
        )
        for table, key in (("reviews__reviews", "review_id"), ("surveys__nps_responses", "response_id")):
            connection.execute(
                f"insert into base.base_{table} by name select 'x1' as {key}, 'o1' as order_id "
                f"union all by name select 'x2' as {key}, 'o2' as order_id"
            )
    rows = export(changed, PERSON)
    assert [row["review_id"] for row in rows["reviews.reviews"]] == ["x1"]
    assert [row["response_id"] for row in rows["surveys.nps_responses"]] == ["x1"]
