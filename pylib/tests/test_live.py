"""The live view and its service, over a release and SQL of a few lines; with the project's own: e2e/test_live.py."""

import http.client
import json
import random
import socket
import threading
import time
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from techco.contract.landing_zone import LandingZone
from techco.live.queries import LiveTable, Queries
from techco.live.server import Server, serve
from techco.live.service import Service
from techco.live.tokens import TokensError, load_tokens, role_of
from techco.live.view import LiveError
from techco.privacy.vault import DEVELOPMENT_PEPPER, DEVELOPMENT_SUPPRESSION_KEY, fingerprint, pads, pseudonym
from techco.serving.live_file import NAME

FINGERPRINT = fingerprint(DEVELOPMENT_PEPPER)
EVENT = {
    "event_id": "varchar", "event_type": "varchar", "occurred_at": "timestamp", "session_id": "varchar",
    "customer_id": "varchar", "device_key": "varchar", "device_type": "varchar", "user_agent": "varchar",
    "country_code": "varchar", "utm_source": "varchar", "utm_campaign": "varchar", "product_id": "varchar",
    "quantity": "bigint", "in_stock": "boolean", "_ingested_at": "timestamp",
}  # fmt: skip
KEY = "left(sha256((select pepper from vault.main.pepper) || ':' || customer_id), 32) as customer_key"
STORED = (
    "event_id varchar, session_id varchar, customer_key varchar, product_id varchar, event_type varchar, "
    "device_type varchar, country_code varchar, utm_source varchar, utm_campaign varchar, in_stock "
    "boolean, has_agent_of_bot boolean, "
    "quantity bigint, occurred_at timestamp, _visit_scope varchar, _version bigint"
)
VISITS = """
    select _visit_scope as session_id, coalesce(max(customer_key), 'unknown') as customer_key, false as is_bot,
        case when count_if(event_type = 'add_to_cart') > 0 then 'cart' else 'looking' end as visit_stage,
        max(product_id) as product_id, max(category) as category_code, count(*) as event_count, sum(quantity) as
        cart_amount_reporting, string_agg(event_id, ' ' order by occurred_at, event_id) as ids,
        bool_or(consents.is_granted) as consents_to_marketing, max(segment_name) as segment_name,
        max(occurred_at) as last_event_at, _visit_scope
    from intermediate.int_live__events as events
    left join core.dim_product using (product_id)
    left join (from intermediate.int_person__consents where purpose = 'news') as consents using (customer_key)
    left join customers.segments using (customer_key)
    group by _visit_scope
    having max(occurred_at) > (select live_at - interval 30 minute from intermediate.int_live__clock)
"""
FUNNEL = "select 0 as step_number, 'visit' as step_name, count(*) as visit_count from marketing.live_interactions"
NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def reader(columns):
    """SQL that reads lines of JSON as the project's does: what cannot be read is a row with a reason."""
    typed = ", ".join(
        f"try_cast(json_extract_string(document, '$.{name}') as {kind}) as {name}" for name, kind in columns.items()
    )
    read = (
        "select try_cast(line as json) as document, substr(filename, $path_begins) as _file, row_number() "
        "over () as _row "
        "from read_csv([$files], "
        "columns = {'line': 'varchar'}, header = false, delim = chr(0), quote = '', escape = '', auto_detect = false, "
        "filename = true)"
    )
    judge = (
        f"select *, {KEY}, epoch_us(coalesce(_ingested_at, timestamp '1970-01-01')) as _version from (select {typed}, "
        "_file, _row, case when coalesce(json_type(document) <> 'OBJECT', true) then 'unreadable' "
        "when json_extract_string(document, '$.customer_id') "
        "= '?' then 'type:customer_id' end as _issues from landed_rows)"
    )
    parquet = "select * from read_parquet([$files], filename = true) where $path_begins > 0"
    return {"jsonl": {"read": read, "judge": judge}, "parquet": {"read": parquet, "judge": judge}}


