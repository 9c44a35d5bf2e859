"""What the gate forbids in SQL for Snowflake, one function a rule, over the tree that sqlfluff makes of a statement.

A rule may read structure, keywords, names of functions and types, whether a number is zero, and words in quotes. It may
not read other names and literals: statements that differ in these only are judged once (`form_of` in gate.py).
Exceptions are the names of `TELLING`, and those that end in `_at`, which stand for instants.

Where Snowflake answers otherwise than DuckDB without an error, and what catches it:

| what differs                                          | caught by                                                  |
|-------------------------------------------------------|------------------------------------------------------------|
| functions and syntax that only DuckDB knows           | unknown function, unparsable, syntax of others             |
| copy into knows some functions only                   | function in copy into                                      |
| a quoted lower-case name is another name              | quoted name                                                |
| 1/0 is infinite or null, and an error there           | division by zero                                           |
| 1/3 has 6 digits there                                | division of decimals                                       |
| averages and percentiles of decimals are decimals     | average of decimals                                        |
| sum of decimals                                       | the emulator leaves SUM alone; contract types              |
| untyped parts of JSON are JSON, with quotes           | untyped variant                                            |
| typeof has other names for other types                | typeof                                                     |
| decimal is (38, 0) there, (18, 3) here                | bare decimal                                               |
| text longer than varchar(n), char                     | length of text                                             |
| date_trunc and dateadd of a date give a date          | uncast date                                                |
| a double is rounded half away from zero               | double to integer                                          |
| timestamp_tz to timestamp_ntz drops the offset        | offset                                                     |
| the clock is in the session's time zone               | offset                                                     |
| a timestamp as text has milliseconds                  | timestamp as text (columns named `_at`); parity of rows    |
| listagg over nothing is ''                            | listagg                                                    |
| greatest, least, concat are null with any null        | null among arguments                                       |
| desc puts nulls first                                 | order of nulls                                             |
| two source rows for one row of a merge are an error   | the emulator, which uses DuckDB's own MERGE                |
| trim with characters; flatten's index and outer       | tests of the emulator; parity of rows                      |
| regexp_replace replaces all, dayname is short         | parity of rows: fakesnow answers as Snowflake does         |
| null timestamps over HTTP                             | tests of the emulator: that was fakesnow's doing           |
| nanoseconds                                           | not to be seen in SQL; parity of rows on an account        |
| grants, policies, metadata such as last_altered       | not to be seen here; tests on the log of what was skipped  |
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from sqlfluff.core.parser import BaseSegment

LIST_OF_FUNCTIONS = Path(__file__).with_name("snowflake_functions.txt")
FUNCTIONS = frozenset(LIST_OF_FUNCTIONS.read_text(encoding="utf-8").split())
# A name in capitals, and what dbt itself quotes: its temporary tables, and a column of its unit tests.
PLAIN_NAME = re.compile(r'"([A-Z_][A-Z0-9_$]*(__dbt_\w+)?|actual_or_expected)"')
# dbt calls a Python model as a procedure with a name of its own.
PROCEDURE_OF_DBT = "__dbt_sp"
# Columns that every base and staging model fills.
NEVER_NULL = {"_load_id", "_file", "_version"}
JOINS_OF_OTHERS = {"anti", "positional", "semi"}
# Names that rules read. `value` is what flatten gives.
TELLING = NEVER_NULL | JOINS_OF_OTHERS | {"value"}
# The greatest lengths of text: what the adapter reads of a column that has none.
LONGEST = {"16777216", "134217728"}

DECIMALS = {"dec", "decimal", "number", "numeric"}
DOUBLES = {"double", "double precision", "float", "float4", "float8", "real"}
INTEGERS = {"bigint", "byteint", "int", "integer", "smallint", "tinyint"}
ONE_CHARACTER = {"char", "character", "nchar"}
TEXTS = ONE_CHARACTER | {"char varying", "character varying", "nvarchar", "string", "text", "varchar"}
WITH_OFFSET = {"timestamp with time zone", "timestamp_ltz", "timestamp_tz", "timestampltz", "timestamptz"}

CLOCKS = set("current_date current_time current_timestamp getdate localtime localtimestamp systimestamp".split())
GIVE_OFFSET = CLOCKS | set("to_timestamp_ltz to_timestamp_tz try_to_timestamp_ltz try_to_timestamp_tz".split())
GIVE_DATE_OR_TIMESTAMP = {"date_trunc", "dateadd", "timeadd", "timestampadd"}
GIVE_DECIMAL = set("to_decimal to_number to_numeric try_to_decimal try_to_number try_to_numeric".split())
AVERAGES = set("avg median percentile_cont stddev stddev_pop stddev_samp var_pop var_samp variance".split())
ROUNDING = {"ceil", "floor", "round", "trunc", "truncate"}
# Of the functions in docs.snowflake.com/en/user-guide/data-load-transform, those that are on the list of functions.
KNOWN_TO_COPY = set(
    """
    array_construct array_size cast ceil check_json chr concat convert_timezone endswith equal_null floor get get_path
    iff ifnull ilike is_array is_boolean is_null_value is_object length like lpad ltrim md5 md5_hex nullif nvl nvl2
    object_construct parse_json parse_url random regexp_replace regexp_substr replace reverse rpad rtrim split
    split_part startswith substr substring to_array to_boolean to_char to_date to_decimal to_double to_number
    to_numeric to_object to_time to_timestamp to_timestamp_ltz to_timestamp_ntz to_timestamp_tz to_varchar to_variant
    trim try_cast try_to_boolean try_to_date try_to_decimal try_to_double try_to_number try_to_numeric try_to_time
    unicode uuid_string
    """.split()
)
NULL_WITH_ANY_NULL = {"concat", "concat_ws", "greatest", "least"}
# What takes a variant and gives a typed answer, or builds another variant of it.
TAKE_VARIANT = set("array_size is_array is_boolean is_null_value is_object to_json typeof".split())
TAKE_VARIANT |= {"object_construct", "object_construct_keep_null"}


def code(segment: BaseSegment) -> list[BaseSegment]:
    """The parts of a segment without blanks and brackets."""
    return [part for part in segment.segments if part.is_code and not part.is_type("start_bracket", "end_bracket")]


def parent_of(segment: BaseSegment) -> BaseSegment:
    """What a segment is directly in."""
    found = segment.get_parent()
    return found[0] if found else segment


def behind(segment: BaseSegment) -> list[BaseSegment]:
    """What comes behind a segment in its parent."""
    parts = code(parent_of(segment))
    return parts[parts.index(segment) + 1 :]


def core(segment: BaseSegment) -> BaseSegment:
    """A segment without the brackets around it."""
    while segment.is_type("expression", "bracketed") and len(code(segment)) == 1:
        segment = code(segment)[0]
    return segment


def outermost(segment: BaseSegment) -> BaseSegment:
    """A segment with the brackets around it, but not those of a function that is called with it."""
    around = parent_of(segment)
    while around.is_type("expression", "bracketed") and len(code(around)) == 1 and not calling(segment):
        segment, around = around, parent_of(around)
    return segment


def functions(tree: BaseSegment, names: set[str]) -> Iterator[BaseSegment]:
    """The calls of some functions."""
    return (call for call in tree.recursive_crawl("function") if name_of(call) in names)


def function_names(tree: BaseSegment) -> Iterator[BaseSegment]:
    """The names of functions as they are written, with or without brackets behind them."""
    return tree.recursive_crawl("function_name", "bare_function")


def name_of(segment: BaseSegment | None) -> str:
    """The name of the function that a segment calls, in lower case; '' where it calls none."""
    name = segment.get_child("function_name") if segment else None
    return name.raw.lower() if name else ""


def arguments(call: BaseSegment) -> list[BaseSegment]:
    """What a function is called with; nothing of what is no call."""
    contents = call.get_child("function_contents")
    brackets = contents.get_child("bracketed") if contents else None
    return [part for part in code(brackets) if not part.is_type("comma")] if brackets else []


def calling(segment: BaseSegment) -> BaseSegment | None:
    """The function that is called with a segment."""
    contents = parent_of(parent_of(segment))
    return parent_of(contents) if contents.is_type("function_contents") else None


def calls_around(segment: BaseSegment) -> Iterator[str]:
    """The names of all functions around a segment."""
    while (around := parent_of(segment)) is not segment:
        yield name_of(around)
        segment = around


def type_name(data_type: BaseSegment) -> str:
    """A type's name in lower case, without its length or precision."""
    return " ".join(re.sub(r"\(.*?\)", "", data_type.raw.lower()).split())


