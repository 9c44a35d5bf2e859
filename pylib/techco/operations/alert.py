"""`make alert`: tell by webhook or e-mail what failed, since when, who owns it, and what it reaches.

The warehouse knows how the last run of each node ended (base.node_runs), which runs named it (base.runs) and which
tables are late (governance.table_freshness); dbt's manifest knows owners, and which marts and dashboards read what.
Nothing is said of rows. Without a destination it prints. Exit code 0: all is well, and nothing was sent; 1: something
failed, and that was told; 2: it could not be told.
"""

import argparse
import json
import smtplib
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb

from techco import settings
from techco.command import run
from techco.graph import reachable
from techco.serving.release_gate import ENDED, PASSED

TIMEOUT = 20
MARTS = "models/marts/"
# Of one failure so many marts are named in a text; all of them stand in the webhook's JSON.
NAMED = 12


@dataclass(frozen=True)
class Failure:
    """What failed or is late; `reaches` and `exposures` are names of what stands behind it."""

    name: str
    kind: str
    what: str
    since: str
    owner: str
    marts: tuple[str, ...]
    exposures: tuple[str, ...]


class AlertError(Exception):
    """Why nothing can be told, and what to do."""


def main() -> int:
    """Read, tell, and say so."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--warehouse", type=Path, default=settings.warehouse_file())
    parser.add_argument("--manifest", type=Path, default=settings.target_folder() / "manifest.json")
    parser.add_argument("--webhook", default=settings.alert_webhook(), help="URL; also TECHCO_ALERT_WEBHOOK")
    parser.add_argument("--email", default=settings.alert_email(), help="whom to write to; also TECHCO_ALERT_EMAIL")
    parser.add_argument(
        "--smtp", default=settings.alert_smtp(), help="smtp[s]://user:password@host:port; also TECHCO_SMTP"
    )
    chosen = parser.parse_args()
    try:
        failures = read(chosen.warehouse, chosen.manifest)
        if not failures:
            print("Nothing failed, and no table is late.")
            return 0
        print(text(failures))
        if chosen.webhook:
            post(chosen.webhook, failures)
        if chosen.email:
            send(chosen.smtp, chosen.email, failures)
    except AlertError as problem:
        print(problem, file=sys.stderr)
        return 2
    return 1


def read(warehouse: Path, manifest_file: Path) -> list[Failure]:
    """What failed, then what is late, by name."""
    for file, advice in ((warehouse, "make build"), (manifest_file, "dbt parse")):
        if not file.is_file():
            raise AlertError(f"{file} is not there: `{advice}` writes it.")
    manifest: dict[str, Any] = json.loads(manifest_file.read_text(encoding="utf-8"))
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            bad = connection.execute(
                "select node_id, status from base.node_runs where node_id in (select node_id from base.project_nodes) "
                "and not list_contains(?, status) order by node_id",
                [[*PASSED, "skipped"]],
            ).fetchall()
            runs = connection.execute(
                "select started_at, coalesce(failed_nodes, ''), selection from base.runs order by started_at desc"
            ).fetchall()
            late = connection.execute(
                "select source_name, table_name, due_on from governance.table_freshness "
                "where delivery_status = 'late' order by all"
            ).fetchall()
    except duckdb.IOException as problem:
        raise AlertError(
            f"{warehouse} cannot be read now, maybe a build is writing: try again. ({problem})"
        ) from problem
    except duckdb.CatalogException as problem:
        raise AlertError(f"{warehouse} has not been built whole: `make build` does. ({problem})") from problem
    failures = [
        of_node(manifest, node_id, ENDED.get(status, "failed"), since(runs, node_id, manifest))
        for node_id, status in bad
    ]
    return failures + [
        of_node(manifest, f"source.{project(manifest)}.{source}.{table}", "is late", str(due))
        for source, table, due in late
    ]


def project(manifest: dict[str, Any]) -> str:
    """Its name in ids."""
    return str(manifest["metadata"].get("project_name", "techco"))


def since(runs: list[tuple[Any, str, str]], node_id: str, manifest: dict[str, Any]) -> str:
    """When the first of the runs began that have named it as failed; a run of everything that does not ends them."""
    name = node(manifest, node_id).get("name", node_id)
    first = runs[0][0] if runs else None
    for started, failed, selection in runs:
        if name in failed.split():
            first = started
        elif selection == "everything" and started != (runs[0][0] if runs else None):
            break
    return f"{first:%Y-%m-%d %H:%M} UTC" if first else "not known"


def node(manifest: dict[str, Any], node_id: str) -> dict[str, Any]:
    """A node, source or exposure of the manifest; nothing for one that is no more."""
    for kind in ("nodes", "sources", "exposures"):
        if node_id in manifest.get(kind, {}):
            found: dict[str, Any] = manifest[kind][node_id]
            return found
    return {}


def of_node(manifest: dict[str, Any], node_id: str, what: str, began: str) -> Failure:
    """All that is to be said of it."""
    failed = node(manifest, node_id)
    # A test has no reader; what it tests has.
    begins = failed.get("depends_on", {}).get("nodes", []) if failed.get("resource_type") == "test" else [node_id]
    behind = [node(manifest, name) for name in reachable(begins, manifest["child_map"])]
    marts = sorted(
        f"{one['schema']}.{one['alias']}"
        for one in behind
        if one.get("original_file_path", "").startswith(MARTS) and "alias" in one and one["resource_type"] == "model"
    )
    exposures = sorted(one.get("label") or one["name"] for one in behind if one.get("resource_type") == "exposure")
    kind, name = failed.get("resource_type", "node"), failed.get("name", node_id)
    if kind == "source":
        name = f"{failed['source_name']}.{name}"
    return Failure(name, kind, what, began, owner(manifest, failed, begins), tuple(marts), tuple(exposures))


def owner(manifest: dict[str, Any], failed: dict[str, Any], tested: Iterable[str]) -> str:
    """Who answers for it: its group's owner, for a test that of what it tests, for a source the one it names."""
    groups = {group["name"]: group["owner"] for group in manifest.get("groups", {}).values()}
    for one in (failed, *(node(manifest, name) for name in tested)):
        config = one.get("config", {})
        found = groups.get(config.get("group") or one.get("group") or "")
        if found:
            return f"{found.get('name')} <{found['email']}>" if found.get("email") else str(found.get("name"))
        if named := (config.get("meta", {}).get("owner") or one.get("source_meta", {}).get("owner")):
            return str(named)
    return "nobody is named"