STAMPS = {"customer_id": "varchar", "_ingested_at": "timestamp"}
QUERIES = Queries(
    intake={
        "web.events": reader(EVENT),
        "crm.consents": reader(STAMPS | {"purpose": "varchar", "is_granted": "boolean", "declared_at": "timestamp"}),
        "crm.privacy_requests": reader(STAMPS | {"request_type": "varchar", "requested_at": "timestamp"}),
    },
    tables=(LiveTable("marketing", "live_interactions", VISITS), LiveTable("marketing", "live_funnel", FUNNEL)),
    visit_scope="coalesce(session_id, 'device:' || device_key)",
    bot_agents=("%bot",),
    live_minutes=60,
    visit_gap_minutes=30,
    consent_of_role={"marketing": "news"},
)


class Place:
    """A landing zone with releases, and a service on them."""

    def __init__(self, folder):
        self.folder = folder
        self.landing = folder / "landing"
        self.landing.mkdir()
        self.released = 0
        self.service = None
        self.files = 0

    def release(self, events=(), loaded=(), consents=("ann", "bob"), erased=(), registry="rules", segment="loyal"):
        """Publish a release: what a build holds."""
        self.released += 1
        folder = self.folder / "releases" / str(self.released)
        folder.mkdir(parents=True)
        with duckdb.connect(str(folder / NAME)) as connection:
            run = connection.execute
            for schema in ("control", "intermediate", "core", "customers"):
                run(f"create schema {schema}")
            run(f"create table intermediate.int_live__events ({STORED})")
            for event in events:
                run(
                    "insert into intermediate.int_live__events by name select ? as event_id, ? as session_id, ? as "
                    "_visit_scope, ? as occurred_at, 'page_view' as event_type, ? as customer_key, "
                    "false as has_agent_of_bot, 1 as _version",
                    [
                        event["event_id"],
                        event["session_id"],
                        event["session_id"],
                        event["occurred_at"],
                        event.get("key"),
                    ],
                )
            run("create table core.dim_product as select 'P1' as product_id, 'shoes' as category")
            run(
                f"create table customers.segments as select '{key('ann')}' as customer_key, '{segment}' as segment_name"
            )
            run(
                "create table intermediate.int_person__consents "
                "(customer_key varchar, purpose varchar, is_granted boolean, declared_at timestamp)"
            )
            run("create table control.scopes (role_name varchar, customer_key varchar)")
            for person in consents:
                run(
                    "insert into intermediate.int_person__consents values (?, 'news', true, ?)",
                    [key(person), NOW - timedelta(days=9)],
                )
                run("insert into control.scopes values ('marketing', ?)", [key(person)])
            run("create table control.suppressions (person_hash varchar)")
            for person in erased:
                run("insert into control.suppressions values (?)", [suppressed(person)])
            run("create table control.loaded_files (file_path varchar)")
            for path in loaded:
                run("insert into control.loaded_files values (?)", [path])
            run(
                "create table control.identity as select 'zone' as landing_zone_id, ? as pepper_fingerprint",
                [FINGERPRINT],
            )
            run(
                "create table control.access_matrix (role_name varchar, table_name varchar, column_name varchar, "
                "expression varchar, row_condition varchar, column_position bigint, registry_fingerprint varchar)"
            )
            shown = (
                "session_id customer_key visit_stage product_id category_code is_bot event_count ids segment_name "
                "consents_to_marketing cart_amount_reporting last_event_at"
            ).split()
            persons = "select customer_key from intermediate.int_person__scopes where role_name = 'marketing'"
            scope = f"customer_key in ({persons})"
            for role, condition in (("analyst", None), ("marketing", scope)):
                for place, column in enumerate(shown):
                    # Of what is redacted for a role, nothing is shown.
                    value = "nullif(ids, ids)" if (role, column) == ("marketing", "ids") else column
                    run(
                        "insert into control.access_matrix values (?, 'live_interactions', ?, ?, ?, ?, ?)",
                        [role, column, value, condition, place, registry],
                    )
                for place, column in enumerate(("step_number", "step_name", "visit_count")):
                    run(
                        "insert into control.access_matrix values (?, 'live_funnel', ?, ?, null, ?, ?)",
                        [role, column, column, place, registry],
                    )
        link = self.folder / "releases" / ".current"
        link.symlink_to(folder, target_is_directory=True)
        link.replace(self.folder / "releases" / "current")

    def open(self, **changes):
        """The service, before its first cycle."""
        zone = LandingZone(self.landing, "zone", True)
        settings = {"memory_limit": "300MB", "fingerprint": FINGERPRINT, "registry": "rules"} | changes
        self.service = Service(QUERIES, zone, self.folder / "releases", **settings)
        return self.service

    def land(self, *lines, table="web/events", name=None, day="2026-12-01"):
        """Land a file; its path in the zone."""
        self.files += 1
        folder = self.landing / table / f"ingested_on={day}"
        folder.mkdir(parents=True, exist_ok=True)
        name = name or f"{self.files:06d}.jsonl"
        texts = [line if isinstance(line, str) else json.dumps(line, default=str) for line in lines]
        (folder / f".{name}").write_text("\n".join(texts) + "\n", encoding="utf-8")
        (folder / f".{name}").rename(folder / name)
        return f"{table}/ingested_on={day}/{name}"

    def cycle(self, count=1):
        """Cycle, with all that is due."""
        for _ in range(count):
            self.service.due.clear()
            self.service.forgot_at = datetime(1970, 1, 1)
            self.service.cycle()

    def visits(self, role="analyst", **asked):
        """Visits as a role is shown them, by their id."""
        from techco.live import answers

        return {row["session_id"]: row for row in self.service.ask(role, answers.interactions, asked)["rows"]}


