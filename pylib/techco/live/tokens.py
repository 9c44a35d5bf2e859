"""The tokens by which readers of the live service are known: one for each role."""

import hmac
import json
import secrets
from collections.abc import Collection
from pathlib import Path

from techco import owner_only

SHORTEST = 16


class TokensError(Exception):
    """The file of tokens cannot be used; the message says why."""


def load_tokens(file: Path, roles: Collection[str]) -> dict[str, str]:
    """The token of each role; makes the file, or adds to it, for roles that have none yet."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except (OSError, ValueError) as error:
        raise TokensError(
            f"{file} cannot be read as JSON ({error}). Correct it, or remove it for new tokens."
        ) from error
    if not isinstance(kept, dict) or not all(isinstance(token, str) for token in kept.values()):
        raise TokensError(f'{file} is no object of tokens by role, such as {{"marketing": "…"}}.')
    for role, token in kept.items():
        if len(token) < SHORTEST:
            raise TokensError(
                f"{file}: the token of {role} has {len(token)} characters; at least {SHORTEST} are needed."
            )
    if len(set(kept.values())) < len(kept):
        raise TokensError(f"{file}: two roles have one token; give each its own.")
    missing = {role: secrets.token_urlsafe(24) for role in sorted(roles) if role not in kept}
    if missing:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(kept | missing, indent=2) + "\n", encoding="utf-8")
    owner_only.close(file)
    return {role: token for role, token in (kept | missing).items() if role in roles}


def role_of(tokens: dict[str, str], given: str) -> str | None:
    """Whose token it is; all are compared, so that the time it takes tells nothing."""
    found = None
    for role, token in tokens.items():
        if hmac.compare_digest(token.encode(), given.encode("utf-8", "replace")):
            found = role
    return found
