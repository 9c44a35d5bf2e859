"""The vault: the pepper that person keys are computed with, held in memory only."""

import hashlib
import os

from duckdb import DuckDBPyConnection

# Public on purpose: it protects nobody, and is accepted only for people that the simulator invented.
DEVELOPMENT_PEPPER = "techco-development-pepper"
MINIMUM_LENGTH = 16


class VaultError(Exception):
    """No usable pepper; the message says how to set one."""


def pepper(holds_persons: bool) -> str:
    """The pepper of TECHCO_PEPPER, else the development pepper unless the landing zone `holds_persons`, real ones.

    Raises VaultError for real data without a pepper, and for a pepper that is too short to protect anything.
    """
    value = os.environ.get("TECHCO_PEPPER", "")
    if not value and not holds_persons:
        return DEVELOPMENT_PEPPER
    if not value:
        raise VaultError(
            "TECHCO_PEPPER is not set. Keys of real persons need a secret pepper: make one with "
            "`python -c 'import secrets; print(secrets.token_hex(32))'`, keep it in your secret store "
            "(every key changes with it), and export it as TECHCO_PEPPER."
        )
    if len(value) < MINIMUM_LENGTH:
        raise VaultError(f"TECHCO_PEPPER has {len(value)} characters; at least {MINIMUM_LENGTH} are needed.")
    return value


def fingerprint(pepper: str) -> str:
    """What a warehouse remembers of its pepper, as pepper_fingerprint() in macros/engine/landing_zone.sql makes it."""
    return hashlib.sha256(f"fingerprint of {pepper}".encode()).hexdigest()[:16]


def attach(conn: DuckDBPyConnection, holds_persons: bool) -> None:
    """Attach the in-memory database `vault` with one row in `vault.main.pepper`."""
    conn.execute("attach ':memory:' as vault")
    conn.execute("create table vault.main.pepper (pepper varchar)")
    conn.execute("insert into vault.main.pepper values (?)", [pepper(holds_persons)])
