"""An emulator for all tests, and connections to it as any client makes them."""

import pytest
import snowflake.connector

from tools.emulator.log import read_log
from tools.emulator.running import running


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    """The folder and the port of a running emulator."""
    folder = tmp_path_factory.mktemp("emulator")
    with running(folder, 0) as port:
        yield folder, port


@pytest.fixture
def cursor(emulator):
    """A cursor in schema TECHCO.T, which is new for each test."""
    connection = snowflake.connector.connect(
        account="local",
        user="local",
        password="local",
        host="127.0.0.1",
        port=emulator[1],
        protocol="http",
        database="TECHCO",
        network_timeout=60,
        platform_detection_timeout_seconds=0.0,
    )
    with connection, connection.cursor() as made:
        made.execute("drop schema if exists TECHCO.T")
        made.execute("create schema TECHCO.T")
        yield made


@pytest.fixture
def issued(emulator):
    """The statements that the emulator let succeed without doing anything, so far."""
    return lambda: read_log(emulator[0] / "statements.jsonl", skipped=True)
