"""Start the emulator until its standard input is closed: `python -m tools.emulator --folder FOLDER`."""

import argparse
import gc
import logging
import os
import socket
import sys
import threading
from pathlib import Path

DEFAULT_PORT = 8765


def main() -> int:
    """Serve until standard input ends; exit code 1 where the port is taken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--folder", type=Path, required=True, help="where databases, stages and the log of statements lie"
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"default: {DEFAULT_PORT}")
    parser.add_argument("--database", default="TECHCO", help="a database that is there from the start; default: TECHCO")
    chosen = parser.parse_args()
    try:
        listening = listen(chosen.port)
    except OSError as error:
        print(
            f"Port {chosen.port} is taken ({error.strerror}), perhaps by an emulator that is still running. "
            "Stop it, or set TECHCO_EMULATOR_PORT to another port.",
            file=sys.stderr,
        )
        return 1
    serve(chosen.folder, listening, chosen.database)
    return 0


def listen(port: int) -> socket.socket:
    """A socket of this machine alone, which is nobody else's; raises OSError."""
    # By its protocol asyncio knows a socket on which to switch off Nagle's algorithm; without, each answer waits 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen()
    return listening


def serve(folder: Path, listening: socket.socket, database: str) -> None:
    """Open the folder's databases and answer until standard input ends."""
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    # fakesnow and Snowpark take two seconds to import; a port that is taken is told before.
    import fakesnow.server
    import uvicorn
    from fakesnow.instance import FakeSnow
    from fakesnow.transforms import stage

    from tools.emulator import functions, passes, procedures, results, statements, syntax  # noqa: F401
    from tools.emulator.log import StatementLog, read_log

    for name in ("databases", "stages"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    stage.LOCAL_BUCKET_PATH = str((folder / "stages").resolve())
    log = folder / "statements.jsonl"
    statements.log = StatementLog(log)
    for statement in read_log(log):
        statements.in_force.note(statement)
    procedures.port = listening.getsockname()[1]
    fakesnow.server.shared_fs = FakeSnow(db_path=folder / "databases")
    for name in {database, *(path.stem for path in (folder / "databases").glob("*.db"))}:
        fakesnow.server.shared_fs.connect(name)
    # Whoever started this may be killed at any time: then nobody holds the other end of standard input.
    threading.Thread(target=end_with_input, daemon=True).start()
    print(f"listening on port {procedures.port}", flush=True)
    # Parsing makes trees of thousands of objects for each statement, which are looked through for cycles all the time:
    # the builds of `make snowflake-local` took 76 and 69 s, then 68 and 57, on a machine whose speed varies.
    gc.freeze()
    gc.set_threshold(100_000)
    config = uvicorn.Config(fakesnow.server.app, log_level="warning")
    uvicorn.Server(config).run(sockets=[listening])


def end_with_input() -> None:
    """End this process when its standard input is closed."""
    while sys.stdin.buffer.read(1):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