def key(person):
    """The key of a person."""
    return pseudonym(DEVELOPMENT_PEPPER, person)


def suppressed(person):
    """What an erased person is known by."""
    import hashlib

    inner, outer = pads(DEVELOPMENT_SUPPRESSION_KEY)
    return hashlib.sha256(outer + hashlib.sha256(inner + person.encode()).digest()).hexdigest()


def event(number, session="S1", seconds=0, **changes):
    """An event as it lands."""
    at = NOW - timedelta(minutes=10) + timedelta(seconds=seconds)
    return {
        "event_id": f"e{number}",
        "event_type": "page_view",
        "session_id": session,
        "occurred_at": at,
        "_ingested_at": at,
    } | changes


@pytest.fixture
def place(tmp_path):
    """A place with a release without events."""
    place = Place(tmp_path)
    place.release()
    yield place
    if place.service:
        place.service.stop()


def test_what_lands_is_shown_together_with_what_is_built(place):
    built = event(1, "S1")
    place.release(events=[built, event(9, "S9")])
    place.open()
    place.land(event(2, "S1", 5, customer_id="ann", event_type="add_to_cart", product_id="P1", quantity=2))
    place.cycle()
    shown = place.visits()
    assert shown["S1"]["ids"] == "e1 e2" and shown["S1"]["visit_stage"] == "cart"
    assert shown["S1"]["customer_key"] == key("ann") and shown["S1"]["segment_name"] == "loyal"
    assert shown["S9"]["ids"] == "e9" and shown["S9"]["customer_key"] == "unknown"


def test_files_that_the_build_has_loaded_and_hidden_ones_are_not_read(place):
    path = place.land(event(1))
    place.release(loaded=[path])
    place.open()
    (place.landing / "web/events/ingested_on=2026-12-01/.half.jsonl").write_text('{"event_id": "e2', encoding="utf-8")
    place.cycle()
    assert place.visits() == {} and place.service.status()["landed"]["files"] == 0


