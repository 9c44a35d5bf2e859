"""The connector and a real broker: what happens to a topic, and what has landed of it then."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("confluent_kafka", reason="the group `ingest` is not installed")
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from ingest.tests.broker import NOT_INSTALLED, Broker, is_installed
from tools.benchmarks.change_capture import free_port, kill

if not is_installed():
    pytest.skip(NOT_INSTALLED, allow_module_level=True)

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90


class House:
    """A broker, a configuration of one topic, and a landing zone."""

    def __init__(self, folder: Path):
        self.zone, self.config = folder / "landing", folder / "web.yml"
        self.broker = Broker(folder / "broker", free_port(), free_port())
        self.broker.make()
        settings = f"source: web\nbrokers: {self.broker.address}\nland_every_seconds: 0.2\ntopics: {{events: clicks}}\n"
        self.config.write_text(settings)

    def make_topic(self) -> None:
        # The client has to live until the answer is there.
        admin = AdminClient({"bootstrap.servers": self.broker.address})
        admin.create_topics([NewTopic("clicks", num_partitions=2, replication_factor=1)])["clicks"].result(30)

    def send(self, *values: str) -> None:
        producer = Producer({"bootstrap.servers": self.broker.address, "log_level": 2})
        for value in values:
            producer.produce("clicks", value, value)
        assert producer.flush(PATIENCE) == 0

    def start(self, *options: str) -> "subprocess.Popen[str]":
        environment = os.environ | {"PYTHONPATH": f"{ROOT / 'pylib'}{os.pathsep}{ROOT}"}
        command = [sys.executable, "-m", "ingest.kafka", str(self.config), "--landing", str(self.zone), *options]
        return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def land(self) -> str:
        """Run the connector until nothing comes any more; what it said."""
        process = self.start("--until-idle", "4")
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
        return said

    def lines(self) -> list[str]:
        files = self.zone.glob("web/events/*/[!._]*.jsonl")
        return sorted(line for file in files for line in file.read_text().splitlines())

    def wait_for(self, count: int) -> None:
        ends = time.monotonic() + PATIENCE
        while len(self.lines()) < count:
            assert time.monotonic() < ends, self.lines()
            time.sleep(0.1)


@pytest.fixture
def house(tmp_path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.broker.stop()


def test_each_message_lands_once_whatever_it_holds_and_whoever_is_killed(house):
    house.make_topic()
    house.send('{"event_id": "1"}', "no json", '{"event_id":\n"2"}')
    process = house.start()
    house.wait_for(3)
    house.broker.kill()
    time.sleep(1)
    house.broker.start()
    house.send('{"event_id": "3"}')
    house.wait_for(4)
    kill(process)
    house.send('{"event_id": "4"}')
    house.land()
    house.land()
    objects = [json.loads(line) for line in house.lines() if line.startswith("{")]
    assert sorted(row["event_id"] for row in objects) == ["1", "2", "3", "4"]
    assert len(house.lines()) == 5 and "no json" in house.lines()


def test_a_topic_that_is_not_there_is_waited_for(house):
    process = house.start()
    time.sleep(6)
    house.make_topic()
    house.send('{"event_id": "1"}')
    house.wait_for(1)
    process.terminate()
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "has no topic clicks" in said and "trying again" in said
