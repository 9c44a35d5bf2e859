"""No emulator is left behind, and one that cannot start says why."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tools.emulator.running import ROOT, EmulatorError, running


def answers(port):
    """Whether anything listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_stops_with_the_block_that_started_it(tmp_path):
    with running(tmp_path, 0) as port:
        assert answers(port)
    assert not answers(port)


def test_it_stops_with_a_process_that_was_killed(tmp_path):
    code = (
        "import time\nfrom pathlib import Path\nfrom tools.emulator.running import running\n"
        f"with running(Path({str(tmp_path)!r}), 0) as port:\n    print(port, flush=True)\n    time.sleep(60)"
    )
    owner = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    port = int(owner.stdout.readline())
    assert answers(port)
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    deadline = time.monotonic() + 10
    while answers(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not answers(port)


def test_a_port_that_is_taken_is_told(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(EmulatorError, match=f"Port {port} is taken.*TECHCO_EMULATOR_PORT"), running(tmp_path, port):
            pass


def test_what_was_written_is_there_when_it_runs_again(tmp_path):
    import snowflake.connector

    def ask(port, sql):
        with snowflake.connector.connect(
            account="l",
            user="l",
            password="l",
            host="127.0.0.1",
            port=port,
            protocol="http",
            database="TECHCO",
            platform_detection_timeout_seconds=0.0,
        ) as connection:
            return connection.cursor().execute(sql).fetchone()[0]

    with running(tmp_path, 0) as port:
        ask(port, "create schema if not exists TECHCO.KEPT")
        ask(port, "create table TECHCO.KEPT.A as select 7 as id")
    with running(tmp_path, 0) as port:
        assert ask(port, "select id from TECHCO.KEPT.A") == 7
