"""Measure the live service: events land at a rate, a build and a publish run beside it, a reader asks what is shown.

`python -m tools.benchmarks.live --seconds 600`, or `--simulated-hour` for the memory over an hour of traffic, landed as
fast as it is taken. It works on a copy of an invented landing zone and its warehouse (`--landing`, `--warehouse`),
which have to be built and published. Printed, and saved to `docs/evidence/`: the lag from the rename of a file to the
answer that shows its events; what was lost or shown twice, counted by the ids of each visit; memory and processor time
of the service; and in what the next build differs from what was shown.
"""

import argparse
import bisect
import http.client
import json
import os
import random
import resource
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from tools.benchmarks.evidence import ROOT, save

# Seconds between two files, and between two questions of the reader.
FILE_EVERY, ASK_EVERY = 0.25, 0.1
# Of all events: those that are delivered again, that come some seconds late, and lines that are no event.
REPEATED, LATE, BROKEN = 0.02, 0.02, 0.005
EVENTS_OF_A_VISIT = 10
VISITS_AT_ONCE = 3000
WANTED_P95, WANTED_P99 = 1.0, 2.0


class Traffic:
    """Visits, their events, and what is known of each file when it lands."""

    def __init__(self, landing: Path, start: datetime, customers: list[str], products: list[str]):
        self.folder = landing / "web" / "events" / f"ingested_on={start:%Y-%m-%d}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.start, self.customers, self.products = start, customers, products
        self.random = random.Random(7)
        self.visits: list[tuple[str, str | None]] = []
        self.made = self.broken = self.repeated = self.files = 0
        self.held: list[tuple[float, str, str]] = []
        self.recent: list[str] = []
        # Of each visit, when each of its events landed, each id once.
        self.landed: dict[str, list[float]] = defaultdict(list)

    def event(self, at: float) -> tuple[str, str]:
        """The visit and the line of one more event."""
        draw = self.random
        if len(self.visits) < 10 or draw.random() < 1 / EVENTS_OF_A_VISIT:
            customer = draw.choice(self.customers) if draw.random() < 0.3 else None
            self.visits.append((f"L{len(self.visits):08d}", customer))
        newest = len(self.visits)
        visit, customer = self.visits[draw.randrange(max(0, newest - VISITS_AT_ONCE), newest)]
        kinds = ("page_view", "product_view", "product_view", "search", "add_to_cart", "begin_checkout", "purchase")
        kind = draw.choices(kinds, (30, 20, 20, 10, 12, 5, 3))[0]
        stamp = (self.start + timedelta(seconds=at)).isoformat(timespec="microseconds") + "Z"
        document = {
            "event_id": f"live-{self.made:012d}",
            "event_type": kind,
            "occurred_at": stamp,
            "session_id": visit,
            "customer_id": customer,
            "device": {"id": f"device-{visit}", "type": "mobile", "os": "Android", "user_agent": "Mozilla/5.0 (Linux)"},
            "ip": "192.0.2.7",
            "geo": {"country": "DE"},
            "page": {"path": "/", "referrer": "search.example"},
            "consent": {"analytics": True},
            "_ingested_at": stamp,
        }
        if kind in ("product_view", "add_to_cart"):
            document |= {"product_id": draw.choice(self.products), "in_stock": draw.random() > 0.1, "quantity": 1}
        if kind == "purchase":
            document["order_id"] = f"LO{self.made}"
        if kind == "search":
            document["search"] = {"text": "headphones"}
        if int(visit[1:]) % 4 == 0:
            document["utm"] = {"source": "google", "campaign": "brand"}
        self.made += 1
        return visit, json.dumps(document)

    def land(self, count: int, at: float, span: float, clock: float) -> None:
        """Land a file of so many events that happened in the `span` seconds up to `at`."""
        lines: list[tuple[str | None, str]] = []
        for number in range(count):
            visit, line = self.event(at - span + span * number / count)
            if self.random.random() < LATE:
                self.held.append((at + self.random.uniform(1, 20), visit, line))
                continue
            lines.append((visit, line))
            if self.random.random() < REPEATED:
                self.recent.append(line)
            if self.random.random() < BROKEN:
                lines.append((None, line[: self.random.randrange(5, 40)]))
                self.broken += 1
        lines += [(visit, line) for due, visit, line in self.held if due <= at]
        self.held = [held for held in self.held if held[0] > at]
        while len(self.recent) > 50:
            lines.append((None, self.recent.pop(0)))
            self.repeated += 1
        self.random.shuffle(lines)
        name = f"{self.made:012d}.jsonl"
        hidden = self.folder / f".{name}"
        hidden.write_text("\n".join(line for _, line in lines) + "\n", encoding="utf-8")
        hidden.rename(self.folder / name)
        self.files += 1
        now = time.monotonic() if clock < 0 else clock
        for visit, _ in lines:
            if visit is not None:
                self.landed[visit].append(now)

    def end(self, at: float) -> None:
        """Land what is held back."""
        for index, (_, visit, line) in enumerate(self.held):
            self.held[index] = (at, visit, line)
        self.land(1, at, 0.1, -1)


