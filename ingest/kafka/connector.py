"""Follows topics into files of the landing zone; what has landed says where it goes on, so that nothing lands twice.

One file for each partition that has news. No consumer group takes part: partitions are assigned, offsets are those of
the landed files.
"""

import signal
import time
from datetime import date
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from ingest.back_off import BackOff, say
from ingest.files import Bytes, Landing, NewFile, now
from ingest.kafka.config import Config
from ingest.kafka.messages import file_name, line, next_offsets

ANSWER_SECONDS = 10.0
LOOK_FOR_PARTITIONS_EVERY_SECONDS = 60.0


class TopicMissing(Exception):
    """A topic is not there; the message names it."""


class MessagesMissing(Exception):
    """The broker does not have the messages that come next; a person has to decide what to do."""


class Connector:
    """The topics of one source."""

    def __init__(self, config: Config, zone: Path):
        self.config = config
        self.landing = Landing(zone, config.source)
        self.tables = {topic: table for table, topic in config.topics.items()}
        self.stopped = False
        # Ends when nothing has come for so many seconds; None to follow for ever.
        self.until_idle: float | None = None
        # Go on with the oldest message that there is, where those before it are gone.
        self.accept_gaps = False
        self.day: date | None = None

    def stop(self, *_: object) -> None:
        """End after what is being done."""
        self.stopped = True

    def run(self) -> None:
        """Follow until stopped; what goes wrong with the broker or the disk is said, and tried again."""
        signal.signal(signal.SIGTERM, self.stop)
        back_off = BackOff()
        with self.landing.alone(self.config.source):
            for table in self.config.topics:
                self.landing.remove_unfinished(table, ".jsonl")
            while not self.stopped:
                try:
                    self.session(back_off)
                    return
                except TopicMissing as error:
                    back_off.wait(str(error))
                except KafkaException as error:
                    back_off.wait(f"Kafka at {self.config.brokers} does not answer as it should ({error.args[0]})")
                except OSError as error:
                    back_off.wait(f"{self.landing.zone} cannot be written ({error}); the broker keeps the messages")

    def session(self, back_off: BackOff) -> None:
        """Assign all partitions, behind what has landed of them, and follow."""
        consumer = Consumer(self.config.client() | {"error_cb": say_error})
        try:
            known = self.assign(consumer, set())
            back_off.well()
            self.follow(consumer, known)
        finally:
            consumer.close()

    def assign(self, consumer: Consumer, known: set[tuple[str, int]]) -> set[tuple[str, int]]:
        """Take the partitions that are there and not known yet; all that are known then."""
        new = []
        for topic, table in self.tables.items():
            metadata = consumer.list_topics(topic, ANSWER_SECONDS).topics[topic]
            if metadata.error is not None or not metadata.partitions:
                raise TopicMissing(f"Kafka at {self.config.brokers} has no topic {topic}")
            landed = next_offsets(topic, self.landing.names(table))
            for partition in metadata.partitions:
                if (topic, partition) in known:
                    continue
                at = landed[partition] if partition in landed else self.oldest(consumer, topic, partition)
                new.append(TopicPartition(topic, partition, at))
        if new:
            consumer.incremental_assign(new)
            say(f"Following {', '.join(f'{at.topic}/{at.partition} from {at.offset}' for at in new)} on.")
        return known | {(at.topic, at.partition) for at in new}

    def oldest(self, consumer: Consumer, topic: str, partition: int) -> int:
        """The offset of the oldest message that the broker has."""
        oldest, _ = consumer.get_watermark_offsets(TopicPartition(topic, partition), ANSWER_SECONDS)
        return int(oldest)

    def follow(self, consumer: Consumer, known: set[tuple[str, int]]) -> None:
        """Collect and land, until stopped or idle."""
        held: dict[tuple[str, int], list[Message]] = {}
        count, landed_at = 0, time.monotonic()
        came_at = looked_at = landed_at
        while not self.stopped:
            for message in consumer.consume(
                min(10_000, self.config.land_messages), min(0.2, self.config.land_every_seconds)
            ):
                if message.error():
                    self.judge(consumer, message)
                    continue
                held.setdefault((message.topic(), message.partition()), []).append(message)
                count, came_at = count + 1, time.monotonic()
            at = time.monotonic()
            if at - landed_at >= self.config.land_every_seconds or count >= self.config.land_messages:
                self.land(held)
                held, count, landed_at = {}, 0, at
            if at - looked_at >= LOOK_FOR_PARTITIONS_EVERY_SECONDS:
                known, looked_at = self.assign(consumer, known), at
            if self.until_idle is not None and at - came_at >= self.until_idle:
                break
        self.land(held)

    def judge(self, consumer: Consumer, message: Message) -> None:
        """What the client says of a partition instead of a message; raises where it cannot go on."""
        error, topic, partition = message.error(), message.topic(), message.partition()
        if error.code() != KafkaError._AUTO_OFFSET_RESET:
            if error.retriable() or error.code() == KafkaError._ALL_BROKERS_DOWN:
                return
            raise KafkaException(error)
        expected = next_offsets(topic, self.landing.names(self.tables[topic])).get(partition, 0)
        oldest = self.oldest(consumer, topic, partition)
        if oldest <= expected:
            raise MessagesMissing(
                f"{topic}/{partition}: {expected} would come next, and the topic ends before: it was made anew, or "
                "the cluster is another one. Bring it under another name of topic, so that offsets go on growing."
            )
        if not self.accept_gaps:
            raise MessagesMissing(
                f"{topic}/{partition}: messages {expected} to {oldest - 1} are gone from the broker before they landed "
                "(retention.ms, retention.bytes). Bring them back, or go on without them by --accept-gaps."
            )
        say(f"{topic}/{partition}: going on at {oldest}; messages {expected} to {oldest - 1} are lost, as accepted.")
        consumer.incremental_unassign([TopicPartition(topic, partition)])
        consumer.incremental_assign([TopicPartition(topic, partition, oldest)])

    def land(self, held: dict[tuple[str, int], list[Message]]) -> None:
        """Land what was collected; on the first occasion of a day, an empty file for each table without one."""
        moment = now()
        files = [
            NewFile(
                self.tables[topic],
                file_name(topic, partition, messages[0].offset(), messages[-1].offset()),
                Bytes(b"".join(line(message.value(), moment) for message in messages)),
            )
            for (topic, partition), messages in held.items()
        ]
        if self.day != moment.date():
            self.day = moment.date()
            filled = {file.table for file in files}
            for table in self.config.topics:
                folder = self.landing.folder(table) / f"ingested_on={moment:%Y-%m-%d}"
                if table not in filled and not any(folder.glob("[!._]*")):
                    files.append(NewFile(table, f"nothing-{moment:%Y%m%dT%H%M%S%f}.jsonl", Bytes(b"")))
        if files:
            self.landing.land(files, moment)


def say_error(error: KafkaError) -> None:
    """What the client says of brokers; it goes on by itself."""
    if error.code() == KafkaError._ALL_BROKERS_DOWN:
        say("No broker answers. Nothing is lost; the client tries again by itself.")