def casts(segment: BaseSegment) -> list[str]:
    """The types that a segment casts to, the outermost first."""
    segment = core(segment)
    if segment.is_type("cast_expression"):
        kinds = [type_name(part) for part in segment.get_children("data_type")]
        return [*reversed(kinds), *casts(code(segment)[0])]
    given = arguments(segment)
    if name_of(segment) in ("cast", "try_cast") and given and given[-1].is_type("data_type"):
        return [type_name(given[-1]), *casts(given[0])]
    return []


def casts_to(tree: BaseSegment, kinds: set[str]) -> Iterator[tuple[BaseSegment, BaseSegment]]:
    """The casts to some types, each beside the value that it casts."""
    for cast in tree.recursive_crawl("cast_expression", "function"):
        if casts(cast)[:1] and casts(cast)[0] in kinds:
            yield cast, (code(cast) if cast.is_type("cast_expression") else arguments(cast))[0]


def is_cast(segment: BaseSegment, by: tuple[str, ...] = ("cast", "try_cast")) -> bool:
    """Whether a segment is directly cast to a type."""
    segment = outermost(segment)
    return parent_of(segment).is_type("cast_expression") or name_of(calling(segment)) in by


def is_number(segment: BaseSegment) -> bool:
    """Whether a segment is a number other than zero."""
    return segment.is_type("numeric_literal") and re.search("[1-9]", segment.raw) is not None


