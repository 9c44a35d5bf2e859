"""The live service with the project's own SQL: it reads a landed day as the build does, and shows roles no more."""

from datetime import timedelta

import duckdb
import pytest
import yaml
from conftest import ROOT
from techco.contract.landing_zone import read_zone
from techco.live import answers, view
from techco.live.queries import load_queries
from techco.live.service import Service
from techco.privacy.vault import DEVELOPMENT_PEPPER, fingerprint
from techco.serving import live_file
from techco.serving.publish import STORAGE_VERSION, open_warehouse, registry_fingerprint

PRIVACY = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["privacy"]
EVENT = (
    "event_id, session_id, customer_key, product_id, event_type, device_type, country_code, utm_source, utm_campaign, "
    "in_stock, quantity, occurred_at, _visit_scope, _version"
)

VISIT = "session_id, customer_key, funnel_step, is_bot, event_count, product_view_count, started_at"


@pytest.fixture(scope="module")
def live(built, tmp_path_factory):
    """A service on the release of a build that has not loaded the last day's events, which land then.

    It is as of the build's clock, and knows no clock that is ahead of it.
    """
    folder = tmp_path_factory.mktemp("live")
    release = folder / "releases" / "1"
    release.mkdir(parents=True)
    (release.parent / "current").symlink_to(release)
    with open_warehouse(built.warehouse) as connection:
        live_file.write(connection, release / live_file.NAME, STORAGE_VERSION)
        (day,) = connection.execute("select max(_ingested_on) from base.base_web__events").fetchone()
        (clock,) = connection.execute("select live_at from intermediate.int_live__clock").fetchone()
    last_day = f"web/events/ingested_on={day}/%"
    with duckdb.connect(str(release / live_file.NAME)) as connection:
        connection.execute("delete from control.loaded_files where file_path like ?", [last_day])
        connection.execute("delete from intermediate.int_live__events")
    queries = load_queries(ROOT, folder / "queries" / "queries.json")
    slack = view.CLOCK_SLACK
    view.CLOCK_SLACK = timedelta(0)
    service = Service(
        queries,
        read_zone(built.landing),
        folder / "releases",
        "1GB",
        fingerprint(DEVELOPMENT_PEPPER),
        registry_fingerprint(),
    )
    view.CLOCK_SLACK = slack
    while service.backlog:
        service.take_landed()
    with service.view.transaction():
        service.view.refresh(clock)
        service.view.sum_up()
    yield service, built, last_day
    service.stop()


def test_a_landed_day_is_read_as_the_build_reads_it(live):
    service, built, last_day = live
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        staged = connection.execute(
            f"select {EVENT} from staging.stg_web__events where _file like ? order by event_id", [last_day]
        ).fetchall()
        quarantined = connection.execute(
            "select count(*) from base.base_web__events where _file like ? and _issues is not null", [last_day]
        ).fetchone()[0]
        landed = connection.execute(
            "select count(*) from base.base_web__events where _file like ?", [last_day]
        ).fetchone()[0]
    read = service.view.connection.execute(
        f"select {EVENT} from live.events inner join live.scopes using (scope_no) order by event_id"
    ).fetchall()
    assert len(staged) > 100 and read == staged
    counts = service.view.counts
    assert counts.rows == landed and landed == len(staged) + counts.repeated + quarantined
    assert (counts.broken.total() > 0) == (quarantined > 0)


def test_the_next_build_agrees_with_what_is_shown(live):
    service, built, _ = live
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        for name in ("live_interactions", "live_products", "live_funnel"):
            built_rows = answers.rows(connection, f"from marketing.{name} order by all")
            shown = f"select {', '.join(built_rows[0])} from marketing.{name} order by all" if built_rows else None
            assert shown is None or answers.rows(service.view.connection, shown) == built_rows
        assert connection.execute("select count(*) from marketing.live_interactions").fetchone()[0] > 0


def test_visits_of_any_hour_are_those_of_the_facts(live):
    """At any instant, visits that are over by then, and in progress still, are as core.fct_web_session has them."""
    service, built, last_day = live
    connection = service.view.connection
    with duckdb.connect(str(built.warehouse), read_only=True) as warehouse:
        facts = {
            row[0]: row[1:]
            for row in warehouse.execute(
                f"select {VISIT}, ended_at from core.fct_web_session "
                "where session_id in (select session_id from staging.stg_web__events where _file like ?) "
                "and session_id not in "
                "(select coalesce(session_id, '') from staging.stg_web__events where _file not like ?)",
                [last_day, last_day],
            ).fetchall()
        }
    clock = service.view.now
    compared = 0
    for hours in range(1, 20, 3):
        with service.view.transaction():
            connection.execute("insert into live.touched select scope_no from live.scopes")
            service.view.refresh(clock - timedelta(hours=hours))
        for session, *shown, last in connection.execute(
            f"select {VISIT}, last_event_at from marketing.live_interactions"
        ).fetchall():
            if session in facts and facts[session][-1] == last:
                assert (*shown, last) == facts[session]
                compared += 1
    with service.view.transaction():
        connection.execute("insert into live.touched select scope_no from live.scopes")
        service.view.refresh(clock)
    assert compared > 20


def test_roles_are_shown_what_their_release_shows(live):
    service, built, _ = live
    live_tables = {"live_interactions", "live_products", "live_funnel"}
    for role, rules in PRIVACY["roles"].items():
        shown = service.tables_of(role)
        assert set(shown) == (live_tables if "marketing" in rules["schemas"] else set())
        if not shown:
            continue
        visits = service.ask(role, answers.interactions, {})["rows"]
        with duckdb.connect(str(built.warehouse), read_only=True) as connection:
            columns = [
                row[0]
                for row in connection.execute(
                    "select column_name from governance.access_matrix where role_name = ? "
                    "and table_name = 'live_interactions' order by column_position",
                    [role],
                ).fetchall()
            ]
            everybody = {
                row[0] for row in connection.execute("select customer_key from marketing.live_interactions").fetchall()
            }
            allowed = {
                row[0]
                for row in connection.execute(
                    "select customer_key from intermediate.int_person__scopes where role_name = ?", [role]
                ).fetchall()
            }
        assert all(list(visit) == columns for visit in visits)
        seen = {visit["customer_key"] for visit in visits}
        assert seen == (everybody if rules["persons"] == "all" else everybody & allowed)
