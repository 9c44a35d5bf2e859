"""The raw contract, read from the YAML of the dbt sources."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NoReturn

import yaml

from techco.privacy.registry import Registry, check_against_tables, check_class, read_registry

SOURCES_GLOB = "models/staging/*/_*__sources.yml"
FORMATS = ("parquet", "jsonl", "csv")
# Those that DuckDB reads without an extension.
CSV_ENCODINGS = ("utf-8", "utf-16", "latin-1")
PLAIN_TYPES = ("bigint", "double", "varchar", "boolean", "date", "timestamp")
EVERY = re.compile(r"([1-9][0-9]{0,2}) days?")
PERIOD = re.compile(r"([1-9][0-9]{0,3}) (day|month|year)s?")
DECIMAL = re.compile(r"decimal\((\d{1,2}),(\d{1,2})\)")
# Macros put names and paths into SQL unquoted.
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
PATH = re.compile(rf"{NAME.pattern}(\.{NAME.pattern})*")

# The same as yaml.safe_load, ten times faster where libyaml is there.
FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ContractError(Exception):
    """The contract itself is wrong; the message names file, table and column and says what to do."""


@dataclass(frozen=True)
class Column:
    """A column of a raw table.

    `path` is where a JSON document holds it (dots between levels), its own name unless declared. `elements` are names
    and types of what the objects of an array hold. `delivered_until` is the last day of a column that is no more.
    `not_personal` is the reason why a column that looks personal has no class.
    """

    name: str
    data_type: str
    required: bool = False
    accepted_values: tuple[str, ...] = ()
    domain: str | None = None
    path: str = ""
    classification: str | None = None
    elements: Mapping[str, str] = field(default_factory=dict)
    delivered_until: date | None = None
    not_personal: str | None = None


@dataclass(frozen=True)
class CsvOptions:
    """How the CSV files of a table are written; the formats are strptime's, None for ISO dates and times.

    `timestamp_format` is of times in UTC; the columns of the feed, which the landing job adds, are always ISO.
    """

    delimiter: str = ","
    quote: str = '"'
    decimal_comma: bool = False
    encoding: str = "utf-8"
    date_format: str | None = None
    timestamp_format: str | None = None


@dataclass(frozen=True)
class Retention:
    """How long rows may tell of persons, and why; `number` is None where nothing is classified and they stay for ever.

    The period counts from `column`, else from the landing day. Rows that are the latest of the columns in
    `while_latest_of` stand whatever their age.
    """

    number: int | None
    unit: str
    legal_basis: str
    column: str | None = None
    while_latest_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cadence:
    """How often a table is delivered: each `every_days`, None where it comes when something has changed.

    `holds_until_next` is of master data: the last delivery holds until the next one is due.
    """

    every_days: int | None
    holds_until_next: bool = False


@dataclass(frozen=True)
class Table:
    """A raw table; `columns` are its own, then those of its feed.

    `format` is how it usually lands; how a file is written, the end of its name says.
    """

    source: str
    name: str
    feed: str
    format: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    csv: CsvOptions = CsvOptions()
    retention: Retention | None = None
    cadence: Cadence = Cadence(1)


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
        return column.accepted_values or self.domains.get(column.domain, ())


@dataclass(frozen=True)
class Place:
    """Where in the contract something stands, for messages."""

    file: Path
    table: str = ""
    column: str = ""

    def fail(self, problem: str, advice: str) -> NoReturn:
        """Raise ContractError: what is wrong here, and what to do."""
        table = f", table {self.table}" if self.table else ""
        column = f", column {self.column}" if self.column else ""
        raise ContractError(f"{self.file}{table}{column}: {problem}. {advice}.")

    def mapping(self, value: object, what: str) -> dict:
        """`value` as a mapping, {} for null."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.fail(f"{what} is no mapping", "Write it as `name: value` pairs")
        return value

    def sequence(self, value: object, what: str) -> list:
        """`value` as a list, [] for null."""
        if value is None:
            return []
        if not isinstance(value, list):
            self.fail(f"{what} is no list", "Write it as a YAML list")
        return value

    def values(self, value: object, what: str) -> tuple[str, ...]:
        """`value` as a list of texts; YAML's bare yes, no, on and off are refused, as they are booleans."""
        items = self.sequence(value, what)
        for item in items:
            if isinstance(item, bool) or not isinstance(item, str | int | float):
                self.fail(f"{what} holds {item!r}, which is no text", "Put quotes around it")
        return tuple(str(item) for item in items)


@dataclass(frozen=True)
class Project:
    """What `dbt_project.yml` says about every table: columns by kind of feed, domains, the calendar, the registry."""

    feeds: Mapping[str, tuple[Column, ...]]
    domains: Mapping[str, tuple[str, ...]]
    calendar: tuple[date, date]
    registry: Registry
    landing_day_lead: int


