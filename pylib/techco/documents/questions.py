"""`make ask`: the questions of docs/questions.md, and their answers from the current release.

Without a number it lists them; with one (`make ask Q=11`) it prints the answer as a table.
"""

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from techco.command import run
from techco.settings import warehouse_file

QUESTIONS = Path("docs") / "questions.md"
ROLE = re.compile(r"^Role: `(\w+)`", re.MULTILINE)
SCHEMAS = re.compile(r"Schemas: (.+)$", re.MULTILINE)
SQL = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# A table of a release, as SQL names it.
TABLE = re.compile(r"\b(?:from|join)\s+(\w+\.\w+)\b(?!\s*\()")


class QuestionError(Exception):
    """A question cannot be read or answered; the message says why, and what to do."""


@dataclass(frozen=True)
class Question:
    """A question, whom to ask it as, and the SQL that answers it."""

    number: int
    title: str
    remark: str
    role: str
    sql: str

    @property
    def tables(self) -> list[str]:
        """The tables of the release that it reads."""
        return sorted(set(TABLE.findall(self.sql)))


@dataclass(frozen=True)
class Audience:
    """Those who ask: what they look after, as which role they read, and the schemas that they read most."""

    name: str
    purpose: str
    role: str
    schemas: list[str]
    questions: list[Question] = field(default_factory=list)


def read_questions(root: Path = Path()) -> list[Audience]:
    """All audiences of docs/questions.md with their questions; raises QuestionError."""
    try:
        text = (root / QUESTIONS).read_text(encoding="utf-8")
    except OSError as error:
        raise QuestionError(f"{QUESTIONS} cannot be read ({error}): run it in the folder of the project.") from error
    _, *chapters = re.split(r"^## ", text, flags=re.MULTILINE)
    return [read_audience(chapter) for chapter in chapters]


def read_audience(chapter: str) -> Audience:
    """An audience from its chapter."""
    head, *parts = re.split(r"^### ", chapter, flags=re.MULTILINE)
    name, _, said = head.partition("\n")
    role, schemas = ROLE.search(said), SCHEMAS.search(said)
    if not role or not schemas:
        raise QuestionError(
            f"{QUESTIONS}, chapter {name}: there is no line such as Role: `analyst` · Schemas: `kpi`, `core`"
        )
    audience = Audience(name.strip(), ROLE.split(said)[0].strip(), role[1], re.findall(r"`(\w+)`", schemas[1]))
    audience.questions.extend(read_question(part, role[1]) for part in parts)
    return audience


def read_question(part: str, role: str) -> Question:
    """A question from its section; `role`: of its audience, unless it names another."""
    heading, _, said = part.partition("\n")
    number, _, title = heading.partition(". ")
    found = SQL.findall(said)
    if not number.isdigit() or len(found) != 1:
        raise QuestionError(f"{QUESTIONS}, '{heading}': expected a number, a question, and one block of SQL below it")
    own_role = ROLE.search(said)
    remark = " ".join(ROLE.sub("", SQL.sub("", said)).split())
    return Question(int(number), title.strip(), remark, own_role[1] if own_role else role, found[0].strip())


def serving_file(role: str, warehouse: Path) -> Path:
    """What a role reads; raises QuestionError where it has no release."""
    current = warehouse.parent / "releases" / "current"
    if not current.exists():
        raise QuestionError(f"There is no release in {current.parent}: run `make publish`, after `make build`.")
    serving = current / role / "serving.duckdb"
    if not serving.exists():
        known = ", ".join(sorted(path.name for path in current.iterdir()))
        raise QuestionError(f"The role {role} has no release in {current}; those that have one: {known}.")
    return serving


def answer(question: Question, warehouse: Path) -> duckdb.DuckDBPyRelation:
    """What the release says, as a relation of a connection of its own; raises QuestionError."""
    serving = serving_file(question.role, warehouse)
    connection = duckdb.connect(str(serving), read_only=True)
    try:
        return connection.sql(question.sql)
    except duckdb.CatalogException as error:
        raise QuestionError(
            f"{error}\nThe release {serving.resolve()} is older than docs/questions.md: `make build`, `make publish`."
        ) from error


def main() -> int:
    """List the questions, or answer one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", nargs="?", help="which question; all are listed without one")
    asked = parser.parse_args().number
    try:
        audiences = read_questions()
        questions = {str(question.number): question for audience in audiences for question in audience.questions}
        if not asked:
            for audience in audiences:
                print(f"\n{audience.name}: {audience.purpose}")
                for question in audience.questions:
                    print(f"  {question.number:>2}  {question.title}")
            print("\nmake ask Q=1 answers the first.")
            return 0
        if asked not in questions:
            raise QuestionError(f"There is no question {asked}; `make ask` lists those from 1 to {len(questions)}.")
        question = questions[asked]
        relation = answer(question, warehouse_file())
        print(f"{question.title}\n{question.remark}".strip())
        relation.show(max_rows=100, max_width=200)
        print(f"Asked as {question.role}; the SQL stands in {QUESTIONS}, what the columns mean in `make docs`.")
    except QuestionError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    run(main, "Nothing was changed.")