def unparsable(tree: BaseSegment) -> Iterator[BaseSegment]:
    """What sqlfluff's dialect of Snowflake has no rule for."""
    return tree.recursive_crawl("unparsable")


def syntax_of_others(tree: BaseSegment) -> Iterator[BaseSegment]:
    """What sqlfluff takes for Snowflake's though it is not; `distinct on` is an unknown function to it."""
    yield from tree.recursive_crawl("aggregate_order_by", "named_window")
    yield from (part for part in tree.recursive_crawl("array_accessor") if part.get_child("slice"))
    yield from (part for part in tree.recursive_crawl("interval_expression") if part.get_child("numeric_literal"))
    # A join that sqlfluff does not know is an alias to it.
    yield from (part for part in tree.recursive_crawl("alias_expression") if part.raw.lower() in JOINS_OF_OTHERS)


def unknown_functions(tree: BaseSegment) -> Iterator[BaseSegment]:
    """Functions that are not on the list, as they are written: a translator takes another engine's for Snowflake's."""
    for name in function_names(tree):
        # Those of the information schema are called by the name of a database.
        if name.raw.lower().split(".information_schema.")[-1] not in FUNCTIONS and not name.raw.endswith(
            PROCEDURE_OF_DBT
        ):
            yield name


def functions_in_copy(tree: BaseSegment) -> Iterator[BaseSegment]:
    """Functions that `copy into` does not take, though queries do."""
    for copy in tree.recursive_crawl("copy_into_table_statement"):
        yield from (name for name in function_names(copy) if name.raw.lower() not in KNOWN_TO_COPY)


def quoted_names(tree: BaseSegment) -> Iterator[BaseSegment]:
    """Quoted names that would be others without quotes.

    dbt's adapter quotes the columns and tables that it was told of, in capitals: those are the same names as unquoted
    ones. What is quoted in any other way was quoted by the project, and can be read in quotes only.
    """
    return (name for name in tree.recursive_crawl("quoted_identifier") if not PLAIN_NAME.fullmatch(name.raw))


