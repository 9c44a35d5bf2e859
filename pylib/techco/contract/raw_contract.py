"""The raw contract, read from the YAML of the dbt sources."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool

from techco.contract.declarations import ContractError, Declaration, Place, Refusal, read_yaml, validated
from techco.privacy.registry import DATED, Registry, check_registry, check_sources

__all__ = ["DECIMAL", "NAME", "Column", "Contract", "ContractError", "Table", "load_contract", "read_yaml"]

SOURCES_GLOB = "models/staging/*/_*__sources.yml"
PLAIN_TYPES = ("bigint", "double", "varchar", "boolean", "date", "timestamp")
DECIMAL = re.compile(r"decimal\((\d{1,2}),(\d{1,2})\)")
# Macros put names and paths into SQL unquoted.
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Where a person declares consent: the accepted values are what can be consented to.
CONSENTS, PURPOSE = ("crm", "consents"), "purpose"


# ---------- values of settings


def has_room(data_type: str) -> str:
    """Refuse a decimal of more digits than engines have, or of more behind the point than it has at all."""
    decimal = DECIMAL.fullmatch(data_type)
    if decimal and not (1 <= int(decimal[1]) <= 38 and int(decimal[2]) <= int(decimal[1])):
        raise ValueError
    return data_type


def as_day(value: object) -> date:
    """A day, as YAML reads it without quotes, or as text."""
    return date.fromisoformat(str(value))


def finds_ids(expression: str) -> str:
    """Refuse what one of the engines reads in another way, and what finds something in an empty text."""
    try:
        finds_empty = re.search(expression, "") is not None
    except re.error as error:
        raise ValueError from error
    if finds_empty or re.search(r"\(\?|\\[0-9A-Zabx]|'", expression):
        raise ValueError
    return expression


def as_list(value: object) -> object:
    """One text stands for a list of it."""
    return [value] if isinstance(value, str) else value


Name = Annotated[
    str,
    Field(pattern=f"^{NAME.pattern}$"),
    Refusal("the name {found} is no plain identifier", "Use letters, digits and underscores"),
]
DataType = Annotated[
    str,
    Field(pattern=f"^({'|'.join((*PLAIN_TYPES, DECIMAL.pattern))})$"),
    AfterValidator(has_room),
    Refusal("unknown data_type {found}", f"Use one of decimal(p,s), {', '.join(PLAIN_TYPES)}"),
]
JsonPath = Annotated[
    str,
    Field(pattern=rf"^{NAME.pattern}(\.{NAME.pattern})*$"),
    Refusal("the path {found} is no chain of names", "Write it as in `device.id`"),
]
Day = Annotated[date, BeforeValidator(as_day), Refusal("{setting} {found} is no day", "Write it as YYYY-MM-DD")]
Reason = Annotated[str, Field(pattern=r"\S")]
Character = Annotated[
    str, Field(max_length=1), Refusal("csv {setting} {found} is no single character", "Give one character")
]
IdForm = Annotated[
    str,
    AfterValidator(finds_ids),
    Refusal(
        "the id_form {found} is no regular expression of an id",
        "Write it as in `C[0-9]{8}`, with letters in whatever case: by it free texts are redacted",
    ),
]
Format = Literal["parquet", "jsonl", "csv"]


# ---------- what config.meta says


class CsvOptions(Declaration):
    """How the CSV files of a table are written; the formats are strptime's, None for ISO dates and times.

    `timestamp_format` is of times in UTC; the columns of the feed, which the landing job adds, are always ISO.
    """

    delimiter: Annotated[Character, Field(min_length=1)] = ","
    # Empty for none.
    quote: Character = '"'
    decimal_comma: StrictBool = False
    # Those that DuckDB reads without an extension.
    encoding: Literal["utf-8", "utf-16", "latin-1"] = "utf-8"
    date_format: str | None = None
    timestamp_format: str | None = None


class Retention(Declaration):
    """How long rows may tell of persons, and why; unlimited where nothing is classified.

    The period counts from `column`, else from the landing day. Rows that are the latest of the columns in
    `while_latest_of` stand whatever their age.
    """

    period: Annotated[
        str,
        Field(pattern=r"^([1-9][0-9]{0,3} (day|month|year)s?|unlimited)$"),
        Refusal("its retention has the period {found}", "Write it as `14 months` or `unlimited`"),
    ]
    legal_basis: Annotated[Reason, Refusal("its retention has no legal_basis", "Write why rows may stand so long")]
    column: str | None = None
    while_latest_of: tuple[str, ...] = ()

    @property
    def number(self) -> int | None:
        """How many units; None for ever."""
        return None if self.period == "unlimited" else int(self.period.split()[0])

    @property
    def unit(self) -> str:
        """`day`, `month` or `year`; nothing for ever."""
        return "" if self.period == "unlimited" else self.period.split()[1].removesuffix("s")


class Cadence(Declaration):
    """How often a table is delivered.

    `holds_until_next` is of master data: the last delivery holds until the next one is due.
    """

    every: Annotated[
        str,
        Field(pattern="^[1-9][0-9]{0,2} days?$"),
        Refusal("its cadence is every {found}, which is no number of days", "Write `every: 1 day`, or `on_change`"),
    ]
    holds_until_next: StrictBool = False

    @property
    def every_days(self) -> int | None:
        """The days from one delivery to the next; None where it comes when something has changed."""
        return int(self.every.split()[0]) if self.every else None


# In no period, and so in no YAML but as the word.
ON_CHANGE = Cadence.model_construct(every="", holds_until_next=True)


def as_cadence(value: object) -> object:
    """The word `on_change`, or a mapping."""
    return ON_CHANGE if value == "on_change" else value


class TableMeta(Declaration):
    """`config.meta` of a table, or of a source for all of its tables; what a table says counts."""

    feed: str | None = Field(default=None, description="Kind of feed: one of vars: feeds in dbt_project.yml.")
    format: Format | None = Field(default=None, description="How files usually land; the end of a file's name counts.")
    owner: str | None = Field(default=None, description="Who answers for the data.")
    key: tuple[str, ...] = Field(default=(), description="Columns that a row is known by.")
    retention: Retention | None = Field(default=None, description="How long rows may tell of persons, and why.")
    cadence: Annotated[Cadence, BeforeValidator(as_cadence, Literal["on_change"] | Cadence)] = Field(
        default=Cadence(every="1 day"), description="How often files come: docs/freshness.md."
    )
    csv: CsvOptions = Field(default=CsvOptions(), description="How CSV files are written.")


class ColumnMeta(Declaration):
    """`config.meta` of a column."""

    required: StrictBool = Field(default=False, description="A row without a value goes to the quarantine.")
    accepted_values: tuple[str, ...] = Field(default=(), description="A row with another goes to the quarantine.")
    domain: str | None = Field(default=None, description="Accepted values: one of vars: domains in dbt_project.yml.")
    minimum: float | None = Field(default=None, description="A row with less goes to the quarantine.")
    maximum: float | None = Field(default=None, description="A row with more goes to the quarantine.")
    path: JsonPath = Field(
        default="", description="Where a JSON document holds it, if not under its name: `device.id`."
    )
    elements: dict[str, DataType] = Field(
        default_factory=dict, description="Names and types of what the objects of an array hold."
    )
    required_elements: tuple[str, ...] = Field(default=(), description="Elements that each object needs.")
    delivered_until: Day | None = Field(default=None, description="The last day of a column that is no more.")
    classification: str | None = Field(default=None, description="Class of personal data; goes with the tag `pii`.")
    id_form: IdForm | None = Field(default=None, description="How an id of persons is written: `C[0-9]{8}`.")
    not_personal: (
        Annotated[
            Reason, Refusal("not_personal {found} is no reason", "Write in some words why the column is about nobody")
        ]
        | None
    ) = Field(default=None, description="Why a column that looks personal is about nobody.")


# ---------- the YAML of sources; what dbt alone reads is Any


class ColumnConfig(Declaration):
    """`config` of a column."""

    meta: ColumnMeta = Field(default_factory=lambda: ColumnMeta())
    tags: Annotated[tuple[str, ...], BeforeValidator(as_list, str | list[str])] = ()


class DeclaredColumn(Declaration):
    """A column as it stands in the YAML."""

    name: Name
    data_type: DataType
    description: str | None = Field(default=None, description="What a value means, and what null does.")
    config: ColumnConfig = Field(default_factory=ColumnConfig)
    quote: Any = None
    data_tests: Any = None


class TableConfig(Declaration):
    """`config` of a source or a table."""

    meta: TableMeta = TableMeta()
    tags: Any = None
    enabled: Any = None
    event_time: Any = None
    freshness: Any = None
    loaded_at_field: Any = None
    loaded_at_query: Any = None


class DeclaredTable(Declaration):
    """A table as it stands in the YAML."""

    name: str
    identifier: str | None = None
    description: str | None = Field(default=None, description="Begins with the grain: One row per …")
    config: TableConfig = TableConfig()
    columns: tuple[DeclaredColumn, ...] = ()
    data_tests: Any = None
    external: Any = None
    quoting: Any = None


class DeclaredSource(Declaration):
    """A source as it stands in the YAML."""

    name: str
    description: str | None = None
    database: Any = None
    # `schema` is a method of pydantic's models.
    schema_: Any = Field(default=None, alias="schema")
    loader: Any = None
    quoting: Any = None
    config: TableConfig = TableConfig()
    tables: tuple[DeclaredTable, ...] = ()


class SourcesFile(Declaration):
    """The raw contract with one source."""

    version: Literal[2] = 2
    anchors: Any = None
    sources: tuple[DeclaredSource, ...]


# ---------- vars of dbt_project.yml


class Feed(Declaration):
    """The columns that a kind of feed adds to every table."""

    columns: dict[str, DataType] = Field(default_factory=dict)
    required: tuple[str, ...] = ()
    accepted: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    version: str | None = None


class Variables(Declaration, extra="ignore"):
    """What `vars` say about every table."""

    feeds: dict[str, Feed] = Field(default_factory=dict)
    domains: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    calendar_start: Day = date.min
    calendar_end: Day = date.max
    landing_day_lead: Annotated[
        int,
        Field(strict=True, ge=1),
        Refusal("vars: {setting} is {found}, which is no number of days", "Write a whole number from 1"),
    ] = 7
    restricted_schemas: tuple[str, ...] = ()
    privacy: Registry = Registry()


# ---------- what is read from all of these


class Column(ColumnMeta):
    """A column of a raw table."""

    name: str
    data_type: str


class Table(TableMeta):
    """A raw table; `columns` are its own, then those of its feed."""

    source: str
    name: str
    feed: str
    format: Format
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Contract:
    """All raw tables by (source, table), and the closed lists that columns name as their domain.

    `calendar` is the first day that the business knows, and the first that it does not any more. `registry` says who
    sees which class of personal data in which form. `landing_day_lead` is the number of days by which a landing day may
    be later than those of the other tables.
    """

    tables: Mapping[tuple[str, str], Table]
    domains: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    calendar: tuple[date, date] = (date.min, date.max)
    registry: Registry = field(default_factory=Registry)
    landing_day_lead: int = 7

    @property
    def sources(self) -> frozenset[str]:
        """Names of all sources."""
        return frozenset(source for source, _ in self.tables)

    def allowed(self, column: Column) -> tuple[str, ...]:
        """The values a column may hold, from its own list or its domain; empty where any value goes."""
        return column.accepted_values or self.domains.get(column.domain or "", ())


def load_contract(project_root: Path) -> Contract:
    """Read and check the contract of the dbt project at `project_root`; raises ContractError."""
    root = Path(project_root)
    place = Place(root / "dbt_project.yml")
    variables = read_variables(place)
    files = sorted(root.glob(SOURCES_GLOB))
    if not files:
        Place(root).fail(f"no file matches {SOURCES_GLOB}", "Point to the folder of the dbt project")
    feeds = {name: columns_of(feed) for name, feed in variables.feeds.items()}
    tables: dict[tuple[str, str], Table] = {}
    for file in files:
        for table in read_sources(file, variables, feeds):
            if (table.source, table.name) in tables:
                where = Place(file).at("source", table.source).at("table", table.name)
                where.fail("the table is declared twice", "Keep one declaration")
            tables[table.source, table.name] = table
    check_sources(place, variables.privacy, {source for source, _ in tables}, purposes_of_consent(tables))
    calendar = (variables.calendar_start, variables.calendar_end)
    return Contract(tables, variables.domains, calendar, variables.privacy, variables.landing_day_lead)


def read_variables(place: Place) -> Variables:
    """The vars of `dbt_project.yml`."""
    variables = validated(Variables, read_yaml(place.file).get("vars", {}), place)
    for name, feed in variables.feeds.items():
        for column in (*feed.required, *feed.accepted):
            if column not in feed.columns:
                place.at("feed", name).fail(f"it speaks of {column}, which is none of its columns", "Add it to columns")
    check_registry(place, variables.privacy, variables.restricted_schemas, variables.domains.get("countries", ()))
    return variables


def columns_of(feed: Feed) -> tuple[Column, ...]:
    """The columns of a kind of feed, as a table has them."""
    return tuple(
        Column(
            name=name,
            data_type=data_type,
            required=name in feed.required,
            accepted_values=feed.accepted.get(name, ()),
            path=name,
        )
        for name, data_type in feed.columns.items()
    )


def purposes_of_consent(tables: Mapping[tuple[str, str], Table]) -> tuple[str, ...]:
    """What persons can consent to."""
    columns = tables[CONSENTS].columns if CONSENTS in tables else ()
    return next((column.accepted_values for column in columns if column.name == PURPOSE), ())


def read_sources(file: Path, variables: Variables, feeds: Mapping[str, tuple[Column, ...]]) -> Iterator[Table]:
    """The tables of one sources file, each with its feed's columns, checked."""
    for source in validated(SourcesFile, read_yaml(file), Place(file)).sources:
        for declared in source.tables:
            place = Place(file).at("source", source.name).at("table", declared.name)
            meta = source.config.meta.with_settings(declared.config.meta)
            if meta.feed is None or meta.feed not in feeds:
                known = ", ".join(feeds) or "vars: feeds (there is none)"
                place.fail(f"unknown feed {meta.feed!r}", f"Use one of {known}")
            if meta.format is None:
                place.fail("it has no format", "Add `format` to its config.meta: parquet, jsonl or csv")
            own = [read_column(place.at("column", column.name), column, variables) for column in declared.columns]
            columns = (*own, *feeds[meta.feed])
            check_columns(place, meta, columns)
            yield Table(**vars(meta), source=source.name, name=declared.name, columns=columns)


