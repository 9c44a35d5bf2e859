"""Pages of an API that a test serves, and files that a test puts somewhere."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from techco.contract.declarations import ContractError
from techco.contract.raw_contract import load_contract

pytest.importorskip("dlt", reason="the group `ingest` is not installed")
from ingest.api.config import Config, read_config
from ingest.api.pages import land_pages, newest
from ingest.api.partner_files import land_files
from ingest.files import Landing

ROOT = Path(__file__).resolve().parents[2]
PAGE = 2


class Api(ThreadingHTTPServer):
    """Records in pages of two, by link, those that are not older than a parameter."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.records: list[object] = []
        self.asked: list[dict[str, list[str]]] = []
        # Answers with this code, so often, before all others.
        self.failing: list[int] = []


class Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        self.server.asked.append(query)
        if self.server.failing:
            self.send_response(self.server.failing.pop(0))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        since = query.get("since", [""])[0]
        chosen = [row for row in self.server.records if not isinstance(row, dict) or row["updated_at"] >= since]
        start = int(query.get("start", ["0"])[0])
        more = f"http://{self.headers['Host']}/contacts?since={since}&start={start + PAGE}"
        answer = {"data": chosen[start : start + PAGE], "next": more if start + PAGE < len(chosen) else None}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def api() -> Iterator[Api]:
    served = Api()
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield served
    served.shutdown()
    served.server_close()


def config_of(api: Api) -> Config:
    cursor = {"field": "updated_at", "parameter": "since", "initial": "2020"}
    pages = {"type": "json_link", "next_url_path": "next"}
    table = {"path": "contacts", "records": "data", "cursor": cursor, "pages": pages}
    return Config(
        source="crm", base_url=f"http://127.0.0.1:{api.server_port}/", tables={"contacts": table}, pages_per_file=2
    )


def lines(landing: Landing) -> list[object]:
    files = sorted(landing.folder("contacts").glob("ingested_on=*/[!._]*"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def contact(number: int, updated_at: str) -> dict:
    return {"contact_id": f"K{number}", "updated_at": updated_at}


def test_all_pages_land_and_the_next_run_goes_on_where_this_one_has_come_to(api, tmp_path):
    landing = Landing(tmp_path, "crm")
    api.records = [contact(number, f"2026-01-0{number}T00:00:00Z") for number in (3, 1, 5, 2, 4)]
    assert land_pages(config_of(api), landing, "contacts") == 5
    assert [row["contact_id"] for row in lines(landing)] == ["K3", "K1", "K5", "K2", "K4"]
    assert all(set(row) == {"contact_id", "updated_at", "_ingested_at"} for row in lines(landing))
    assert newest(landing.names("contacts")) == "2026-01-05T00:00:00Z"
    api.records.append(contact(6, "2026-01-06T00:00:00Z"))
    assert land_pages(config_of(api), landing, "contacts") == 2
    assert api.asked[-1]["since"] == ["2026-01-05T00:00:00Z"]
    assert newest(landing.names("contacts")) == "2026-01-06T00:00:00Z"


def test_a_run_that_brings_nothing_lands_an_empty_file_and_keeps_its_place(api, tmp_path):
    landing = Landing(tmp_path, "crm")
    api.records = [contact(1, "2026-01-01")]
    land_pages(config_of(api), landing, "contacts")
    api.records = []
    assert land_pages(config_of(api), landing, "contacts") == 0
    assert (len(lines(landing)), newest(landing.names("contacts"))) == (1, "2026-01-01")


def test_a_server_that_is_busy_is_asked_again(api, tmp_path):
    api.records, api.failing = [contact(1, "2026-01-01")], [503]
    assert land_pages(config_of(api), Landing(tmp_path, "crm"), "contacts") == 1


def test_a_run_that_was_cut_off_begins_again_where_it_began(api, tmp_path):
    landing = Landing(tmp_path, "crm")
    api.records = [contact(number, f"2026-01-0{number}") for number in range(1, 6)]
    api.records.append("no object")
    api.failing = []
    config = config_of(api).model_copy(update={"pages_per_file": 1})
    before = Handler.do_GET

    def once_then_refuse(handler):
        if len(api.asked) == 1:
            api.failing = [404]
        before(handler)

    Handler.do_GET = once_then_refuse
    try:
        with pytest.raises(Exception, match="404"):
            land_pages(config, landing, "contacts")
    finally:
        Handler.do_GET = before
    assert len(lines(landing)) == 2 and newest(landing.names("contacts")) is None
    assert land_pages(config, landing, "contacts") == 6
    # What is no object lands as it came, for the quarantine.
    assert lines(landing)[-1] == "no object"


def test_a_file_of_a_partner_lands_once_and_again_when_it_was_changed(tmp_path):
    place, landing = tmp_path / "partner", Landing(tmp_path / "landing", "ads")
    place.mkdir()
    config = Config(source="ads", files={"campaigns": f"{place}/*.csv"})
    place.joinpath("a.csv").write_text("campaign_id\n1\n")
    place.joinpath("notes.txt").write_text("no data")
    assert [land_files(config, landing, "campaigns") for _ in range(2)] == [1, 0]
    place.joinpath("a.csv").write_text("campaign_id\n1\n2\n")
    place.joinpath("b.csv").write_text("campaign_id\n3\n")
    assert [land_files(config, landing, "campaigns") for _ in range(2)] == [2, 0]
    landed = sorted(file.read_text() for file in landing.folder("campaigns").glob("ingested_on=*/[!._]*.csv"))
    assert landed == ["campaign_id\n1\n", "campaign_id\n1\n2\n", "campaign_id\n3\n"]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("source: crm", "neither tables nor files"),
        ("{source: crm, tables: {people: {path: x}}, base_url: 'https://x'}", "knows no table crm.people"),
        ("{source: crm, tables: {contacts: {path: x}}}", "no base_url"),
        (
            "{source: crm, tables: {contacts: {path: x}}, base_url: 'https://x', headers: {Authorization: y}}",
            "TECHCO_CRM_TOKEN",
        ),
        ("{source: ads, files: {campaigns: 's3://bucket/*.xlsx'}}", "End it in .csv"),
        ("{source: crm, tabels: {}}", "unknown setting 'tabels'"),
    ],
)
def test_a_configuration_that_is_wrong_is_refused_with_what_to_do(tmp_path, written, message):
    file = tmp_path / "config.yml"
    file.write_text(written)
    with pytest.raises(ContractError, match=message):
        read_config(file, load_contract(ROOT))