def division_by_zero(tree: BaseSegment) -> Iterator[BaseSegment]:
    """Divisions by what may be zero."""
    for operator in tree.recursive_crawl("binary_operator"):
        if operator.raw in "/%":
            divisors = [part for part in behind(operator) if not part.is_type("sign_indicator")]
            if not divisors or not is_never_zero(divisors[0]):
                yield parent_of(operator)
    yield from (call for call in functions(tree, {"mod"}) if not all(map(is_never_zero, arguments(call)[1:])))


def is_never_zero(divisor: BaseSegment) -> bool:
    """Whether a divisor is nullif(…, 0), a number, or all rows of a window, which has one at least; cast or not."""
    divisor = core(divisor)
    if divisor.is_type("cast_expression"):
        return is_never_zero(code(divisor)[0])
    name, given = name_of(divisor), arguments(divisor)
    if name == "cast" and given:
        return is_never_zero(given[0])
    if name == "nullif" and given:
        return core(given[-1]).is_type("numeric_literal") and not is_number(core(given[-1]))
    if name == "count" and given and given[0].raw == "*" and (window := divisor.get_child("over_clause")):
        return not any(window.recursive_crawl("orderby_clause", "frame_clause"))
    return is_number(divisor)


def division_of_decimals(tree: BaseSegment) -> Iterator[BaseSegment]:
    """Divisions without a factor that is cast to double."""
    for operator in tree.recursive_crawl("binary_operator"):
        if operator.raw == "/" and not any(is_double(factor) for factor in factors(operator)):
            yield parent_of(operator)


def factors(operator: BaseSegment) -> list[BaseSegment]:
    """All that is multiplied and divided together with what stands around an operator, and the operators."""
    group: list[BaseSegment] = []
    for part in code(parent_of(operator)):
        if part.raw in "*/%" or not part.is_type("binary_operator", "comparison_operator", "keyword"):
            group.append(part)
        elif operator in group:
            break
        else:
            group = []
    return group


def is_double(segment: BaseSegment) -> bool:
    """Whether a value is cast to double, itself, within nullif, or as a part of a sum, which is one then."""
    segment = core(segment)
    if name_of(segment) == "nullif" and arguments(segment):
        return is_double(arguments(segment)[0])
    if segment.is_type("expression") and {part.raw for part in segment.get_children("binary_operator")} & set("+-"):
        return any(is_double(part) for part in code(segment))
    return casts(segment)[:1] != [] and casts(segment)[0] in DOUBLES


def average_of_decimals(tree: BaseSegment) -> Iterator[BaseSegment]:
    """Averages of what is not cast to double."""
    for call in functions(tree, AVERAGES):
        group = call.get_child("withingroup_clause")
        orders = group.recursive_crawl("orderby_clause") if group else ()
        values = [part for order in orders for part in code(order)] if group else arguments(call)
        if not all(is_double(value) for value in values if not value.is_type("keyword", "comma")):
            yield call


def double_to_integer(tree: BaseSegment) -> Iterator[BaseSegment]:
    """Casts to whole numbers of what has a fraction, unless it was rounded."""
    for cast, value in casts_to(tree, INTEGERS):
        if any(kind in DOUBLES for kind in casts(cast)) or has_fraction(value):
            yield cast


def has_fraction(segment: BaseSegment) -> bool:
    """Whether a value divides, averages, or is a double anywhere that is not rounded to a whole number."""
    name = name_of(segment)
    if name in ROUNDING and len(arguments(segment)) == 1:
        return False
    if name in AVERAGES or (segment.is_type("binary_operator") and segment.raw == "/"):
        return True
    if segment.is_type("data_type"):
        return type_name(segment) in DOUBLES
    return any(has_fraction(part) for part in segment.segments)


