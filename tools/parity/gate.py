"""Check SQL that goes to Snowflake for what it would refuse or answer otherwise: `python -m tools.parity.gate LOG`.

The emulator runs everything on DuckDB, which takes more than Snowflake does and answers some things otherwise. So its
log of statements is read by sqlfluff's grammar of Snowflake and held against the rules of tools/parity/gate_rules.py.

sqlfluff reads 5 kB a second, and the statements of a build are much alike. So each is cut into parts that are SQL by
themselves: queries in brackets, the queries of a union, conditions in brackets, and each of the columns that are
selected. `select 1` and `1 = 1` stand where something was cut out. Of parts that differ only in names and literals one
is parsed, and with --cache none that was parsed before. sqlfluff's parser in Rust (`pip install sqlfluff[rs]`) is used
where it is installed.
"""

import argparse
import gc
import hashlib
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from multiprocessing import Pool
from pathlib import Path

import sqlfluff
from sqlfluff.core import FluffConfig, Linter
from sqlglot.dialects.snowflake import Snowflake
from sqlglot.errors import TokenError

from tools.emulator.log import read_log
from tools.parity import gate_rules
from tools.parity.gate_rules import RULES

COMMENT_OF_DBT = re.compile(r'/\* (\{"app": "dbt".*?\}) \*/', re.DOTALL)
NAME = re.compile(r"[A-Za-z_]\w*")
WORDS_OF_GRAMMAR = ("reserved_keywords", "unreserved_keywords", "datetime_units", "bare_functions", "warehouse_sizes")
# What a query follows that does not begin a statement, what follows a list of what is selected, and what a condition.
BEFORE_QUERIES = {")", "all", "as", "except", "intersect", "minus", "union"}
BEHIND_LISTS = {"except", "from", "intersect", "limit", "minus", "order", "qualify", "union", "where"}
BEFORE_CONDITIONS = {"and", "not", "on", "or", "when", "where"}
# What sqlfluff's grammar has no words for though Snowflake documents it, and what it knows instead: the name of a row
# access policy with its schema, and of a masking policy that a tag is given; `force`, by which a tag takes a policy of
# a type that it has one of; tags among what can be shown.
UNKNOWN_TO_GRAMMAR = [
    (re.compile(r"(create\s+row\s+access\s+policy\s+(if\s+not\s+exists\s+)?)(\w+\.)+", re.IGNORECASE), r"\1"),
    (re.compile(r"(?<=masking\spolicy\s)(\w+\.)+(?=\w+\s*(,|force\b|$))", re.IGNORECASE), ""),
    (re.compile(r"(\balter\s+tag\s.*)\s+force\s*$", re.IGNORECASE | re.DOTALL), r"\1"),
    (re.compile(r"(?<=\bshow\s)tags\b", re.IGNORECASE), "views"),
]
RULES_BY_NAME = {rule.name: rule for rule in RULES}
PROCESSES = 2
LONGEST_EXCERPT = 160
SHOWN_NODES = 3

# By the hash of a part, the rules that it breaks, each with an excerpt.
Verdicts = dict[str, list[tuple[str, str]]]


@dataclass(frozen=True)
class Finding:
    """What a rule found, an excerpt, and which models, tests or operations issued it."""

    rule: str
    excerpt: str
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Word:
    """A word of a statement with the blank before it, as it is written and in normal form."""

    text: str
    form: str

    @property
    def kind(self) -> str:
        """The normal form without the blank."""
        return self.form.strip()


SELECT = [Word("select", "select"), Word(" ", " ")]
A_QUERY = Word(" select 1", " select 1")
A_CONDITION = Word("1 = 1", "1 = 1")


def parts(statement: str) -> Iterator[tuple[str, str]]:
    """The parts of a statement, each in normal form and as it is written."""
    for pattern, known in UNKNOWN_TO_GRAMMAR:
        statement = pattern.sub(known, statement)
    for query in queries(words_of(statement)):
        for piece in pieces(query):
            yield one_line("".join(word.form for word in piece)), one_line("".join(word.text for word in piece))


def one_line(text: str) -> str:
    """A text with single blanks."""
    return " ".join(text.split())


def words_of(statement: str) -> list[Word]:
    """The words of a statement; one where there is no telling them apart, which is then found unparsable."""
    try:
        tokens = Snowflake.Tokenizer().tokenize(statement)
    except TokenError:
        return [Word(statement, statement)]
    words, end = [], 0
    for token, follower in zip_longest(tokens, tokens[1:]):
        word = statement[token.start : token.end + 1]
        before = blank(statement[end : token.start])
        is_called = follower is not None and statement[follower.start] == "("
        words.append(Word(before + word, before + form_of(word, is_called)))
        end = token.end + 1
    return words


