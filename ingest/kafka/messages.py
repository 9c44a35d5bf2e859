"""Messages become lines, and their offsets the name of the file that holds them.

web.events-00002-00000000000000048211-00000000000000049877.jsonl    topic, partition, first and last offset
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime

NAME = re.compile(r"(.+)-(\d{5})-(\d{20})-(\d{20})\.jsonl")
CONTROL_CHARACTERS = re.compile(rb"[\x00-\x1f]")


def file_name(topic: str, partition: int, first: int, last: int) -> str:
    """The name of the file with these messages."""
    return f"{topic}-{partition:05}-{first:020}-{last:020}.jsonl"


def next_offsets(topic: str, names: Iterable[str]) -> dict[int, int]:
    """Where each partition goes on, behind what has landed; partitions of which nothing has are left out."""
    offsets: dict[int, int] = {}
    for name in names:
        match = NAME.fullmatch(name)
        if match and match[1] == topic:
            partition, last = int(match[2]), int(match[4])
            offsets[partition] = max(offsets.get(partition, 0), last + 1)
    return offsets


def line(value: bytes | None, landed_at: datetime) -> bytes:
    """A message as one line: a JSON object with the time at which it landed.

    What is no JSON object lands too, for the quarantine: as it is or, where that would be no line, as a JSON text.
    """
    value = (value or b"null").strip()
    if CONTROL_CHARACTERS.search(value) or not is_text(value):
        value = one_line(value)
    if value[:1] == b"{" and value[-1:] == b"}":
        comma = b"," if value[1:-1].strip() else b""
        return b'%s%s"_ingested_at":"%s"}\n' % (value[:-1], comma, landed_at.isoformat().encode())
    return value + b"\n"


def is_text(value: bytes) -> bool:
    """Whether it is UTF-8."""
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def one_line(value: bytes) -> bytes:
    """JSON that is written on several lines on one, its numbers as they are; anything else as a JSON text."""
    text = value.decode(errors="backslashreplace")
    try:
        if not isinstance(json.loads(text), dict):
            raise ValueError
    except (ValueError, RecursionError):
        return json.dumps(text).encode()
    # Between values only: within a text, JSON has no control character.
    return CONTROL_CHARACTERS.sub(b" ", value)