class Reader:
    """Asks for what has changed, and writes down when each visit was shown with how many events."""

    def __init__(self, port: int, token: str):
        self.port, self.token = port, token
        self.shown: dict[str, list[tuple[float, int]]] = defaultdict(list)
        self.rows: dict[str, dict] = {}
        self.asked: list[float] = []
        self.since = "0"
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        """Ask until it is stopped."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self.stopping.is_set():
            began = time.monotonic()
            answer = self.ask(connection, f"/v1/interactions?limit=10000&since={self.since}")
            now = time.monotonic()
            self.asked.append(now - began)
            for row in answer["rows"]:
                if row["session_id"].startswith("L"):
                    self.shown[row["session_id"]].append((now, row["event_count"]))
                    self.rows[row["session_id"]] = row
            self.since = answer["since"]
            if len(answer["rows"]) < 10000:
                self.stopping.wait(max(0.0, ASK_EVERY - (now - began)))

    def ask(self, connection: http.client.HTTPConnection, path: str) -> dict:
        """What the service answers."""
        connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {content[:200]!r}")
        return json.loads(content)

    def status(self) -> dict:
        """How the service says that it is."""
        return self.ask(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30), "/v1/status")


def main() -> int:
    """Measure; exit code 1 where a figure is not reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--landing", type=Path, default=ROOT / "landing", help="an invented landing zone")
    parser.add_argument("--warehouse", type=Path, default=ROOT / "warehouse" / "techco.duckdb", help="built from it")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "warehouse" / "bench" / "live", help="where the copy goes"
    )
    parser.add_argument("--rate", type=int, default=1000, help="events per second (default: 1000)")
    parser.add_argument("--seconds", type=int, default=600, help="how long (default: 600)")
    parser.add_argument("--no-build", action="store_true", help="without a build and a publish beside it")
    parser.add_argument("--simulated-hour", action="store_true", help="an hour of traffic, as fast as it is taken")
    chosen = parser.parse_args()
    place = copy(chosen.landing, chosen.warehouse, chosen.folder)
    result = simulated_hour(place, chosen.rate) if chosen.simulated_hour else real_time(place, chosen)
    print(json.dumps(result, indent=2))
    save("live-hour" if chosen.simulated_hour else "live", result)
    return 0 if result["reached"] else 1


