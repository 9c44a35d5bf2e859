"""Values of landed files inside of SQL."""

from techco.contract.blank import SQL_PATTERN, TEXT_TYPES
from techco.sql import literal


def filled(value: str, data_type: str) -> str:
    """SQL: a value as the build takes it; a blank text is none where text, a day or an instant is wanted."""
    if data_type not in TEXT_TYPES:
        return value
    return f"case when not regexp_full_match({value}, {literal(SQL_PATTERN)}) then {value} end"
