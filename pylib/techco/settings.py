"""What the environment says, and what holds where it says nothing. No other module reads its variables.

Profiles and macros have the same defaults: a test holds them against these.
"""

import os
from pathlib import Path

# Set for the run that an erasure needs: it opens no landed file, so that none can keep the person in a release.
RUN_OF_ERASURE = "TECHCO_RUN_OF_ERASURE"


def landing_folder(project: Path = Path()) -> Path:
    """The landing zone: TECHCO_LANDING, or `landing` in the project's folder."""
    return Path(os.environ.get("TECHCO_LANDING", project / "landing"))


def warehouse_file(project: Path = Path()) -> Path:
    """The warehouse file: TECHCO_WAREHOUSE, or `warehouse/techco.duckdb` in the project's folder."""
    return Path(os.environ.get("TECHCO_WAREHOUSE", project / "warehouse" / "techco.duckdb"))


def warehouse_is_named() -> bool:
    """Whether TECHCO_WAREHOUSE names the warehouse file."""
    return "TECHCO_WAREHOUSE" in os.environ


def memory_limit() -> str:
    """What a build may take of the machine's memory: TECHCO_MEMORY_LIMIT, or 6GB."""
    return os.environ.get("TECHCO_MEMORY_LIMIT", "6GB")


def pepper() -> str:
    """TECHCO_PEPPER, empty where it is not set; techco.privacy.vault says what that means."""
    return os.environ.get("TECHCO_PEPPER", "")


def new_pepper() -> str:
    """TECHCO_NEW_PEPPER, for which the old one is changed."""
    return os.environ.get("TECHCO_NEW_PEPPER", "")


def suppression_key() -> str:
    """TECHCO_SUPPRESSION_KEY, empty where it is not set; techco.privacy.vault says what that means."""
    return os.environ.get("TECHCO_SUPPRESSION_KEY", "")


def git_commit() -> str:
    """TECHCO_GIT_COMMIT, for installations without git's folder."""
    return os.environ.get("TECHCO_GIT_COMMIT", "")


def is_run_of_erasure() -> bool:
    """Whether an erasure has started this run of dbt."""
    return bool(os.environ.get(RUN_OF_ERASURE))


def backup_folder() -> Path | None:
    """The folder that BACKUP names, for `make backup` and `make restore`."""
    named = os.environ.get("BACKUP")
    return Path(named) if named else None


def person() -> str:
    """The id that PERSON names, for `make erase`: in the environment, where no shell reads what stands in it."""
    return os.environ.get("PERSON", "")


def browser() -> str:
    """TECHCO_BROWSER, the program of the browser that draws pages; empty to look for one."""
    return os.environ.get("TECHCO_BROWSER", "")


def target_folder() -> Path:
    """Where dbt writes its manifest: DBT_TARGET_PATH, or `target`."""
    return Path(os.environ.get("DBT_TARGET_PATH", "target"))


def alert_webhook() -> str:
    """TECHCO_ALERT_WEBHOOK, empty where it is not set."""
    return os.environ.get("TECHCO_ALERT_WEBHOOK", "")


def alert_email() -> str:
    """TECHCO_ALERT_EMAIL, empty where it is not set."""
    return os.environ.get("TECHCO_ALERT_EMAIL", "")


def alert_smtp() -> str:
    """TECHCO_SMTP, the mail server as smtp://host:port."""
    return os.environ.get("TECHCO_SMTP", "smtp://localhost:25")


def live_address() -> tuple[str, int]:
    """Where the live service listens: TECHCO_LIVE_ADDRESS as host:port, or the loopback at 8787."""
    host, _, port = os.environ.get("TECHCO_LIVE_ADDRESS", "127.0.0.1:8787").rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port) if port.isdecimal() else -1


def live_tokens_file() -> Path:
    """The tokens of the live service's readers: TECHCO_LIVE_TOKENS, or a file beside the warehouse."""
    beside = warehouse_file().with_name(f"{warehouse_file().name}.live_tokens.json")
    return Path(os.environ.get("TECHCO_LIVE_TOKENS", beside))


def live_memory_limit() -> str:
    """What the live service may take of the machine's memory: TECHCO_LIVE_MEMORY_LIMIT, or 2GB."""
    return os.environ.get("TECHCO_LIVE_MEMORY_LIMIT", "2GB")


def dashboards_port() -> str:
    """TECHCO_DASHBOARDS_PORT, at which `make dashboards` answers, or Superset's own."""
    return os.environ.get("TECHCO_DASHBOARDS_PORT") or "8088"


def dashboards_url() -> str:
    """TECHCO_DASHBOARDS_URL, the database that dashboards read instead of the release; {role} stands for a role."""
    return os.environ.get("TECHCO_DASHBOARDS_URL", "")