def untyped_variants(tree: BaseSegment) -> Iterator[BaseSegment]:
    """Parts of variants that are not cast. try_cast takes text only, so its argument is to be cast before."""
    for part in variants(tree):
        if not is_cast(part, by=("cast",)) and name_of(calling(outermost(part))) not in TAKE_VARIANT:
            yield outermost(part)


def variants(tree: BaseSegment) -> Iterator[BaseSegment]:
    """What stands for a part of a variant: `a:b`, `a[0]`, get(a, 0), and the value of what is flattened."""
    paths = ("array_accessor", "semi_structured_expression")
    for path in tree.recursive_crawl(*paths):
        whole = parent_of(path)
        is_whole = whole.is_type("expression") and all(part.is_type("column_reference", *paths) for part in code(whole))
        yield whole if is_whole else path
    yield from functions(tree, {"get", "get_path"})
    flattens = "flatten" in tree.raw.lower()
    for column in tree.recursive_crawl("column_reference") if flattens else ():
        is_container = behind(column) and behind(column)[0].is_type(*paths)
        if last_name(column) == "value" and not is_container:
            yield column


def last_name(column: BaseSegment) -> str:
    """A column's name in lower case, without its table's."""
    return column.raw.lower().split(".")[-1]


def bare_decimals(tree: BaseSegment) -> Iterator[BaseSegment]:
    """Decimals without precision and scale."""
    yield from (data_type for data_type in tree.recursive_crawl("data_type") if data_type.raw.lower() in DECIMALS)
    for call in functions(tree, GIVE_DECIMAL):
        given = arguments(call)
        if len(given) < 3 or not all(core(part).is_type("numeric_literal") for part in given[-2:]):
            yield call


def length_of_text(tree: BaseSegment) -> Iterator[BaseSegment]:
    """Text types with a length, and those that mean one character."""
    for data_type in tree.recursive_crawl("data_type"):
        kind, length = type_name(data_type), re.search(r"\((.*?)\)", data_type.raw)
        if kind in TEXTS and (length[1] not in LONGEST if length else kind in ONE_CHARACTER):
            yield data_type


def uncast_dates(tree: BaseSegment) -> Iterator[BaseSegment]:
    """Date arithmetic that does not say what it gives; dbt.date_spine's, by row_number(), is cast by who reads it."""
    for call in functions(tree, GIVE_DATE_OR_TIMESTAMP):
        if not is_cast(call) and not any(functions(call, {"row_number"})):
            yield call


def offsets(tree: BaseSegment) -> Iterator[BaseSegment]:
    """Instants with an offset, and the clock, that convert_timezone does not bring to UTC."""
    types = (data_type for data_type in tree.recursive_crawl("data_type") if type_name(data_type) in WITH_OFFSET)
    calls = (name for name in function_names(tree) if name.raw.lower() in GIVE_OFFSET)
    yield from (found for found in (*types, *calls) if "convert_timezone" not in calls_around(found))


def timestamp_as_text(tree: BaseSegment) -> Iterator[BaseSegment]:
    """Instants made text without a format."""
    calls = (call for call in functions(tree, {"to_char", "to_varchar"}) if len(arguments(call)) == 1)
    for found, value in (*casts_to(tree, TEXTS), *((call, arguments(call)[0]) for call in calls)):
        if core(value).is_type("column_reference") and last_name(core(value)).endswith("_at"):
            yield found


def typeof(tree: BaseSegment) -> Iterator[BaseSegment]:
    """typeof that is compared with anything but OBJECT and ARRAY."""
    for call in functions(tree, {"typeof"}):
        comparison = parent_of(outermost(call))
        names = {part.raw for part in comparison.recursive_crawl("quoted_literal")}
        if not names or not names <= {"'ARRAY'", "'OBJECT'"}:
            yield comparison


def listagg(tree: BaseSegment) -> Iterator[BaseSegment]:
    """listagg that does not say what it is over nothing."""
    for call in functions(tree, {"listagg"}):
        if name_of(calling(outermost(call))) not in ("coalesce", "nullif"):
            yield call