def load_contract(project_root: Path) -> Contract:
    """Read and check the contract of the dbt project at `project_root`; raises ContractError."""
    root = Path(project_root)
    project = read_project(root / "dbt_project.yml")
    files = sorted(root.glob(SOURCES_GLOB))
    if not files:
        Place(root).fail(f"no file matches {SOURCES_GLOB}", "Point to the folder of the dbt project")
    tables: dict[tuple[str, str], Table] = {}
    for file in files:
        for table in read_sources(file, project):
            if (table.source, table.name) in tables:
                Place(file, f"{table.source}.{table.name}").fail("the table is declared twice", "Keep one declaration")
            tables[table.source, table.name] = table
    check_against_tables(Place(root / "dbt_project.yml"), project.registry, tables)
    return Contract(tables, project.domains, project.calendar, project.registry, project.landing_day_lead)


def read_yaml(file: Path) -> dict:
    """The mapping that a YAML file holds; raises ContractError where it holds none."""
    try:
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=FAST_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        Place(file).fail(f"it cannot be read ({' '.join(str(error).split())})", "Correct the file")
    return Place(file).mapping(document, "the document")


def read_project(file: Path) -> Project:
    """Feeds and domains from the vars of `dbt_project.yml`."""
    place = Place(file)
    variables = place.mapping(read_yaml(file).get("vars"), "vars")
    domains = place.mapping(variables.get("domains"), "vars: domains")
    domains = {name: place.values(members, f"domain {name}") for name, members in domains.items()}
    feeds = place.mapping(variables.get("feeds"), "vars: feeds")
    return Project(
        {name: feed_columns(place, name, feed) for name, feed in feeds.items()},
        domains,
        (
            calendar_day(place, variables, "calendar_start", date.min),
            calendar_day(place, variables, "calendar_end", date.max),
        ),
        read_registry(place, variables, domains),
        read_lead(place, variables.get("landing_day_lead", Contract.landing_day_lead)),
    )


def read_lead(place: Place, days: object) -> int:
    """The number of days of `vars: landing_day_lead`."""
    if type(days) is not int or days < 1:
        place.fail(f"vars: landing_day_lead is {days!r}, which is no number of days", "Write a whole number from 1")
    return days


def calendar_day(place: Place, variables: dict, name: str, default: date) -> date:
    """One end of the calendar, from the vars."""
    try:
        return date.fromisoformat(str(variables.get(name, default)))
    except ValueError:
        place.fail(f"vars: {name} is {variables[name]!r}, which is no day", "Write it as YYYY-MM-DD")


def feed_columns(place: Place, name: str, feed: object) -> tuple[Column, ...]:
    """The columns that a kind of feed adds to every table."""
    declared = place.mapping(feed, f"feed {name}")
    types = place.mapping(declared.get("columns"), f"columns of feed {name}")
    required = place.values(declared.get("required"), f"required of feed {name}")
    accepted = place.mapping(declared.get("accepted"), f"accepted of feed {name}")
    for column in (*required, *accepted):
        if column not in types:
            place.fail(f"feed {name} speaks of {column}, which is none of its columns", "Add it to columns")
    for column, data_type in types.items():
        check_type(Place(place.file, f"vars: feeds: {name}", column), data_type)
    return tuple(
        Column(
            column,
            types[column],
            column in required,
            place.values(accepted.get(column), f"accepted of {column}"),
            path=column,
        )
        for column in types
    )


def read_sources(file: Path, project: Project) -> Iterator[Table]:
    """The tables of one sources file."""
    place = Place(file)
    for source in place.sequence(read_yaml(file).get("sources"), "sources"):
        declared = place.mapping(source, "a source")
        name = str(declared.get("name", ""))
        meta = config_of(Place(file, name), declared)[0]
        for table in place.sequence(declared.get("tables"), f"tables of source {name}"):
            yield read_table(file, name, meta, place.mapping(table, f"a table of source {name}"), project)


def config_of(place: Place, declared: dict) -> tuple[dict, tuple[str, ...]]:
    """`config.meta` and `config.tags` of a source, table or column."""
    config = place.mapping(declared.get("config"), "config")
    tags = config.get("tags")
    return place.mapping(config.get("meta"), "config.meta"), place.values(
        [tags] if isinstance(tags, str) else tags, "config.tags"
    )