def blank(between: str) -> str:
    """What stands for the blanks and comments between two words."""
    # Two slashes divide on DuckDB and begin a comment on Snowflake; these two are neither, and so found unparsable.
    return " / / " if between.lstrip().startswith("//") else " " if between else ""


def form_of(word: str, is_called: bool) -> str:
    """A word's normal form: names and literals of a kind are one, but for those that the grammar or a rule reads."""
    if word.startswith(("$$", "'")):
        return word if word == "''" or word[1:-1].upper() in keywords() else "'…'"
    if word.startswith('"'):
        return '"X"' if gate_rules.PLAIN_NAME.fullmatch(word) else word
    if word[:1].isdigit():
        return word if word in gate_rules.LONGEST else "1" if re.search("[1-9]", word) else "0"
    lower = word.lower()
    if is_called or not NAME.fullmatch(word) or word.upper() in keywords() or lower in gate_rules.TELLING:
        return lower
    return "x_at" if lower.endswith("_at") else "x"


def queries(words: list[Word]) -> Iterator[list[Word]]:
    """The queries and conditions in brackets, a condition as a query that selects it, and what is around them."""
    if words and words[0].kind == "copy":
        # Its query has rules of its own.
        yield words
        return
    unfinished: list[list[Word]] = [[]]
    stand_ins: list[Word | None] = []
    before = ""
    # `with row access policy p on (a)` names columns.
    names_columns = False
    for word, follower in zip_longest(words, words[1:]):
        if word.kind in ("policy", "as"):
            names_columns = word.kind == "policy"
        if word.kind == ")" and stand_ins and (stand_in := stand_ins.pop()):
            yield unfinished.pop()
            unfinished[-1].append(stand_in)
        unfinished[-1].append(word)
        if word.kind == "(":
            if follower is not None and follower.kind in ("select", "with"):
                stand_ins.append(A_QUERY)
                unfinished.append([])
            elif before in BEFORE_CONDITIONS and not names_columns:
                stand_ins.append(A_CONDITION)
                unfinished.append([*SELECT])
            else:
                stand_ins.append(None)
        before = word.kind
    yield from unfinished


def pieces(query: list[Word]) -> Iterator[list[Word]]:
    """The queries that one consists of, each with the first column that it selects; and the others, one by one."""
    whole: list[Word] = []
    column: list[Word] = []
    depth, before, in_list = 0, "", False
    for word in query:
        depth += (word.kind == "(") - (word.kind == ")")
        ends = word.kind in BEHIND_LISTS and before != "distinct"
        if depth == 0 and in_list and (ends or word.kind == ","):
            if column:
                yield column
            in_list, column = not ends, [] if ends else [*SELECT]
            if in_list:
                continue
        if depth == 0 and word.kind == "select" and (not before or before in BEFORE_QUERIES):
            if before:
                yield [*whole, A_QUERY]
                whole = []
            in_list = True
        (column or whole).append(word)
        before = word.kind
    yield whole
    if column:
        yield column


@cache
def keywords() -> frozenset[str]:
    """All words that mean something to the grammar."""
    dialect = linter().config.get("dialect_obj")
    return frozenset(word.upper() for name in WORDS_OF_GRAMMAR for word in dialect.sets(name))


@cache
def linter() -> Linter:
    """sqlfluff as it comes: no file of the project changes what is SQL."""
    return Linter(config=FluffConfig(overrides={"dialect": "snowflake", "templater": "raw", "max_parse_depth": 1500}))


def judged(text: str) -> list[tuple[str, str]]:
    """The rules that a part breaks, each with an excerpt."""
    variant = linter().parse_string(text).root_variant()
    if variant is None or variant.tree is None:
        return [("unparsable", excerpt(text))]
    return sorted({(rule.name, excerpt(found.raw)) for rule in RULES for found in rule.find(variant.tree)})


def excerpt(text: str) -> str:
    """A text on one line, its beginning where it is long."""
    line = one_line(text)
    return line if len(line) <= LONGEST_EXCERPT else line[: LONGEST_EXCERPT - 1] + "…"


