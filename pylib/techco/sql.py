"""Texts and names inside of SQL."""


def literal(value: object) -> str:
    """A value, written as text, as an SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