def read_table(file: Path, source: str, source_meta: dict, declared: dict, project: Project) -> Table:
    """One table with its feed's columns, checked."""
    name = str(declared.get("name", ""))
    place = Place(file, f"{source}.{name}")
    meta = {**source_meta, **config_of(place, declared)[0]}
    feed, file_format = meta.get("feed"), meta.get("format")
    if feed not in project.feeds:
        place.fail(f"unknown feed {feed!r}", f"Use one of {', '.join(project.feeds) or 'vars: feeds (there is none)'}")
    if file_format not in FORMATS:
        place.fail(f"unknown format {file_format!r}", f"Use one of {', '.join(FORMATS)}")
    own = [read_column(place, column, project) for column in place.sequence(declared.get("columns"), "columns")]
    columns = (*own, *project.feeds[feed])
    refuse_duplicates(place, columns)
    key = place.values(meta.get("key"), "key")
    refuse_bad_key(place, key, columns)
    retention = read_retention(place, meta.get("retention"), columns)
    cadence = read_cadence(place, meta.get("cadence"))
    return Table(source, name, feed, file_format, key, columns, csv_options(place, meta.get("csv")), retention, cadence)


def read_cadence(place: Place, declared: object) -> Cadence:
    """The `cadence` of a table or its source, checked; every day where nothing is declared."""
    example = "Write `cadence: {every: 1 day}` into its config.meta, or `cadence: on_change`"
    if declared == "on_change":
        return Cadence(None, holds_until_next=True)
    if declared is None:
        return Cadence(1)
    options = place.mapping(declared, "cadence")
    if unknown := sorted(set(options) - {"every", "holds_until_next"}):
        place.fail(f"unknown cadence option {unknown[0]}", "Use every, holds_until_next")
    every = EVERY.fullmatch(str(options.get("every")))
    if not every:
        place.fail(f"its cadence is every {options.get('every')!r}, which is no number of days", example)
    holds = options.get("holds_until_next", False)
    if not isinstance(holds, bool):
        place.fail(f"its cadence has holds_until_next {holds!r}", "Write true or false")
    return Cadence(int(every[1]), holds)


def read_retention(place: Place, declared: object, columns: tuple[Column, ...]) -> Retention:
    """The `retention` of a table, checked; every table needs one."""
    example = 'Write `retention: {period: 3 years, legal_basis: "why"}` into its config.meta, or period: unlimited'
    if declared is None:
        place.fail("it has no retention", example)
    options = place.mapping(declared, "retention")
    known = ("period", "legal_basis", "column", "while_latest_of")
    if unknown := sorted(set(options) - set(known)):
        place.fail(f"unknown retention option {unknown[0]}", f"Use {', '.join(known)}")
    if not str(options.get("legal_basis") or "").strip():
        place.fail("its retention has no legal_basis", example)
    period = PERIOD.fullmatch(str(options.get("period")))
    if not period and options.get("period") != "unlimited":
        place.fail(f"its retention has the period {options.get('period')!r}", "Write it as `14 months` or `unlimited`")
    if not period and (held := [column.name for column in columns if column.classification]):
        place.fail(f"its retention is unlimited, but {held[0]} is classified", "Name a period such as `3 years`")
    latest_of = place.values(options.get("while_latest_of"), "while_latest_of")
    types = {column.name: column.data_type for column in columns}
    for name in (*latest_of, *([options["column"]] if "column" in options else [])):
        if name not in types:
            place.fail(f"its retention names {name}, which is none of its columns", "Correct the name")
    if "column" in options and types[options["column"]] not in ("date", "timestamp"):
        place.fail(f"its retention counts from {options['column']}, which is no date", "Name a date or a timestamp")
    number, unit = (int(period[1]), period[2]) if period else (None, "")
    return Retention(number, unit, str(options["legal_basis"]), options.get("column"), latest_of)


def read_column(table: Place, declared: object, project: Project) -> Column:
    """One declared column, checked."""
    described = table.mapping(declared, "a column")
    name = str(described.get("name", ""))
    place = Place(table.file, table.table, name)
    if not NAME.fullmatch(name):
        place.fail("the name is no plain identifier", "Use letters, digits and underscores")
    check_type(place, described.get("data_type"))
    meta, tags = config_of(place, described)
    check_classification(place, meta.get("classification"), tags)
    check_class(place, meta.get("classification"), described["data_type"], project.registry)
    check_id_form(place, meta)
    check_domain(place, meta.get("domain"), project)
    path = str(meta.get("path", name))
    if not PATH.fullmatch(path):
        place.fail(f"the path {path!r} is no chain of names", "Write it as in `device.id`")
    return Column(
        name,
        described["data_type"],
        bool(meta.get("required", False)),
        place.values(meta.get("accepted_values"), "accepted_values"),
        meta.get("domain"),
        path,
        meta.get("classification"),
        read_elements(place, meta),
        read_day(place, meta.get("delivered_until")),
        read_reason(place, meta),
    )


def read_day(place: Place, declared: object) -> date | None:
    """The day of `delivered_until`, which YAML reads as a date."""
    if declared is not None and type(declared) is not date:
        place.fail(f"delivered_until {declared!r} is no day", "Write it as YYYY-MM-DD, without quotes")
    return declared