@pytest.mark.parametrize("seed", range(6))
def test_any_order_and_repetition_gives_the_same_visits(place, seed):
    draw = random.Random(seed)
    events = [event(n, f"S{draw.randrange(5)}", draw.randrange(600)) for n in range(60)]
    expected = {}
    for one in sorted(events, key=lambda one: (one["occurred_at"], one["event_id"])):
        expected.setdefault(one["session_id"], []).append(one["event_id"])
    # Corrected later: the newest version of an event counts, whatever came when.
    corrected = events[0] | {"session_id": "S4", "_ingested_at": NOW}
    expected[events[0]["session_id"]].remove("e0")
    expected.setdefault("S4", []).append("e0")
    by_time = {one["event_id"]: (one["occurred_at"], one["event_id"]) for one in events}
    delivered = events + draw.sample(events, 20) + [corrected]
    draw.shuffle(delivered)
    place.open()
    while delivered:
        count = draw.randrange(1, 12)
        place.land(*delivered[:count])
        del delivered[:count]
        if draw.random() < 0.7:
            place.cycle()
    place.cycle(2)
    shown = {session: row["ids"] for session, row in place.visits().items()}
    assert shown == {session: " ".join(sorted(ids, key=by_time.get)) for session, ids in expected.items() if ids}
    counts = place.service.status()["landed"]
    assert counts["rows"] == 81 and counts["repeated"] in (20, 21)


def test_broken_lines_are_counted_and_kept_out(place):
    place.open()
    place.land(event(1), '{"event_id": "e2", "eve', "[1]", event(3, customer_id="?"), "")
    place.cycle()
    assert place.visits()["S1"]["ids"] == "e1"
    broken = place.service.status()["landed"]["broken"]
    assert broken["web.events unreadable"] == 3 and broken["web.events type:customer_id"] == 1


def test_visits_end_with_a_pause_and_their_events_are_forgotten(place):
    place.open()
    place.land(event(1, "S1"), event(2, "S2", 0))
    place.cycle()
    view = place.service.view
    view.refresh(NOW + timedelta(minutes=21))
    assert place.visits() == {}
    # An hour on, nothing is left; what comes of them then is of the build.
    view.refresh(NOW + timedelta(minutes=51))
    view.forget()
    assert view.connection.execute("select count(*) from live.events").fetchone() == (0,)
    place.land(event(3, "S1"))
    place.cycle()
    assert place.visits() == {} and place.service.status()["landed"]["too_late"] == 1


def test_a_flood_forgets_the_quietest_visits_first(place, monkeypatch):
    monkeypatch.setattr("techco.live.view.MOST_EVENTS", 10)
    place.open()
    place.land(*(event(n, f"S{n}", n) for n in range(40)))
    place.cycle()
    assert set(place.visits()) == {f"S{n}" for n in range(30, 40)}


def test_a_clock_ahead_is_shown_when_its_time_comes(place):
    place.open()
    ahead = NOW + timedelta(hours=2)
    place.land(event(1), event(2, "S2", occurred_at=ahead), event(3, "S3", occurred_at=NOW + timedelta(days=400)))
    place.cycle()
    assert set(place.visits()) == {"S1"} and place.service.status()["landed"]["ahead"] == 1
    place.service.view.refresh(ahead)
    assert set(place.visits()) == {"S2"}


def test_a_clock_that_is_set_back_ends_nothing(place):
    place.open()
    place.land(event(1))
    place.cycle()
    before = place.service.view.now
    place.land(event(2, "S2", -500))
    place.cycle()
    assert place.service.view.now >= before and set(place.visits()) == {"S1", "S2"}


