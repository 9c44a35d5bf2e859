"""The live service over HTTP: JSON, server-sent events and a page.

Whoever asks is known by a token (`Authorization: Bearer …`), which is in no address and so in no log. What a reader of
events is sent is made once for each role; one that does not take it in time is let go, and gets the newest when it
comes again.
"""

import json
import secrets
import socket
import sys
import threading
import time
import traceback
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import duckdb

from techco.live import answers
from techco.live.service import Service
from techco.live.tokens import role_of

# Seconds: how long a reader may take to be read from or written to, and how often it hears that nothing is new.
PATIENCE, HEARTBEAT = 10.0, 5.0
# Each reader is a thread that waits.
MOST_READERS = 250
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
PATHS = "/v1/now, /v1/stream, /v1/interactions and /v1/status"


class Server(ThreadingHTTPServer):
    """Answers each reader in a thread of its own, up to a number of them."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], service: Service, tokens: dict[str, str]):
        self.service = service
        self.tokens = tokens
        self.is_local = ip_address(socket.gethostbyname(address[0])).is_loopback
        self.places = threading.BoundedSemaphore(MOST_READERS)
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer, or say that there is no place."""
        if not self.places.acquire(blocking=False):
            refusal = (
                b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            try:
                request.settimeout(1.0)
                request.sendall(refusal)
            except OSError:
                pass
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what went wrong; a reader that has gone is no error."""
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    server: Server
    server_version = "techco-live"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE

    def do_GET(self) -> None:
        """Answer a request."""
        try:
            self.answer()
        except answers.BadRequestError as error:
            self.refuse(HTTPStatus.BAD_REQUEST, str(error))
        except duckdb.Error as error:
            print(f"An answer failed: {error}", flush=True)
            self.refuse(HTTPStatus.SERVICE_UNAVAILABLE, "It could not be answered now; try again.")
        except OSError:
            # The reader has gone, or takes nothing.
            self.close_connection = True

    def answer(self) -> None:
        """Send what was asked for, or raise."""
        asked = urlsplit(self.path)
        if self.server.is_local and not self.comes_to_this_machine():
            # Else a page from elsewhere could ask here under a name of its own.
            self.refuse(HTTPStatus.MISDIRECTED_REQUEST, "Ask for localhost; the service listens here alone.")
            return
        if asked.path == "/":
            self.send_page()
            return
        role = self.role()
        if role is None:
            self.refuse(HTTPStatus.UNAUTHORIZED, "Send the token of a role: Authorization: Bearer <token>.")
            return
        parameters = dict(parse_qsl(asked.query, keep_blank_values=True))
        service = self.server.service
        if asked.path == "/v1/interactions":
            if "live_interactions" not in service.tables_of(role):
                self.refuse(HTTPStatus.FORBIDDEN, f"The role {role} is shown no marketing.live_interactions.")
                return
            self.send_json(service.ask(role, answers.interactions, parameters))
        elif parameters:
            raise answers.BadRequestError(f"{asked.path} takes no parameters.")
        elif asked.path == "/v1/status":
            self.send_json(service.status())
        elif asked.path == "/v1/now":
            found = service.snapshot(role)
            if found is None:
                self.refuse(HTTPStatus.SERVICE_UNAVAILABLE, "Nothing has been made yet; try again.")
            else:
                self.send(HTTPStatus.OK, "application/json", found.content)
        elif asked.path == "/v1/stream":
            self.stream(role)
        else:
            self.refuse(HTTPStatus.NOT_FOUND, f"There are {PATHS}.")

    def comes_to_this_machine(self) -> bool:
        """Whether the request names this machine."""
        host = self.headers.get("Host", "")
        name = urlsplit(f"//{host}").hostname or ""
        return name in LOCAL_NAMES

    def role(self) -> str | None:
        """The role whose token came."""
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        return role_of(self.server.tokens, token.strip()) if kind.lower() == "bearer" else None

    def stream(self, role: str) -> None:
        """Send what the role is shown, each time that it is made anew."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        seen = -1
        while not self.server.service.stopping.is_set():
            found = self.server.service.snapshot(role, seen, HEARTBEAT)
            if found is None:
                self.wfile.write(b": nothing new\n\n")
            else:
                seen = found.number
                self.wfile.write(b"id: %d\nevent: now\ndata: %b\n\n" % (seen, found.content))
            self.wfile.flush()

    def send_page(self) -> None:
        """The page; it asks for the token, and holds no data."""
        nonce = secrets.token_urlsafe(12)
        page = files("techco.live").joinpath("page.html").read_text(encoding="utf-8").replace("{nonce}", nonce)
        policy = f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'"
        self.send(
            HTTPStatus.OK,
            "text/html; charset=utf-8",
            page.encode(),
            {"Content-Security-Policy": f"{policy}; frame-ancestors 'none'; base-uri 'none'"},
        )

    def send_json(self, content: dict[str, Any]) -> None:
        """Send JSON."""
        self.send(HTTPStatus.OK, "application/json", answers.to_json(content))

    def refuse(self, status: HTTPStatus, message: str) -> None:
        """Say why nothing is sent."""
        headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
        self.send(status, "application/json", json.dumps({"error": message}).encode(), headers)

    def send(self, status: HTTPStatus, kind: str, content: bytes, headers: dict[str, str] | None = None) -> None:
        """Send an answer whole."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged: what is asked by may be a person's key."""


def serve(server: Server) -> threading.Thread:
    """Answer in a thread."""
    thread = threading.Thread(target=server.serve_forever, name="http", daemon=True)
    thread.start()
    return thread


def wait_until_interrupted() -> None:
    """Wait for Ctrl-C."""
    while True:
        time.sleep(3600)