def null_among_arguments(tree: BaseSegment) -> Iterator[BaseSegment]:
    """Calls that are null with any null argument, where an argument may be null."""
    for call in functions(tree, NULL_WITH_ANY_NULL):
        if not all(is_never_null(value) for value in arguments(call)):
            yield call


def is_never_null(segment: BaseSegment) -> bool:
    """Whether a value cannot be null by how it is written."""
    segment = core(segment)
    if segment.is_type("column_reference"):
        return last_name(segment) in NEVER_NULL
    if name_of(segment) in NULL_WITH_ANY_NULL:
        return all(is_never_null(value) for value in arguments(segment))
    return segment.is_type("literal") or name_of(segment) in ("coalesce", "count", "count_if", "zeroifnull")


def order_of_nulls(tree: BaseSegment) -> Iterator[BaseSegment]:
    """Descending orders of what may be null that do not say where nulls stand."""
    for order in tree.recursive_crawl("orderby_clause"):
        parts = code(order)
        for value, word, follower in zip_longest(parts, parts[1:], parts[2:]):
            is_descending = word is not None and word.raw.lower() == "desc"
            if is_descending and not (follower and follower.raw.lower() == "nulls") and not is_never_null(value):
                yield order


@dataclass(frozen=True)
class Rule:
    """What is forbidden, the function that finds it, what to write instead, and whether it is so in dbt's tests.

    A test compares within one engine, and what it prints is read by people.
    """

    name: str
    find: Callable[[BaseSegment], Iterator[BaseSegment]]
    advice: str
    in_tests: bool = True


RULES = [
    Rule("unparsable", unparsable, "sqlfluff's dialect of Snowflake does not know this"),
    Rule("syntax of others", syntax_of_others, "Snowflake has no such slice, interval, named window, order or join"),
    Rule(
        "unknown function",
        unknown_functions,
        "dispatch it in macros/engine/, or add it to tools/parity/snowflake_functions.txt if Snowflake documents it",
    ),
    Rule("function in copy into", functions_in_copy, "build it of what `copy into` knows (KNOWN_TO_COPY)"),
    Rule("quoted name", quoted_names, "leave out the quotes: with them the name keeps its case, and is another"),
    Rule("division by zero", division_by_zero, "divide by nullif(…, 0): Snowflake raises an error"),
    Rule("division of decimals", division_of_decimals, "cast a side to double: Snowflake keeps 6 digits of decimals"),
    Rule("average of decimals", average_of_decimals, "cast it to double: Snowflake averages decimals as decimals"),
    Rule("double to integer", double_to_integer, "round() first: Snowflake rounds half away from zero, DuckDB to even"),
    Rule("untyped variant", untyped_variants, "cast it, as ::varchar: it is JSON, with quotes; try_cast takes text"),
    Rule("bare decimal", bare_decimals, "write decimal(p, s): it is (38, 0) on Snowflake and (18, 3) on DuckDB"),
    Rule("length of text", length_of_text, "write varchar: Snowflake refuses longer text, and char is one character"),
    Rule("uncast date", uncast_dates, "cast it: of a date, Snowflake makes a date and DuckDB a timestamp"),
    Rule("offset", offsets, "convert_timezone('UTC', …): Snowflake drops offsets, and has its session's clock"),
    Rule(
        "timestamp as text",
        timestamp_as_text,
        "keep it a timestamp, or to_char() with a format: Snowflake writes milliseconds only",
        in_tests=False,
    ),
    Rule("typeof", typeof, "compare it with 'OBJECT' and 'ARRAY' only: other types have other names"),
    Rule("listagg", listagg, "coalesce or nullif it with '': over nothing it is '' on Snowflake, null on DuckDB"),
    Rule("null among arguments", null_among_arguments, "coalesce each, or write a || b: on Snowflake it is null"),
    Rule("order of nulls", order_of_nulls, "write desc nulls last: Snowflake puts nulls first"),
]
