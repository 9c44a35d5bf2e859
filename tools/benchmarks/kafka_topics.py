"""Events by Kafka while consumer and broker are killed: does the warehouse have each of them, once?

Events of the web shop are produced at a rate; the connector that lands them is killed (-9) at random moments, and the
broker once. In the end the ids that the broker has acknowledged are held against landed files, base and staging; with
--without-builds, against landed files. Needs the groups `ingest` and `broker`. Exit code 1 where something differs.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from ingest.tests.broker import NOT_INSTALLED, Broker, is_installed
from tools.benchmarks.change_capture import NOT_RUN, free_port, is_left_over, kill
from tools.benchmarks.evidence import ROOT, save

TOPIC, PARTITIONS = "web.events", 3
BUILD = ("build", "--exclude-resource-type", "test", "unit_test", "-s", "+path:models/staging/web")
KINDS = ("page_view", "search", "product_view", "add_to_cart", "begin_checkout", "purchase")
# Of so many messages one is no JSON, and has to be found in the quarantine.
BROKEN_EVERY = 10_000


class Play:
    """A broker, a landing zone and a warehouse, below a folder."""

    def __init__(self, folder: Path, seed: int, with_builds: bool):
        self.folder, self.chance, self.with_builds = folder, random.Random(seed), with_builds
        self.landing, self.warehouse = folder / "landing", folder / "warehouse" / "techco.duckdb"
        self.broker = Broker(folder / "broker", free_port(), free_port())
        self.sent = 0
        self.acknowledged: set[str] = set()
        self.broken = 0
        self.kills: list[dict] = []
        self.kills_are_through = False

    def make(self) -> None:
        """The broker with an empty topic, and the connector's configuration."""
        self.landing.mkdir(parents=True)
        self.warehouse.parent.mkdir()
        self.broker.make()
        # The client has to live until the answer is there.
        admin = AdminClient({"bootstrap.servers": self.broker.address})
        admin.create_topics([NewTopic(TOPIC, num_partitions=PARTITIONS, replication_factor=1)])[TOPIC].result(30)
        written = (ROOT / "ingest" / "kafka" / "web.yml").read_text()
        (self.folder / "web.yml").write_text(written.replace("127.0.0.1:9092", self.broker.address))

    def produce(self, messages: int, per_second: float) -> None:
        """Produce at a rate; a message whose delivery fails is sent again, as a shop would."""
        # The test's broker keeps each batch as an object, and reads all their names again and again: with batches of
        # 50 ms it came down to 150 messages a second after 350,000.
        settings = {"linger.ms": 1000, "acks": "all", "message.timeout.ms": 600_000, "log_level": 2}
        producer = Producer({"bootstrap.servers": self.broker.address} | settings)
        began = time.monotonic()
        number = -1
        while (number := number + 1) < messages or not self.kills_are_through:
            while number > (time.monotonic() - began) * per_second:
                producer.poll(0.01)
            self.send(producer, number)
            self.sent += 1
        while producer.flush(5):
            pass

    def send(self, producer: Producer, number: int) -> None:
        """Send one message; one in many is no JSON."""
        event_id = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        value = json.dumps(
            {
                "event_id": event_id,
                "event_type": KINDS[number % len(KINDS)],
                "occurred_at": datetime.now(UTC).isoformat(),
                "session_id": f"S{number // 12:010}",
                "device": {"id": f"D{number // 24:010}", "type": "mobile", "os": "Android"},
                "product_id": f"P{number % 300:05}",
                "consent": {"analytics": True},
            }
        )
        is_broken = number % BROKEN_EVERY == BROKEN_EVERY - 1

        def delivered(error: object, _: object) -> None:
            if error is not None:
                self.send(producer, number)
            elif is_broken:
                self.broken += 1
            else:
                self.acknowledged.add(event_id)

        while True:
            try:
                producer.produce(TOPIC, value[:40] if is_broken else value, f"{number // 12}", on_delivery=delivered)
                return
            except BufferError:
                producer.poll(0.1)

    def start(self, name: str, *command: str) -> "subprocess.Popen[bytes]":
        """Start a process whose output goes to a file."""
        environment = os.environ | {
            "TECHCO_LANDING": str(self.landing),
            "TECHCO_WAREHOUSE": str(self.warehouse),
            "TECHCO_PEPPER": "of kafka_topics.py, and of no other warehouse",
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "target" / "logs"),
            "PYTHONPATH": f"{ROOT / 'pylib'}{os.pathsep}{ROOT}",
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)

    def connector(self, *options: str) -> "subprocess.Popen[bytes]":
        """Start the connector."""
        return self.start("connector", sys.executable, "-m", "ingest.kafka", str(self.folder / "web.yml"), *options)

    def files(self) -> int:
        """How many files have landed."""
        return sum(1 for _ in self.landing.glob("*/*/*/[!._]*"))

    def restart_broker(self) -> None:
        """Kill the broker, and start it a while later."""
        self.broker.kill()
        time.sleep(self.chance.uniform(1, 5))
        self.broker.start()
        self.kills.append({"what": "broker", "messages": self.sent})

    def run(self, messages: int, kills: int, per_second: float) -> dict:
        """Play it; the figures."""
        self.make()
        began = time.monotonic()
        producing = threading.Thread(target=self.produce, args=(messages, per_second), daemon=True)
        producing.start()
        of_broker = kills // 2
        for number in range(kills):
            before = self.files()
            process = self.connector()
            moment = self.chance.uniform(number, number + 1) * messages / kills
            while self.files() == before or self.sent < moment:
                assert process.poll() is None, f"the connector has ended; see {self.folder / 'connector.log'}"
                time.sleep(0.05)
            if number == of_broker:
                self.restart_broker()
            # A while after it has landed something, so that it is killed at work.
            time.sleep(self.chance.uniform(0, 2))
            kill(process)
            self.kills.append({"what": "connector", "messages": self.sent, "files": self.files()})
        self.kills_are_through = True
        process = self.connector()
        producing.join()
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        seconds = time.monotonic() - began
        assert self.connector("--until-idle", "10").wait(1800) == 0, f"see {self.folder / 'connector.log'}"
        if self.with_builds:
            code = self.start("build", shutil.which("dbt") or "dbt", "--no-use-colors", *BUILD).wait()
            assert code == 0, f"see {self.folder / 'build.log'}"
        return {
            "compared_with": "landed files, base and staging" if self.with_builds else "landed files",
            "messages": self.sent,
            "acknowledged": len(self.acknowledged),
            "broken": self.broken,
            "seconds": round(seconds, 1),
            "kills": self.kills,
            **self.compared(),
        }

    def compared(self) -> dict:
        """What has landed and what is in the warehouse, and how these differ from what was acknowledged."""
        files = sorted((self.landing / "web" / "events").glob("ingested_on=*/[!._]*.jsonl"))
        lines = [text for file in files for text in file.read_text().splitlines()]
        landed = [json.loads(line)["event_id"] for line in lines if line.endswith("}")]
        figures = {"files": len(files), "lines": len(lines), "repeats_of_the_producer": len(landed) - len(set(landed))}
        wrong = {
            "ids missing in files": len(self.acknowledged - set(landed)),
            "ids too many in files": len(set(landed) - self.acknowledged),
            "broken ones not in files": max(0, self.broken - (len(lines) - len(landed))),
            "offsets that landed twice": offsets_twice(files),
        }
        if self.with_builds:
            self.compare_warehouse(figures, wrong)
        return figures | {"differences": [f"{what}: {number:,}" for what, number in wrong.items() if number]}

    def compare_warehouse(self, figures: dict[str, int], wrong: dict[str, int]) -> None:
        """Add what is in base and staging, and how these differ."""
        with duckdb.connect() as conn:
            conn.execute(f"attach '{self.warehouse}' as warehouse (read_only)")
            conn.execute("create table sent (event_id varchar)")
            conn.execute("insert into sent select unnest(?)", [sorted(self.acknowledged)])

            def count(query: str) -> int:
                return int((conn.execute(query).fetchone() or (0,))[0])

            base, staging = "warehouse.base.base_web__events where _issues is null", "warehouse.staging.stg_web__events"
            figures |= {
                "in_base": count(f"select count(*) from {base}"),
                "in_quarantine": count(
                    "select count(*) from warehouse.base.base_web__events where _issues is not null"
                ),
                "in_staging": count(f"select count(*) from {staging}"),
            }
            wrong |= {
                "ids missing in base": count(f"select count(*) from (from sent except select event_id from {base})"),
                "ids missing in staging": count(
                    f"select count(*) from (from sent except select event_id from {staging})"
                ),
                "ids twice in staging": count(
                    f"select count(*) from (select event_id from {staging} group by event_id having count(*) > 1)"
                ),
                # A message that was acknowledged too late is there twice under its id, and once in staging.
                "ids too many in staging": figures["in_staging"] - len(self.acknowledged),
                "broken ones not in quarantine": max(0, self.broken - figures["in_quarantine"]),
            }