def copy(landing: Path, warehouse: Path, folder: Path) -> dict[str, str]:
    """A copy to work on: the environment that names it."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "warehouse").mkdir(parents=True)
    shutil.copytree(landing, folder / "landing")
    shutil.copy2(warehouse, folder / "warehouse" / "techco.duckdb")
    shutil.copytree(warehouse.parent / "releases", folder / "warehouse" / "releases", symlinks=True)
    return os.environ | {
        "TECHCO_LANDING": str(folder / "landing"),
        "TECHCO_WAREHOUSE": str(folder / "warehouse" / "techco.duckdb"),
        "TECHCO_LIVE_ADDRESS": f"127.0.0.1:{free_port()}",
    }


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def traffic_of(place: dict[str, str]) -> Traffic:
    """Traffic on the day after the newest of a zone, of its customers and products."""
    landing = Path(place["TECHCO_LANDING"])
    with duckdb.connect(place["TECHCO_WAREHOUSE"], read_only=True) as connection:
        newest = connection.execute("select max(ingested_on) from base.loaded_files").fetchone()[0]
        products = [
            row[0]
            for row in connection.execute(
                "select product_id from core.dim_product where product_id is not null order by 1"
            ).fetchall()
        ]
        customers = [
            row[0]
            for row in connection.execute(
                "select customer_id from base.base_shop__customers where customer_id is not null "
                "group by 1 order by 1 limit 5000"
            ).fetchall()
        ]
    start = datetime.combine(newest + timedelta(days=1), datetime.min.time()) + timedelta(hours=8)
    return Traffic(landing, start, customers, products)


def start_service(place: dict[str, str]) -> tuple[subprocess.Popen, Reader]:
    """The service, when it answers."""
    log = Path(place["TECHCO_LANDING"]).parent / "service.log"
    process = subprocess.Popen(
        [sys.executable, "-m", "techco.live"], cwd=ROOT, env=place, stdout=log.open("w"), stderr=subprocess.STDOUT
    )
    while "Live at" not in log.read_text(encoding="utf-8"):
        if process.poll() is not None:
            sys.exit(log.read_text(encoding="utf-8"))
        time.sleep(0.2)
    tokens = json.loads(Path(place["TECHCO_WAREHOUSE"] + ".live_tokens.json").read_text(encoding="utf-8"))
    return process, Reader(int(place["TECHCO_LIVE_ADDRESS"].split(":")[1]), tokens["analyst"])


def real_time(place: dict[str, str], chosen: argparse.Namespace) -> dict:
    """The lag, at the rate of a clock."""
    traffic = traffic_of(place)
    process, reader = start_service(place)
    reader.thread.start()
    builder = Builder(place)
    began, landed, number = time.monotonic(), 0, 0
    memory: list[int] = []
    load: list[float] = []
    while (at := time.monotonic() - began) < chosen.seconds:
        due = int(at * chosen.rate)
        traffic.land(due - landed, at, FILE_EVERY, -1) if due > landed else None
        landed, number = due, number + 1
        if number == 40 and not chosen.no_build:
            builder.thread.start()
        if number % 40 == 0:
            memory.append(resident(process.pid))
            load.append(os.getloadavg()[0])
        time.sleep(max(0.0, began + number * FILE_EVERY - time.monotonic()))
    traffic.end(time.monotonic() - began)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and len(lags(traffic, reader)[1]):
        time.sleep(0.5)
    builder.stop()
    status = reader.status()
    reader.stopping.set()
    reader.thread.join()
    usage = process_seconds(process.pid)
    process.terminate()
    process.wait()
    found, missing = lags(traffic, reader)
    too_many = [
        visit
        for visit, times in traffic.landed.items()
        if reader.rows.get(visit, {}).get("event_count", 0) > len(times)
    ]
    p95, p99 = quantile(found, 0.95), quantile(found, 0.99)
    differences = compare(place, reader.rows) if not chosen.no_build else None
    return {
        "rate": chosen.rate,
        "seconds": chosen.seconds,
        "events": sum(len(times) for times in traffic.landed.values()),
        "visits": len(traffic.landed),
        "lag_seconds": {"p50": quantile(found, 0.5), "p95": p95, "p99": p99, "most": round(found[-1], 3)},
        "answer_seconds": {"p50": quantile(sorted(reader.asked), 0.5), "p95": quantile(sorted(reader.asked), 0.95)},
        "lost": len(missing),
        "shown_twice": len(too_many),
        "counted": {"broken": traffic.broken, "repeated": traffic.repeated} | {"service": status["landed"]},
        "builds_and_publishes_beside": builder.done,
        "memory_mb": {"first": memory[0], "most": max(memory), "last": memory[-1]} if memory else {},
        "cpu_share_of_a_core": round(usage / chosen.seconds, 2),
        "load": {"mean": round(sum(load) / max(1, len(load)), 1)},
        "next_build": differences,
        "reached": p95 <= WANTED_P95
        and p99 <= WANTED_P99
        and not missing
        and not too_many
        and status["landed"]["repeated"] == traffic.repeated
        and not (differences or {}).get("different"),
    }


class Builder:
    """Builds and publishes in a loop, beside the service."""

    def __init__(self, place: dict[str, str]):
        self.place = place
        self.done: list[dict] = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        """One after the other."""
        while not self.stopping.is_set():
            for module in ("techco.operations.build", "techco.serving.publish"):
                began = time.monotonic()
                self.call(module)
                self.done[-1]["seconds"] = round(time.monotonic() - began, 1)

    def call(self, module: str) -> None:
        """Run one, and say how it ended."""
        target = Path(self.place["TECHCO_LANDING"]).parent / "target"
        env = self.place | {"DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(target)}
        command = [sys.executable, "-m", module]
        # A session of its own: where the kernel shares the processor by sessions, it has a build's share of it.
        run = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, start_new_session=True
        )
        self.done.append({"what": module.rsplit(".", 1)[1], "exit_code": run.returncode})
        if run.returncode:
            print(run.stdout[-3000:], run.stderr[-3000:], sep="\n", file=sys.stderr, flush=True)

    def stop(self) -> None:
        """Begin nothing more, and wait for what runs."""
        self.stopping.set()
        if self.thread.is_alive():
            self.thread.join()


def lags(traffic: Traffic, reader: Reader) -> tuple[list[float], list[tuple[str, int]]]:
    """Seconds from landed to shown of each event, sorted; and those that were not shown, as visit and number."""
    found, missing = [], []
    for visit, times in traffic.landed.items():
        shown = list(reader.shown.get(visit, []))
        counts, highest = [], 0
        for _, count in shown:
            highest = max(highest, count)
            counts.append(highest)
        for number, landed in enumerate(times, start=1):
            place = bisect.bisect_left(counts, number)
            if place == len(counts):
                missing.append((visit, number))
            else:
                found.append(shown[place][0] - landed)
    return sorted(found), missing


def quantile(values: list[float], part: float) -> float:
    """A quantile of sorted values."""
    return round(values[min(len(values) - 1, int(len(values) * part))], 3) if values else float("inf")


def compare(place: dict[str, str], shown: dict[str, dict]) -> dict:
    """In what the release of one more build differs from what was shown last, of visits in progress then."""
    builder = Builder(place)
    for module in ("techco.operations.build", "techco.serving.publish"):
        builder.call(module)
        if builder.done[-1]["exit_code"]:
            return {"different": ["the build or publish failed"]}
    file = Path(place["TECHCO_WAREHOUSE"]).parent / "releases" / "current" / "analyst" / "serving.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        answer = connection.execute("from marketing.live_interactions where session_id like 'L%'")
        names = [column[0] for column in answer.description]
        built = {row[0]: dict(zip(names, row, strict=True)) for row in answer.fetchall()}
    # Scores may be others, as they are of another day by now.
    kept = [
        name
        for name in names
        if not name.startswith(("purchase_prob", "expected_rev", "left_prob", "available", "segment"))
    ]
    different = []
    for session, row in built.items():
        if session not in shown:
            different.append(f"{session} is built and was not shown")
            continue
        for name in kept:
            value = row[name]
            if isinstance(value, datetime):
                value = value.isoformat(timespec="milliseconds") + "Z"
            told = shown[session][name]
            if value != told and not (isinstance(told, float) and abs(float(value) - told) < 1e-9):
                different.append(f"{session} {name}: built {value}, shown {told}")
    return {"compared_visits": len(built), "compared_columns": len(kept), "different": different[:20]}


def simulated_hour(place: dict[str, str], rate: int) -> dict:
    """The memory over an hour of traffic, landed as fast as the service takes it."""
    traffic = traffic_of(place)
    process, reader = start_service(place)
    memory: list[dict] = []
    began = time.monotonic()
    span = 2.0
    for second in range(0, 5400, int(span)):
        traffic.land(int(rate * span), second + span, span, 0.0)
        if second % 60 == 0:
            while reader.status()["landed"]["files"] < traffic.files - 8:
                time.sleep(0.2)
        if second % 300 == 0:
            memory.append({"simulated_minute": second // 60, "mb": resident(process.pid)})
            print(memory[-1], round(time.monotonic() - began), flush=True)
    while reader.status()["landed"]["files"] < traffic.files:
        time.sleep(0.5)
    status = reader.status()
    usage = process_seconds(process.pid)
    process.terminate()
    process.wait()
    half = [point["mb"] for point in memory if point["simulated_minute"] >= 65]
    return {
        "rate": rate,
        "simulated_minutes": 90,
        "wall_seconds": round(time.monotonic() - began),
        "cpu_seconds": round(usage),
        "repeated": traffic.repeated,
        "service": status["landed"],
        "memory_mb": memory,
        # In the last half hour as much is forgotten as comes.
        "growth_of_the_last_25_minutes": round(max(half) / half[0] - 1, 3),
        "reached": max(half) <= 1.25 * half[0]
        and status["landed"]["repeated"] == traffic.repeated
        and not status["landed"]["forgotten_early"],
    }


def resident(pid: int) -> int:
    """Megabytes that a process has in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() // 1_000_000


def process_seconds(pid: int) -> float:
    """Seconds of processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