def findings(statements: Iterable[str], known: Verdicts) -> list[Finding]:
    """What is wrong with some statements. `known`: what was found before; what is found of new parts is added."""
    texts: dict[str, str] = {}
    nodes: dict[str, set[str]] = defaultdict(set)
    for statement, issuers in by_text(statements).items():
        for form, text in parts(statement):
            if form:
                texts.setdefault(key(form), text)
                nodes[key(form)] |= issuers
    # The longest first, so that no process is left alone with them.
    new = sorted(texts.keys() - known.keys(), key=lambda one: len(texts[one]), reverse=True)
    if new:
        # Processes are forked with the grammar. Collecting garbage would take a sixth of their time.
        keywords()
        with Pool(PROCESSES, initializer=gc.disable) as pool:
            known.update(zip(new, pool.imap(judged, [texts[one] for one in new], chunksize=4), strict=True))
    return list(merged((rule, text, issuers) for one, issuers in nodes.items() for rule, text in known[one]))


def merged(found: Iterable[tuple[str, str, set[str]]]) -> Iterator[Finding]:
    """What was found, in the order of the rules; excerpts of one normal form are told once."""
    order = list(RULES_BY_NAME)
    shown: dict[tuple[str, str], str] = {}
    nodes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for rule, text, issuers in sorted(found, key=lambda one: (order.index(one[0]), one[1])):
        concerned = {node for node in issuers if RULES_BY_NAME[rule].in_tests or not node.startswith("test.")}
        if concerned:
            alike = rule, "".join(word.form for word in words_of(text))
            shown.setdefault(alike, text)
            nodes[alike] |= concerned
    for alike, text in shown.items():
        yield Finding(alike[0], text, tuple(sorted(nodes[alike])))


def by_text(statements: Iterable[str]) -> dict[str, set[str]]:
    """Who issued each statement of dbt's; two that differ only in dbt's comment are one."""
    issuers: dict[str, set[str]] = defaultdict(set)
    for statement in statements:
        if node := node_of(statement):
            issuers[COMMENT_OF_DBT.sub("", statement).strip(" \n;")].add(node)
    return issuers


def node_of(statement: str) -> str | None:
    """What issued a statement, by dbt's comment: a node's id, or the name of an operation's connection.

    None without a comment: Snowpark wrote it within a Python model, or the emulator.
    """
    comment = COMMENT_OF_DBT.search(statement)
    said = json.loads(comment[1]) if comment else {}
    return said.get("node_id") or said.get("connection_name")


def key(form: str) -> str:
    """What a part is remembered by."""
    return sha256(version() + form)


@cache
def version() -> str:
    """What a verdict depends on beside the part: this code, the list of functions, and sqlfluff."""
    files = (Path(__file__), Path(gate_rules.__file__), gate_rules.LIST_OF_FUNCTIONS)
    return sha256(sqlfluff.__version__ + "".join(file.read_text(encoding="utf-8") for file in files))


def sha256(text: str) -> str:
    """A text's hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def told(finding: Finding) -> str:
    """A finding as lines: what, where, and what to do."""
    more = len(finding.nodes) - SHOWN_NODES
    where = ", ".join(finding.nodes[:SHOWN_NODES]) + (f" and {more} more" if more > 0 else "")
    return f"{finding.rule}: {finding.excerpt}\n    in {where}\n    {RULES_BY_NAME[finding.rule].advice}"


def is_judged(statement: str) -> bool:
    """Whether dbt issued it, and would on Snowflake: a stage on local files stands for a bucket in the emulator."""
    return node_of(statement) is not None and "url = 'file://" not in statement


def main() -> int:
    """Exit code 1 where anything was found, or there was nothing to judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logs", type=Path, nargs="+", help="logs of statements that the emulator wrote")
    parser.add_argument("--cache", type=Path, help="a folder that remembers what was found of what was parsed")
    chosen = parser.parse_args()
    begun = time.monotonic()
    statements = [statement for log in chosen.logs for statement in read_log(log) if is_judged(statement)]
    if not statements:
        print("No statement bears dbt's comment, so there is none to judge.", file=sys.stderr)
        return 1
    remembered = chosen.cache / "gate.json" if chosen.cache else None
    known = json.loads(remembered.read_text(encoding="utf-8")) if remembered and remembered.exists() else {}
    found = findings(statements, known)
    if remembered:
        remembered.parent.mkdir(parents=True, exist_ok=True)
        remembered.write_text(json.dumps(known), encoding="utf-8")
    for finding in found:
        print(told(finding))
    distinct, seconds = len(by_text(statements)), time.monotonic() - begun
    print(f"{len(found)} findings in {len(statements)} statements of dbt, {distinct} distinct: {seconds:.0f} s")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