def read_column(place: Place, declared: DeclaredColumn, variables: Variables) -> Column:
    """One declared column, its settings held against each other and against the vars."""
    meta = declared.config.meta
    check_classification(place, declared, variables.privacy)
    if meta.domain is not None and meta.domain not in variables.domains:
        known = ", ".join(variables.domains) or "none"
        place.fail(f"unknown domain {meta.domain!r}", f"Add it to vars: domains in dbt_project.yml (there: {known})")
    for name in meta.elements:
        if not NAME.fullmatch(name):
            place.fail(f"the element name {name!r} is no plain identifier", "Use letters, digits and underscores")
    for name in meta.required_elements:
        if name not in meta.elements:
            place.fail(f"required_elements names {name}, which is none of its elements", "Add it to elements")
    named = {"name": declared.name, "data_type": declared.data_type, "path": meta.path or declared.name}
    return Column(**vars(meta) | named)


def check_classification(place: Place, column: DeclaredColumn, registry: Registry) -> None:
    """A class goes with the tag `pii`, is one that the registry knows, and of the type that its masks give."""
    meta, is_tagged = column.config.meta, "pii" in column.config.tags
    if meta.classification and not is_tagged:
        place.fail(f"classified as {meta.classification} without the tag pii", "Add `tags: [pii]` to its config")
    if is_tagged and not meta.classification:
        place.fail("tagged pii without a classification", "Add `classification` to its config.meta")
    if meta.id_form and meta.classification != "person_id":
        place.fail("id_form without the classification person_id", "Classify the column, or leave id_form out")
    if not meta.classification:
        return
    if meta.not_personal:
        place.fail("classified, and not_personal too", "Keep one of them")
    if meta.classification not in registry.classes:
        known = ", ".join(registry.classes) or "there is none"
        place.fail(
            f"unknown classification {meta.classification!r}",
            f"Use one of vars: privacy: classes in dbt_project.yml ({known}), or add it there",
        )
    wanted = "date" if meta.classification == DATED else "varchar"
    if column.data_type != wanted:
        place.fail(
            f"classified as {meta.classification} with data_type {column.data_type}",
            f"Masks of this class give {wanted}: declare it so",
        )


