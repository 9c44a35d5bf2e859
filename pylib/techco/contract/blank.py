"""Texts that are no value: empty, or nothing but blanks. The build's macro `filled` has the same pattern."""

import re

# White space of Unicode, characters of no width, and control characters.
BLANKS = (
    "\\u0000-\\u0020\\u007f\\u0085\\u00a0\\u1680\\u180e\\u2000-\\u200d\\u2028\\u2029\\u202f\\u205f\\u2060\\u3000\\ufeff"
)
# The same for regular expressions of DuckDB.
SQL_PATTERN = "[[:space:][:cntrl:]{}]*".format(BLANKS.encode().decode("unicode_escape")[4:])
BLANK = re.compile(f"[{BLANKS}]*")
# A blank text of these types is no value; of others it cannot be read.
TEXT_TYPES = ("varchar", "date", "timestamp")


def is_blank(value: object) -> bool:
    """Whether a value is no value: null, or a text without anything to be seen in it."""
    return value is None or (isinstance(value, str) and BLANK.fullmatch(value) is not None)