def offsets_twice(files: list[Path]) -> int:
    """How many offsets are in the names of two files, or in a file with another number of lines than its name says."""
    twice, ends = 0, {}
    for file in sorted(files, key=lambda path: path.name):
        if file.name.startswith("nothing"):
            continue
        _, partition, first, last = file.stem.rsplit("-", 3)
        expected = ends.get(partition, 0)
        twice += max(0, expected - int(first)) + abs(len(file.read_bytes().splitlines()) - (int(last) - int(first) + 1))
        ends[partition] = int(last) + 1
    return twice


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=1_000_000, help="messages to produce (default: 1000000)")
    parser.add_argument("--kills", type=int, default=10, help="kills of the connector (default: 10)")
    parser.add_argument("--per-second", type=float, default=3000, help="messages a second at most (default: 3000)")
    parser.add_argument("--without-builds", action="store_true", help="compare landed files, and build nothing")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default: 1)")
    parser.add_argument("--folder", type=Path, default=ROOT / "warehouse" / "kafka_topics", help="where all of it lies")
    given = parser.parse_args()
    if not is_installed():
        print(NOT_INSTALLED, file=sys.stderr)
        return NOT_RUN
    if is_left_over(given.folder):
        return 2
    play = Play(given.folder.resolve(), given.seed, not given.without_builds)
    try:
        figures = play.run(given.messages, given.kills, given.per_second)
    finally:
        play.broker.stop()
    for difference in figures["differences"]:
        print(difference)
    print(f"{figures['messages']:,} messages, {len(figures['kills'])} kills: {len(figures['differences'])} differences")
    save("kafka-topics", figures)
    if not figures["differences"]:
        shutil.rmtree(given.folder)
    return 1 if figures["differences"] else 0


if __name__ == "__main__":
    sys.exit(main())
