"""What a connector to Kafka is told: a YAML file that says which topics are which tables of the contract."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field
from techco.contract.declarations import Declaration, Place, Refusal, read_yaml, validated
from techco.contract.raw_contract import Contract

# What librdkafka is told by the connector itself: with other values messages could be passed over.
OWN_SETTINGS = ("bootstrap.servers", "group.id", "enable.auto.commit", "auto.offset.reset")
PASSWORDS = ("sasl.password", "ssl.key.password", "sasl.oauthbearer.client.secret")

Topic = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9._-]{1,249}$"),
    Refusal("{found} is no name of a topic", "Use letters, digits, dots, underscores and hyphens"),
]


class Config(Declaration):
    """A cluster and its topics, by the contract's names of tables."""

    source: str
    brokers: str
    topics: dict[str, Topic]
    # Settings of librdkafka, as `security.protocol`.
    settings: dict[str, str] = Field(default_factory=dict)
    # A file for each partition that has news, so often at most and after so many messages at the latest.
    land_every_seconds: float = Field(default=5.0, gt=0)
    land_messages: int = Field(default=50_000, gt=0)

    def client(self) -> dict[str, str | bool | int]:
        """The settings of the client."""
        password = os.environ.get("TECHCO_KAFKA_PASSWORD")
        return {
            **self.settings,
            **({"sasl.password": password} if password else {}),
            "bootstrap.servers": self.brokers,
            # The client wants a name. There is no group: what has landed says where to go on.
            "group.id": f"techco-{self.source}",
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            # A line for each try to reach a broker that is down says no more than the connector's own.
            "log_level": 2,
        }


def read_config(file: Path, contract: Contract) -> Config:
    """The configuration, held against the contract; raises ContractError."""
    place = Place(file)
    config: Config = validated(Config, read_yaml(file), place)
    for name in config.settings:
        if name in OWN_SETTINGS:
            place.fail(f"it sets {name}, which the connector sets itself", "Leave it out")
        if name in PASSWORDS:
            place.fail(f"it holds a password ({name})", "Put it into TECHCO_KAFKA_PASSWORD")
    if not config.topics:
        place.fail("it names no topics", "Add `topics: {events: web.events}`")
    for table in config.topics:
        if (config.source, table) not in contract.tables:
            known = ", ".join(sorted(f"{source}.{name}" for source, name in contract.tables))
            place.at("table", table).fail(
                f"the contract knows no table {config.source}.{table}",
                f"Use one of {known}, or add it with `make table`",
            )
    if len(set(config.topics.values())) < len(config.topics):
        place.fail("two tables come from one topic", "Give each a topic of its own")
    return config
