"""The kinds of defects, and what a spoiled value looks like."""

from dataclasses import dataclass

from tools.simulator.defects.tables import Spoilable
from tools.simulator.randomness import Dice

# Of single values, in every format and in text only.
KEY_MISSING, VALUE_MISSING, OUTSIDE_DOMAIN = "key_missing", "value_missing", "outside_domain"
WRONG_TYPE, TOO_LARGE = "wrong_type", "too_large"
# Of documents and their arrays.
NOT_JSON, TRUNCATED = "not_json", "truncated_line"
ARRAY_IS_OBJECT, ELEMENT_MISSING, ELEMENT_OF_WRONG_TYPE = "array_is_object", "element_missing", "element_of_wrong_type"
# Of lines of CSV.
TOO_FEW_FIELDS, TOO_MANY_FIELDS = "too_few_fields", "too_many_fields"
# Good rows that are merely odd, or come once more than they should.
DUPLICATE, BEFORE_PARENT, LATE_PARENT = "duplicate_row", "before_parent", "late_parent"
# Of whole files.
AGAIN_SAME_DAY, AGAIN_NEXT_DAY, SHUFFLED, LATE = (
    "file_again_same_day",
    "file_again_next_day",
    "shuffled_file",
    "late_file",
)
FILE_KINDS = (AGAIN_SAME_DAY, AGAIN_NEXT_DAY, SHUFFLED, LATE)
# What becomes of a quarantined row on the next day.
CORRECTION = "correction"

NUMBERS = ("bigint", "decimal")
# No numbers: a fraction of a piece, and the decimal sign of another country. Nor booleans, days and instants.
WRONG_TEXTS = {
    "bigint": ("many", "1.5"),
    "decimal": ("many", "12,50"),
    "boolean": ("maybe",),
    "date": ("31/02/2026", "2026-02-31"),
    "timestamp": ("31/02/2026", "2026-02-31T10:00:00"),
}
WITH_COMMA = {"bigint": ("many", "1,5"), "decimal": ("many", "12.50")}
# One more than fits into 64 bits, and more than decimals have room for.
TOO_LARGE_NUMBERS = {"bigint": 2**63, "decimal": 10**17}
OUTSIDE, OUTSIDE_NUMBER = "XXX", 99


@dataclass
class Mark:
    """One defect: the row's position, its key as text as far as it can still be read, and the reasons that it gives."""

    kind: str
    at: int
    key: list[str] | None
    reasons: list[str]
    row: str | None


@dataclass(frozen=True)
class Damage:
    """A value that is put into a column, None for none, and why the row is bad then."""

    column: str
    value: str | int | None
    reasons: list[str]


def row_kinds(table: Spoilable) -> list[str]:
    """The kinds that rows of a table can suffer; a kind's place decides which rows it takes."""
    numbers = [kind for kind in table.types.values() if kind.startswith(NUMBERS)]
    possible = {
        KEY_MISSING: True,
        VALUE_MISSING: table.required,
        OUTSIDE_DOMAIN: table.domains,
        WRONG_TYPE: table.types,
        TOO_LARGE: numbers,
        NOT_JSON: table.format == "jsonl",
        TRUNCATED: table.format == "jsonl",
        ARRAY_IS_OBJECT: table.arrays,
        ELEMENT_MISSING: table.arrays,
        ELEMENT_OF_WRONG_TYPE: table.arrays,
        TOO_FEW_FIELDS: table.format == "csv",
        TOO_MANY_FIELDS: table.format == "csv",
        DUPLICATE: True,
        BEFORE_PARENT: table.moment,
        LATE_PARENT: table.parent,
    }
    return [kind for kind, is_possible in possible.items() if is_possible]


def damage(table: Spoilable, kind: str, dice: Dice) -> Damage:
    """Spoil a value of one of the columns that a kind can befall."""
    if kind in (KEY_MISSING, VALUE_MISSING):
        column = dice.of(table.key if kind == KEY_MISSING else table.required)
        return Damage(column, None, [f"missing:{column}"])
    if kind == OUTSIDE_DOMAIN:
        column = dice.of(table.domains)
        return Damage(column, OUTSIDE_NUMBER if column in table.types else OUTSIDE, [f"domain:{column}"])
    numbers = [column for column, data_type in table.types.items() if data_type.startswith(NUMBERS)]
    column = dice.of(numbers if kind == TOO_LARGE else list(table.types))
    data_type = table.types[column].partition("(")[0]
    value = TOO_LARGE_NUMBERS[data_type] if kind == TOO_LARGE else wrong_text(table, column, data_type, dice)
    return Damage(column, value, [f"type:{column}"])


def wrong_text(table: Spoilable, column: str, data_type: str, dice: Dice) -> str:
    """A text that is none of a type, as the table's sender would write it."""
    # What the landing job adds to each row is in ISO, whatever the sender writes.
    own = not column.startswith("_")
    written = {"date": table.date_format, "timestamp": table.timestamp_format}.get(data_type) if own else None
    if written:
        parts = {"%d": "31", "%m": "02", "%Y": "2026", "%H": "10", "%M": "00"}
        for part, digits in parts.items():
            written = written.replace(part, digits)
        return dice.of((written, "2026-02-31"))
    return dice.of(WITH_COMMA[data_type] if table.decimal_comma and data_type in WITH_COMMA else WRONG_TEXTS[data_type])