@pytest.mark.parametrize("way", ["withdrawn", "objected", "erasure asked for"])
def test_who_withdraws_consent_is_gone_in_the_next_refresh(place, way):
    place.open()
    place.land(event(1, "S1", customer_id="ann"), event(2, "S2", customer_id="bob"), event(3, "S3"))
    place.cycle()
    assert set(place.visits("marketing")) == {"S1", "S2"}
    if way == "withdrawn":
        place.land(
            {"customer_id": "ann", "purpose": "news", "is_granted": False, "declared_at": NOW}, table="crm/consents"
        )
    else:
        kind = "object" if way == "objected" else "erase"
        place.land({"customer_id": "ann", "request_type": kind, "requested_at": NOW}, table="crm/privacy_requests")
    place.cycle()
    assert set(place.visits("marketing")) == {"S2"}
    assert place.visits()["S1"]["consents_to_marketing"] is False
    assert set(place.visits()) == {"S1", "S2", "S3"}


def test_a_consent_counts_from_the_next_build_and_an_old_withdrawal_never(place):
    place.open()
    old = NOW - timedelta(days=30)
    place.land(event(1, "S1", customer_id="ann"), event(2, "S2", customer_id="eve"))
    place.land(
        {"customer_id": "ann", "purpose": "news", "is_granted": False, "declared_at": old},
        {"customer_id": "eve", "purpose": "news", "is_granted": True, "declared_at": NOW},
        table="crm/consents",
    )
    place.cycle()
    assert set(place.visits("marketing")) == {"S1"}


def test_consents_that_cannot_be_read_are_no_consents(place):
    place.open()
    place.land(event(1, "S1", customer_id="ann"))
    path = place.land("customer_id,purpose", table="crm/consents", name="a.csv")
    place.cycle()
    assert place.visits("marketing") == {} and set(place.visits()) == {"S1"}
    place.release(loaded=[path])
    place.cycle()
    assert set(place.visits("marketing")) == {"S1"}


def test_erased_persons_do_not_come_back(place):
    place.release(erased=["ann"])
    place.open()
    place.land(event(1, "S1"), event(2, "S1", 3, customer_id="ann"), event(3, "S2", customer_id="bob"))
    place.cycle()
    place.land(event(4, "S1", 4))
    place.cycle()
    assert set(place.visits()) == {"S2"} and place.service.status()["landed"]["of_erased_persons"] == 3


def test_a_role_sees_what_its_release_would_show(place):
    place.open()
    place.land(event(1, "S1", customer_id="ann"), event(2, "S2", customer_id="nobody"), event(3, "S3"))
    place.cycle()
    marketing, analyst = place.visits("marketing"), place.visits("analyst")
    assert set(marketing) == {"S1"} and marketing["S1"]["ids"] is None
    assert set(analyst) == {"S1", "S2", "S3"} and analyst["S1"]["ids"] == "e1"
    assert place.service.tables_of("buyer") == {}


def test_a_new_release_takes_over_what_it_has_loaded(place):
    place.open()
    first = place.land(event(1, "S1"), event(2, "S1", 1), event(3, "S3", customer_id="ann"))
    place.cycle()
    second = place.land(event(4, "S1", 2))
    place.cycle()
    # The build holds e1 under another visit, and has found e2 to be no event; e4 has landed since.
    place.release(
        events=[event(1, "S1") | {"key": key("bob")}, event(3, "S3") | {"key": key("ann")}],
        loaded=[first],
        segment="champion",
    )
    place.cycle()
    shown = place.visits()
    assert shown["S1"]["ids"] == "e1 e4" and shown["S1"]["customer_key"] == key("bob")
    assert shown["S3"]["segment_name"] == "champion"
    assert second not in place.service.landed.left and place.service.release.name == str(place.released)


def test_a_release_that_cannot_be_taken_leaves_the_one_before(place, capsys):
    place.open()
    place.land(event(1, customer_id="ann"))
    place.cycle()
    before = place.service.release
    place.release(registry="other rules")
    place.cycle(2)
    assert place.service.release == before and set(place.visits("marketing")) == {"S1"}
    assert "make build" in place.service.status()["problems"][0]
    assert capsys.readouterr().err.count("The new release is not shown") == 1


