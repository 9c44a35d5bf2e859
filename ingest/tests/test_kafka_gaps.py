"""What is done where the broker does not have the messages that come next; the broker of the tests never says so."""

from types import SimpleNamespace

import pytest

pytest.importorskip("confluent_kafka", reason="the group `ingest` is not installed")
import confluent_kafka as kafka

from ingest.files import Bytes, Landing, NewFile, now
from ingest.kafka.config import Config
from ingest.kafka.connector import Connector, MessagesMissing
from ingest.kafka.messages import file_name


class Consumer:
    """A client of a partition whose oldest message is another one than expected."""

    def __init__(self, oldest: int):
        self.oldest, self.assigned = oldest, []

    def get_watermark_offsets(self, *_):
        return self.oldest, self.oldest + 5

    def incremental_unassign(self, _):
        pass

    def incremental_assign(self, partitions):
        self.assigned = [(at.topic, at.partition, at.offset) for at in partitions]


@pytest.fixture
def connector(tmp_path) -> Connector:
    Landing(tmp_path, "web").land([NewFile("events", file_name("clicks", 1, 0, 99), Bytes(b"{}\n"))], now())
    return Connector(Config(source="web", brokers="none:9092", topics={"events": "clicks"}), tmp_path)


def refusal(code: int) -> SimpleNamespace:
    return SimpleNamespace(error=lambda: kafka.KafkaError(code), topic=lambda: "clicks", partition=lambda: 1)


OUT_OF_RANGE = refusal(kafka.KafkaError._AUTO_OFFSET_RESET)


def test_messages_that_retention_took_stop_the_connector_with_their_numbers(connector):
    with pytest.raises(MessagesMissing, match=r"clicks/1: messages 100 to 249 are gone .* by --accept-gaps"):
        connector.judge(Consumer(250), OUT_OF_RANGE)


def test_a_gap_that_is_accepted_is_said_and_passed_over(connector, capsys):
    connector.accept_gaps, consumer = True, Consumer(250)
    connector.judge(consumer, OUT_OF_RANGE)
    assert consumer.assigned == [("clicks", 1, 250)]
    assert "messages 100 to 249 are lost, as accepted" in capsys.readouterr().err


def test_a_topic_that_was_made_anew_is_not_taken_for_the_old_one(connector):
    with pytest.raises(MessagesMissing, match="100 would come next, and the topic ends before: it was made anew"):
        connector.judge(Consumer(0), OUT_OF_RANGE)


def test_a_broker_that_is_down_is_waited_for_and_what_else_is_wrong_is_raised(connector):
    connector.judge(Consumer(0), refusal(kafka.KafkaError._ALL_BROKERS_DOWN))
    with pytest.raises(kafka.KafkaException):
        connector.judge(Consumer(0), refusal(kafka.KafkaError.TOPIC_AUTHORIZATION_FAILED))
