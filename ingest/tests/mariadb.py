"""A MariaDB server in a folder, for tests."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

DATABASE = "store"
# Debezium's connector to MySQL asks what this version is said to be in words that MariaDB knows, too; newer ones have
# words of their own. Small files of the log, so that positions go over their ends.
OPTIONS = (
    "--version=5.7.19 --log-bin=binlog --binlog-format=ROW --server-id=1 --max-binlog-size=1M --bind-address=127.0.0.1"
).split()
PATIENCE = 60


def program(name: str) -> str | None:
    """Where a program of MariaDB is; servers are not in everybody's path."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def missing() -> str | None:
    """Why no server can be started here; None where one can."""
    lacking = [name for name in ("mariadbd", "mariadb", "mariadb-install-db") if program(name) is None]
    if lacking:
        return f"MariaDB's server is not installed (no {', '.join(lacking)}; Debian: apt-get install mariadb-server)"
    return None


def kill(process: "subprocess.Popen[str]") -> None:
    """Kill a process and all that it started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    """A port of the loopback that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Server:
    """A server that owns a folder and listens on the loopback only."""

    def __init__(self, folder: Path, port: int):
        self.folder, self.port = folder, port
        self.socket = folder / "socket"
        self.process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Make an empty database and start the server."""
        self.folder.mkdir(parents=True)
        if os.getuid() == 0:
            shutil.chown(self.folder, self.owner())
        install = ("mariadb-install-db", "--no-defaults", f"--datadir={self.folder / 'data'}", "--skip-test-db")
        options = ("--auth-root-authentication-method=normal", f"--user={self.owner()}")
        subprocess.run([str(program(install[0])), *install[1:], *options], check=True, capture_output=True)
        self.start()
        self.run(f"create database {DATABASE} character set utf8mb4", database="")

    def start(self) -> None:
        """Start, and wait until it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    str(program("mariadbd")), "--no-defaults", f"--datadir={self.folder / 'data'}",
                    f"--socket={self.socket}", f"--port={self.port}", f"--user={self.owner()}", *OPTIONS,
                ],
                stdout=log, stderr=log,
            )  # fmt: skip
        ends = time.monotonic() + PATIENCE
        while self.client("select 1", "").returncode != 0:
            assert time.monotonic() < ends and self.process.poll() is None, (self.folder / "server.log").read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def run(self, *statements: str, database: str = DATABASE) -> None:
        """Run statements, as one session."""
        done = self.client(";\n".join(statements), database)
        assert done.returncode == 0, done.stderr

    def rows(self, query: str) -> set[tuple[str, ...]]:
        """The rows of an answer, as text."""
        done = self.client(query, DATABASE)
        assert done.returncode == 0, done.stderr
        return {tuple(line.split("\t")) for line in done.stdout.splitlines()}

    def purge(self) -> bool:
        """Remove all files of the log but the newest; False where one is being read."""
        newest = max(name for name, *_ in self.rows("show binary logs"))
        self.run(f"purge binary logs to '{newest}'")
        return len(self.rows("show binary logs")) == 1

    def client(self, statements: str, database: str) -> "subprocess.CompletedProcess[str]":
        """Run the client."""
        command = [str(program("mariadb")), "--no-defaults", f"--socket={self.socket}", "--user=root", "--batch"]
        options = ["--skip-column-names", "--default-character-set=utf8mb4", database]
        return subprocess.run([*command, *filter(None, options)], input=statements, capture_output=True, text=True)

    @staticmethod
    def owner() -> str:
        """The user who runs the server: another one for root."""
        return "mysql" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