def check_columns(place: Place, meta: TableMeta, columns: tuple[Column, ...]) -> None:
    """Names differ by more than case, as engines ignore it; the key and the retention are made of columns."""
    types: dict[str, str] = {}
    seen: set[str] = set()
    for column in columns:
        if column.name.lower() in seen:
            place.at("column", column.name).fail(
                "the column is declared twice (columns of the feed count)", "Keep one declaration"
            )
        seen.add(column.name.lower())
        types[column.name] = column.data_type
    if not meta.key:
        place.fail("it has no key", "Add `key: [column, ...]` to its config.meta")
    for name in meta.key:
        if name not in types:
            place.at("column", name).fail("it is in the key but no column", "Declare it, or correct the key")
    retention = meta.retention
    if retention is None:
        example = 'Write `retention: {period: 3 years, legal_basis: "why"}` into its config.meta, or period: unlimited'
        place.fail("it has no retention", example)
    if retention.number is None and (held := [column.name for column in columns if column.classification]):
        place.fail(f"its retention is unlimited, but {held[0]} is classified", "Name a period such as `3 years`")
    for name in (*retention.while_latest_of, *([retention.column] if retention.column else [])):
        if name not in types:
            place.fail(f"its retention names {name}, which is none of its columns", "Correct the name")
    if retention.column and types[retention.column] not in ("date", "timestamp"):
        place.fail(f"its retention counts from {retention.column}, which is no date", "Name a date or a timestamp")