def read_reason(place: Place, meta: dict) -> str | None:
    """The reason of `not_personal`, which no column needs that has a class."""
    reason = meta.get("not_personal")
    if reason is None:
        return None
    if not isinstance(reason, str) or not reason.strip():
        place.fail(f"not_personal {reason!r} is no reason", "Write in some words why the column is about nobody")
    if meta.get("classification"):
        place.fail("classified, and not_personal too", "Keep one of them")
    return reason


def read_elements(place: Place, meta: dict) -> dict[str, str]:
    """What the objects of an array column hold, checked."""
    elements = place.mapping(meta.get("elements"), "elements")
    for name, data_type in elements.items():
        if not NAME.fullmatch(str(name)):
            place.fail(f"the element name {name!r} is no plain identifier", "Use letters, digits and underscores")
        check_type(place, data_type)
    for name in place.values(meta.get("required_elements"), "required_elements"):
        if name not in elements:
            place.fail(f"required_elements names {name}, which is none of its elements", "Add it to elements")
    return elements


def check_type(place: Place, data_type: object) -> None:
    """Refuse what is none of the seven contract types."""
    decimal = DECIMAL.fullmatch(str(data_type))
    if decimal and 1 <= int(decimal[1]) <= 38 and int(decimal[2]) <= int(decimal[1]):
        return
    if data_type not in PLAIN_TYPES:
        place.fail(f"unknown data_type {data_type!r}", f"Use one of decimal(p,s), {', '.join(PLAIN_TYPES)}")


def check_classification(place: Place, classification: object, tags: tuple[str, ...]) -> None:
    """A classification and the tag `pii` go together."""
    if classification and "pii" not in tags:
        place.fail(f"classified as {classification} without the tag pii", "Add `tags: [pii]` to its config")
    if "pii" in tags and not classification:
        place.fail("tagged pii without a classification", "Add `classification` to its config.meta")


def check_id_form(place: Place, meta: dict) -> None:
    """`id_form` is an expression that both engines know, and of no text that is empty."""
    form = meta.get("id_form")
    if form is None:
        return
    advice = "Write it as in `C[0-9]{8}`, with letters in whatever case: by it free texts are redacted"
    if meta.get("classification") != "person_id":
        place.fail("id_form without the classification person_id", "Classify the column, or leave id_form out")
    try:
        is_wrong = not isinstance(form, str) or re.search(form, "") is not None
    except re.error:
        is_wrong = True
    if is_wrong or re.search(r"\(\?|\\[0-9A-Zabx]|'", form):
        place.fail(f"the id_form {form!r} is no regular expression of an id", advice)


def check_domain(place: Place, domain: object, project: Project) -> None:
    """Refuse a domain that `dbt_project.yml` does not list."""
    if domain is not None and domain not in project.domains:
        known = ", ".join(project.domains) or "none"
        place.fail(f"unknown domain {domain!r}", f"Add it to vars: domains in dbt_project.yml (there: {known})")


def refuse_duplicates(place: Place, columns: tuple[Column, ...]) -> None:
    """Names may differ by more than case only, as engines ignore it."""
    seen: set[str] = set()
    for column in columns:
        if column.name.lower() in seen:
            Place(place.file, place.table, column.name).fail(
                "the column is declared twice (columns of the feed count)", "Keep one declaration"
            )
        seen.add(column.name.lower())


def refuse_bad_key(place: Place, key: tuple[str, ...], columns: tuple[Column, ...]) -> None:
    """A table has a key, and the key is made of its columns."""
    if not key:
        place.fail("it has no key", "Add `key: [column, ...]` to its config.meta")
    names = {column.name for column in columns}
    for name in key:
        if name not in names:
            Place(place.file, place.table, name).fail(
                "it is in the key but no column", "Declare it, or correct the key"
            )


def csv_options(place: Place, declared: object) -> CsvOptions:
    """The options of meta `csv`, checked; defaults where nothing is said."""
    options = place.mapping(declared, "csv")
    unknown = sorted(set(options) - set(CsvOptions.__dataclass_fields__))
    if unknown:
        place.fail(f"unknown csv option {unknown[0]}", f"Use {', '.join(CsvOptions.__dataclass_fields__)}")
    read = CsvOptions(**options)
    if not (isinstance(read.delimiter, str) and len(read.delimiter) == 1):
        place.fail(f"csv delimiter {read.delimiter!r} is no single character", "Give one character")
    if not (isinstance(read.quote, str) and len(read.quote) <= 1):
        place.fail(f"csv quote {read.quote!r} is no single character", "Give one character, or '' for none")
    if read.encoding not in CSV_ENCODINGS:
        place.fail(f"unknown csv encoding {read.encoding!r}", f"Use one of {', '.join(CSV_ENCODINGS)}")
    return read