@pytest.mark.parametrize("change", [{"fingerprint": "other"}, {"registry": "other"}])
def test_a_service_does_not_begin_on_anothers_release(place, change):
    with pytest.raises(LiveError, match=r"make publish|TECHCO_PEPPER"):
        place.open(**change)


def test_a_file_that_cannot_be_read_stops_no_other(place, monkeypatch, capsys):
    monkeypatch.setattr("techco.live.service.BACK_OFF", (0.0,))
    place.open()
    folder = place.landing / "web/events/ingested_on=2026-12-01"
    place.land(event(1))
    (folder / "x.parquet").write_bytes(b"no parquet")
    place.cycle()
    assert set(place.visits()) == {"S1"} and "x.parquet cannot be read" in place.service.status()["problems"][0]
    place.cycle(2)
    status = place.service.status()
    assert list(status["landed"]["left_to_the_build"]) == ["web/events/ingested_on=2026-12-01/x.parquet"]
    assert status["problems"] == [] and capsys.readouterr().err.count("x.parquet is left to the build") == 1


def test_a_landing_zone_that_is_gone_for_a_while_loses_nothing(place):
    place.open()
    place.land(event(1))
    place.cycle()
    place.landing.rename(place.folder / "away")
    place.cycle()
    (place.folder / "away").rename(place.landing)
    place.land(event(2, "S2"))
    place.cycle()
    assert set(place.visits()) == {"S1", "S2"} and place.service.status()["landed"]["repeated"] == 0


# ---- HTTP


@pytest.fixture
def server(place):
    """A server of a running service, with a visit of ann and one of nobody."""
    place.land(event(1, "S1", customer_id="ann", product_id="P1"), event(2, "S2"))
    service = place.open()
    service.start()
    server = Server(("127.0.0.1", 0), service, {"analyst": "a" * 20, "marketing": "m" * 20, "buyer": "b" * 20})
    serve(server)
    yield server
    server.shutdown()
    server.server_close()


def ask(server, path, token="a" * 20, **headers):
    """Status and content of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} | headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def until(condition, seconds=10):
    """Wait for something."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_json_by_http(server):
    until(lambda: len(json.loads(ask(server, "/v1/interactions")[1])["rows"]) == 2)
    status, content = ask(server, "/v1/interactions?product_id=P1&limit=5")
    answer = json.loads(content)
    assert status == 200 and [row["session_id"] for row in answer["rows"]] == ["S1"]
    assert "_revision" not in answer["rows"][0] and "_visit_scope" not in answer["rows"][0]
    # What has changed since; nothing has.
    assert json.loads(ask(server, f"/v1/interactions?since={answer['since']}")[1])["rows"] == []
    first = json.loads(ask(server, "/v1/interactions?limit=1")[1])
    second = json.loads(ask(server, f"/v1/interactions?limit=1&since={first['since']}")[1])
    assert {first["rows"][0]["session_id"], second["rows"][0]["session_id"]} == {"S1", "S2"}
    now = json.loads(ask(server, "/v1/now")[1])
    assert now["funnel"][0]["visit_count"] == 2 and now["problems"] == []
    assert json.loads(ask(server, "/v1/status")[1])["landed"]["rows"] == 2


def test_marketing_is_shown_its_persons_alone(server):
    until(lambda: len(json.loads(ask(server, "/v1/interactions")[1])["rows"]) == 2)
    rows = json.loads(ask(server, "/v1/interactions", "m" * 20)[1])["rows"]
    assert [row["session_id"] for row in rows] == ["S1"] and rows[0]["ids"] is None
    now = json.loads(ask(server, "/v1/now", "m" * 20)[1])
    assert [row["session_id"] for row in now["customers"]] == ["S1"]
    assert ask(server, "/v1/interactions", "b" * 20)[0] == 403
    assert set(json.loads(ask(server, "/v1/now", "b" * 20)[1])) == {
        "as_of",
        "revision",
        "newest_event_at",
        "release",
        "landed",
        "problems",
    }


