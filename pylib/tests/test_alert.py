"""What failed is told by webhook and e-mail, of a small project whose runs are written by hand."""

import http.server
import json
import socketserver
import threading
from pathlib import Path

import duckdb
import pytest
from techco.operations import alert

OWNERS = {"core": ("Core", "core@example.com"), "finance": ("Finance", "finance@example.com")}


def model(name: str, folder: str, group: str) -> dict:
    return {
        "name": name,
        "alias": name,
        "schema": folder.split("/")[-1],
        "resource_type": "model",
        "original_file_path": f"models/{folder}/{name}.sql",
        "config": {"group": group},
    }


MANIFEST = {
    "metadata": {"project_name": "techco"},
    "groups": {name: {"name": name, "owner": {"name": told, "email": to}} for name, (told, to) in OWNERS.items()},
    "nodes": {
        "model.techco.base_shop__orders": model("base_shop__orders", "staging", "core"),
        "model.techco.daily_sales": model("daily_sales", "marts/kpi", "finance"),
        "model.techco.aside": model("aside", "marts/core", "core"),
        "test.techco.key": {
            "name": "key",
            "resource_type": "test",
            "config": {},
            "depends_on": {"nodes": ["model.techco.base_shop__orders"]},
        },
    },
    "sources": {
        "source.techco.shop.orders": {
            "name": "orders",
            "source_name": "shop",
            "resource_type": "source",
            "config": {"meta": {"owner": "Shop team"}},
        }
    },
    "exposures": {"exposure.techco.sales": {"name": "sales", "label": "Sales", "resource_type": "exposure"}},
    "child_map": {
        "source.techco.shop.orders": ["model.techco.base_shop__orders"],
        "model.techco.base_shop__orders": ["model.techco.daily_sales", "test.techco.key"],
        "model.techco.daily_sales": ["exposure.techco.sales"],
        "model.techco.aside": [],
        "test.techco.key": [],
        "exposure.techco.sales": [],
    },
}


@pytest.fixture
def made(tmp_path) -> tuple[Path, Path]:
    """A warehouse, in which nothing has failed, and a manifest."""
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(MANIFEST))
    with duckdb.connect(str(tmp_path / "made.duckdb")) as connection:
        connection.execute("create schema base")
        connection.execute("create schema governance")
        connection.execute("create table base.project_nodes (node_id varchar)")
        connection.execute("create table base.node_runs (node_id varchar, status varchar)")
        connection.execute("create table base.runs (started_at timestamp, failed_nodes varchar, selection varchar)")
        connection.execute(
            "create table governance.table_freshness "
            "(source_name varchar, table_name varchar, delivery_status varchar, due_on date)"
        )
        for node_id in MANIFEST["nodes"]:
            connection.execute("insert into base.project_nodes values (?)", [node_id])
            connection.execute("insert into base.node_runs values (?, 'success')", [node_id])
    return tmp_path / "made.duckdb", manifest


def fail(warehouse: Path) -> None:
    """The test of orders has failed for two of four runs; what stands behind it was skipped; the orders are late."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update base.node_runs set status = 'fail' where node_id = 'test.techco.key'")
        connection.execute("update base.node_runs set status = 'skipped' where node_id = 'model.techco.daily_sales'")
        connection.execute(
            "insert into base.runs values "
            "('2025-10-01 05:00:00', 'key', 'everything'), ('2025-10-02 05:00:00', '', 'everything'), "
            "('2025-10-03 05:00:00', 'key', 'everything'), ('2025-10-04 05:00:00', '', 'select aside'), "
            "('2025-10-05 05:00:00', 'key other', 'everything')"
        )
        connection.execute("insert into governance.table_freshness values ('shop', 'orders', 'late', '2025-10-04')")


class Sink:
    """A server on a port of its own that keeps what it is sent."""

    def __init__(self, handler):
        self.taken: list[bytes] = []
        self.server = socketserver.TCPServer(("127.0.0.1", 0), handler)
        self.server.taken = self.taken
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.port = self.server.server_address[1]


class Web(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Mail(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                body = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    body += part
                self.server.taken.append(body)
            if line.upper().startswith(b"QUIT"):
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 ok\r\n")


def call(monkeypatch, made: tuple[Path, Path], *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["alert", "--warehouse", str(made[0]), "--manifest", str(made[1]), *arguments])
    return alert.main()


def test_nothing_is_sent_where_nothing_failed(made, monkeypatch, capsys):
    sink = Sink(Web)
    assert call(monkeypatch, made, "--webhook", f"http://127.0.0.1:{sink.port}/hook") == 0
    assert sink.taken == []
    assert capsys.readouterr().out == "Nothing failed, and no table is late.\n"


def test_a_webhook_and_a_mail_tell_what_failed(made, monkeypatch, capsys):
    fail(made[0])
    web, mail = Sink(Web), Sink(Mail)
    told = call(
        monkeypatch,
        made,
        *("--webhook", f"http://127.0.0.1:{web.port}/hook"),
        *("--email", "on-call@example.com", "--smtp", f"smtp://127.0.0.1:{mail.port}"),
    )
    assert told == 1
    expected = [
        "TechCo Analytics: 1 failed, 1 late",
        "",
        # The run of the 2nd said nothing of it, so that it began on the 3rd; one of other nodes ends nothing.
        "test key failed since 2025-10-03 05:00 UTC; owner: Core <core@example.com>",
        "  marts: kpi.daily_sales",
        "  dashboards: Sales",
        "",
        "source shop.orders is late since 2025-10-04; owner: Shop team",
        "  marts: kpi.daily_sales",
        "  dashboards: Sales",
    ]
    assert capsys.readouterr().out.splitlines() == expected
    (body,) = map(json.loads, web.taken)
    assert body["text"].splitlines() == expected
    assert body["failures"][0]["marts"] == ["kpi.daily_sales"]
    (letter,) = mail.taken
    assert b"Subject: TechCo Analytics: 1 failed, 1 late" in letter
    assert b"To: on-call@example.com" in letter
    assert b"test key failed since 2025-10-03" in letter


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--webhook", "http://127.0.0.1:9/hook"], "the webhook at 127.0.0.1 did not take it"),
        (["--webhook", "chat.example.com"], "expected http:// or https://"),
        (["--email", "a@example.com", "--smtp", "smtp://127.0.0.1:9"], "the mail server 127.0.0.1 did not take it"),
        (["--email", "a@example.com", "--smtp", "mail.example.com"], "expected smtp://host:port"),
        (["--manifest", "nowhere.json"], "nowhere.json is not there: `dbt parse` writes it."),
        (["--warehouse", "nowhere.duckdb"], "nowhere.duckdb is not there: `make build` writes it."),
    ],
)
def test_what_cannot_be_told_is_said(made, monkeypatch, capsys, arguments, message):
    fail(made[0])
    assert call(monkeypatch, made, *arguments) == 2
    assert message in capsys.readouterr().err


def test_a_warehouse_that_is_not_built_is_named(made, monkeypatch, capsys, tmp_path):
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    assert call(monkeypatch, (empty, made[1])) == 2
    assert "has not been built whole" in capsys.readouterr().err
