"""How the build has values written in text; macros/engine/casting.sql has the same patterns and says why."""

DAY = r"([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-[0-9]{2}-[0-9]{2}"
MIDNIGHT = r"([T ]00:00(:00([.]0+)?)?Z?)?"
INSTANT = DAY + r"([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?"
# A decimal comma, with points between thousands or without.
NUMBER_WITH_COMMA = r"[+-]?([0-9]{1,3}([.][0-9]{3})+|[0-9]+)(,[0-9]+)?"
OF_FORMAT = {".": "[.]", "%Y": "[0-9]{4}", "%y": "[0-9]{2}", "%M": "[0-9]{2}", "%S": "[0-9]{2}"} | dict.fromkeys(
    ("%d", "%m", "%H"), "[0-9]{1,2}"
)


def pattern_of(data_type: str, is_json: bool) -> str | None:
    """The regular expression that a text must match to be cast; None where the cast alone decides."""
    if data_type == "date":
        return DAY + MIDNIGHT
    if data_type == "timestamp":
        return INSTANT
    if not data_type.startswith(("bigint", "decimal")):
        return None
    scale = int(data_type.rstrip(")").partition(",")[2] or 0)
    whole = f"{{1,{15 - scale}}}" if is_json else "+"
    return rf"[+-]?([0-9]+|[0-9]{whole}[.][0-9]{{0,{scale}}}0*|[.][0-9]{{0,{scale}}}0*)"


def pattern_of_format(strptime_format: str) -> str:
    """The regular expression of texts after a strptime format."""
    pattern = strptime_format
    for part, digits in OF_FORMAT.items():
        pattern = pattern.replace(part, digits)
    return pattern