@pytest.mark.parametrize("path", ["/v1/now", "/v1/interactions", "/v1/status", "/v1/stream", "/nowhere"])
@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic " + "a" * 20, "Bearer ", "Bearer ä"])
def test_nobody_is_let_in_without_a_token(server, path, authorization):
    status, content = ask(server, path, Authorization=authorization.encode("latin-1"))
    assert status == 401 and b"S1" not in content


def test_the_page_holds_no_data_and_lets_nothing_else_in(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request("GET", "/")
    answer = connection.getresponse()
    page = answer.read().decode()
    assert answer.status == 200 and "{nonce}" not in page and "S1" not in page
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert ask(server, "/", Host="evil.example")[0] == 421


@pytest.mark.parametrize(
    "value",
    ["' or 1=1 --", "x'; drop table live.events; --", "S1' union select * from vault.main.pepper --", '"', "\\", "%00"],
)
def test_parameters_are_values_and_no_sql(server, value):
    from urllib.parse import quote

    for name in ("session_id", "product_id", "customer_key"):
        status, content = ask(server, f"/v1/interactions?{name}={quote(value)}")
        assert status == 200 and json.loads(content)["rows"] == []
    assert ask(server, f"/v1/interactions?{quote(value)}=1")[0] == 400
    for name in ("since", "limit"):
        assert ask(server, f"/v1/interactions?{name}={quote(value)}")[0] == 400
    assert ask(server, "/v1/interactions?limit=0")[0] == 400 and ask(server, "/v1/now?x=1")[0] == 400


def test_a_stream_sends_what_changes_and_a_hundred_readers_hear_it(server, place):
    def follow(heard):
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
        connection.request("GET", "/v1/stream", headers={"Authorization": "Bearer " + "m" * 20})
        answer = connection.getresponse()
        for line in answer:
            if line.startswith(b"data: ") and b"S7" in line:
                heard.append(json.loads(line[6:])["customers"][0]["session_id"])
                break
        connection.close()

    heard = []
    readers = [threading.Thread(target=follow, args=(heard,)) for _ in range(100)]
    # One that never reads holds nobody up.
    slow = socket.create_connection(("127.0.0.1", server.server_port))
    slow.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + b"m" * 20 + b"\r\n\r\n")
    for one in readers:
        one.start()
    place.land(event(7, "S7", 20, customer_id="bob"))
    for one in readers:
        one.join(20)
    slow.close()
    assert heard == ["S7"] * 100


def test_more_readers_than_places_are_told_to_come_again(place, monkeypatch):
    monkeypatch.setattr("techco.live.server.MOST_READERS", 2)
    server = Server(("127.0.0.1", 0), place.open(), {"analyst": "a" * 20})
    serve(server)
    held = [socket.create_connection(("127.0.0.1", server.server_port)) for _ in range(2)]
    time.sleep(0.2)
    assert ask(server, "/v1/status")[0] == 503
    for one in held:
        one.close()
    until(lambda: ask(server, "/v1/status")[0] == 200)
    server.shutdown()
    server.server_close()


# ---- Tokens


def test_tokens_are_made_once_and_closed(tmp_path):
    file = tmp_path / "tokens.json"
    made = load_tokens(file, ["marketing", "analyst"])
    assert load_tokens(file, ["marketing", "analyst"]) == made and file.stat().st_mode & 0o077 == 0
    assert role_of(made, made["marketing"]) == "marketing" and role_of(made, "") is None
    # A role that is no more is let in no more.
    assert load_tokens(file, ["analyst"]) == {"analyst": made["analyst"]}


@pytest.mark.parametrize(
    "content", ["[]", "{", '{"analyst": "short"}', '{"a": "' + "x" * 20 + '", "b": "' + "x" * 20 + '"}']
)
def test_tokens_that_protect_nothing_are_refused(tmp_path, content):
    file = tmp_path / "tokens.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(TokensError, match=r"tokens\.json"):
        load_tokens(file, ["analyst"])