def title(failures: list[Failure]) -> str:
    """One line."""
    failed = sum(failure.what != "is late" for failure in failures)
    parts = [f"{failed} failed"] * (failed > 0) + [f"{len(failures) - failed} late"] * (failed < len(failures))
    return f"TechCo Analytics: {', '.join(parts)}"


def text(failures: list[Failure]) -> str:
    """For people: a line for each, and what it reaches."""
    lines = [title(failures)]
    for failure in failures:
        lines.append(f"\n{failure.kind} {failure.name} {failure.what} since {failure.since}; owner: {failure.owner}")
        for word, names in (("marts", failure.marts), ("dashboards", failure.exposures)):
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            lines.append(f"  {word}: {', '.join(names[:NAMED]) or 'none'}{more}")
    return "\n".join(lines)


def post(url: str, failures: list[Failure]) -> None:
    """To a webhook: `text`, as chat tools show it, and all of it as `failures`."""
    body = json.dumps({"text": text(failures), "failures": [asdict(failure) for failure in failures]}).encode()
    if urlsplit(url).scheme not in ("http", "https"):
        raise AlertError(f"the webhook {url!r} is no URL: expected http:// or https://")
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT):
            pass
    except (urllib.error.URLError, OSError) as problem:
        raise AlertError(f"the webhook at {urlsplit(url).hostname} did not take it: {problem}") from problem


def send(smtp: str, receiver: str, failures: list[Failure]) -> None:
    """By e-mail, over TLS where the server's address begins with smtps."""
    server = urlsplit(smtp)
    if server.scheme not in ("smtp", "smtps") or not server.hostname:
        raise AlertError(f"TECHCO_SMTP is {smtp!r}: expected smtp://host:port or smtps://user:password@host:port")
    message = EmailMessage()
    message["Subject"], message["To"] = title(failures), receiver
    message["From"] = unquote(server.username or "") if "@" in unquote(server.username or "") else receiver
    message.set_content(text(failures))
    try:
        client = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
        with client(server.hostname, server.port or 0, timeout=TIMEOUT) as connection:
            if server.username:
                connection.login(unquote(server.username), unquote(server.password or ""))
            connection.send_message(message)
    except (smtplib.SMTPException, OSError) as problem:
        raise AlertError(f"the mail server {server.hostname} did not take it: {problem}") from problem


if __name__ == "__main__":
    run(main, "Nothing was sent, or part of it.")
