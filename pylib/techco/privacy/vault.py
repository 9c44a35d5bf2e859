"""The vault: the pepper that person keys are computed with, and the key of suppressions, held in memory only."""

import hashlib

from duckdb import DuckDBPyConnection

from techco import settings

# Public on purpose: it protects nobody, and is accepted only for people that the simulator invented.
DEVELOPMENT_PEPPER = "techco-development-pepper"
DEVELOPMENT_SUPPRESSION_KEY = "techco-development-suppression-key"
MINIMUM_LENGTH = 16


class VaultError(Exception):
    """No usable pepper; the message says how to set one."""


def pepper(holds_persons: bool) -> str:
    """The pepper of TECHCO_PEPPER, else the development pepper unless the landing zone `holds_persons`, real ones.

    Raises VaultError for real data without a pepper, and for a pepper that is too short to protect anything.
    """
    value = settings.pepper()
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


def suppression_key(holds_persons: bool) -> str | None:
    """The second secret, TECHCO_SUPPRESSION_KEY, by which erased persons are known again; see pepper().

    None for real data without one: it is needed from the first erasure on, and macros then say so. Raises VaultError
    for one that is too short to protect anything or is the pepper, which would be one secret for two.
    """
    value = settings.suppression_key()
    if not value:
        return None if holds_persons else DEVELOPMENT_SUPPRESSION_KEY
    if len(value) < MINIMUM_LENGTH:
        raise VaultError(
            f"TECHCO_SUPPRESSION_KEY has {len(value)} characters; at least {MINIMUM_LENGTH} are needed. Make one with "
            "`python -c 'import secrets; print(secrets.token_hex(32))'`."
        )
    if value == settings.pepper():
        raise VaultError("TECHCO_SUPPRESSION_KEY is the same as TECHCO_PEPPER; make a second secret.")
    return value


def pads(key: str) -> tuple[bytes, bytes]:
    """The inner and outer pad of HMAC-SHA256 under `key` (RFC 2104), which leave SQL nothing to do but to hash."""
    block = key.encode()
    if len(block) > hashlib.sha256().block_size:
        block = hashlib.sha256(block).digest()
    block = block.ljust(hashlib.sha256().block_size, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def key_column(column: str) -> str:
    """The name of the column with the keys of an id's column, as the macro of this name gives it."""
    return column.replace("_id", "_key")


def pseudonym(pepper: str, person_id: str) -> str:
    """The key of a person, as pseudonym() in macros/privacy/pseudonym.sql makes it."""
    return hashlib.sha256(f"{pepper}:{person_id}".encode()).hexdigest()[:32]


def fingerprint(pepper: str) -> str:
    """What a warehouse remembers of its pepper, as pepper_fingerprint() in macros/engine/landing_zone.sql makes it."""
    return hashlib.sha256(f"fingerprint of {pepper}".encode()).hexdigest()[:16]


def attach(conn: DuckDBPyConnection, holds_persons: bool) -> None:
    """Attach the in-memory database `vault` with one row in `vault.main.pepper` and one in `vault.main.suppression`."""
    conn.execute("attach ':memory:' as vault")
    conn.execute("create table vault.main.pepper (pepper varchar)")
    conn.execute("insert into vault.main.pepper values (?)", [pepper(holds_persons)])
    conn.execute("create table vault.main.suppression (inner_pad blob, outer_pad blob)")
    if key := suppression_key(holds_persons):
        conn.execute("insert into vault.main.suppression values (?, ?)", list(pads(key)))
