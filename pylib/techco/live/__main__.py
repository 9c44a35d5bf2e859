"""`python -m techco.live`: what customers do right now, over HTTP on this machine; docs/live.md says more."""

import os
import sys
from pathlib import Path

from techco.command import run
from techco.contract.landing_zone import LandingZoneError, read_zone
from techco.live.queries import QueriesError, load_queries
from techco.live.server import Server, serve, wait_until_interrupted
from techco.live.service import Service
from techco.live.tokens import TokensError, load_tokens
from techco.live.view import LiveError
from techco.privacy import vault
from techco.serving.publish import PublishError, registry_fingerprint
from techco.settings import landing_folder, live_address, live_memory_limit, live_tokens_file, warehouse_file


def main() -> int:
    """Serve until Ctrl-C."""
    host, port = live_address()
    if not 0 <= port < 65536:
        print("TECHCO_LIVE_ADDRESS is no host:port, such as 127.0.0.1:8787.", file=sys.stderr)
        return 2
    try:
        zone = read_zone(landing_folder())
        print("Reading the project …", flush=True)
        queries = load_queries(Path(), Path(os.environ.get("DBT_TARGET_PATH", "target")) / "live" / "queries.json")
        service = Service(
            queries,
            zone,
            warehouse_file().parent / "releases",
            live_memory_limit(),
            vault.fingerprint(vault.pepper(not zone.simulated)),
            registry_fingerprint(),
        )
        tokens = load_tokens(live_tokens_file(), service.shown.roles)
        server = Server((host, port), service, tokens)
    except (LandingZoneError, QueriesError, LiveError, TokensError, PublishError, vault.VaultError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"{host}:{port} cannot be listened on ({error.strerror}). Another service may have it; name a free one, "
            "for example TECHCO_LIVE_ADDRESS=127.0.0.1:8788.",
            file=sys.stderr,
        )
        return 1
    service.start()
    serve(server)
    print(
        f"Live at http://{host}:{server.server_port}/ for {', '.join(tokens)}; tokens: {live_tokens_file()}", flush=True
    )
    if not server.is_local:
        print(
            "Others on the network can reach it, and nothing is encrypted: put a proxy with TLS before it.",
            file=sys.stderr,
        )
    try:
        wait_until_interrupted()
    finally:
        service.stop()
        server.shutdown()
    return 0


if __name__ == "__main__":
    run(main, "Nothing is lost: it begins again with what the newest release holds.")
