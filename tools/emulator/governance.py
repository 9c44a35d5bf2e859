"""What was issued on roles, policies and tags, and the answers to those who ask what is in force.

DuckDB enforces none of it. The state is made from the statements alone, and from their log after a restart, so that an
audit can be held against what was really issued.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tools.emulator.skipped import without_comments

NAME = r"[\w.$\"]+"
# dbt's, of who issues a statement.
LAST_COMMENT = re.compile(r"\s*/\*(?:(?!\*/).)*\*/\s*$", re.DOTALL)
GRANT = re.compile(
    rf"(?P<verb>grant|revoke)\s+(?P<privilege>.+?)\s+on\s+(?P<future>future\s+)?"
    rf"(?P<kind>account|\w+?)s?(?:\s+in\s+schema)?(?:\s+(?P<name>(?!to\b|from\b){NAME}))?\s+(?:to|from)\s+(?:role\s+)?(?P<role>\w+)\s*$",
    re.IGNORECASE,
)
GRANT_OF_ROLE = re.compile(
    r"(?P<verb>grant|revoke)\s+role\s+(?P<name>\w+)\s+(?:to|from)\s+role\s+(?P<role>\w+)\s*$", re.IGNORECASE
)
VIEW = re.compile(
    rf"create\s+(?P<replace>or\s+replace\s+)?(?:secure\s+)?view\s+(?P<missing>if\s+not\s+exists\s+)?(?P<name>{NAME})\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
DROPPED_VIEW = re.compile(rf"drop\s+view\s+(?:if\s+exists\s+)?(?P<name>{NAME})", re.IGNORECASE)
COLUMN_TAG = re.compile(
    rf"(?P<column>\w+)\s+with\s+tag\s*\(\s*(?P<tag>{NAME})\s*=\s*'(?P<value>[^']*)'\s*\)", re.IGNORECASE
)
OF_ROWS = re.compile(rf"with\s+row\s+access\s+policy\s+(?P<policy>{NAME})\s+on\s*\((?P<column>\w+)\)", re.IGNORECASE)
POLICY = re.compile(
    rf"create\s+(?P<kind>masking|row\s+access)\s+policy\s+(?P<missing>if\s+not\s+exists\s+)?(?P<name>{NAME})\s+as\s*"
    r"(?P<signature>\([^)]*\))\s+returns\s+(?P<type>\w+)\s*->\s*(?P<body>.*)",
    re.IGNORECASE | re.DOTALL,
)
BODY = re.compile(
    rf"alter\s+(?:masking|row\s+access)\s+policy\s+(?P<name>{NAME})\s+set\s+body\s*->\s*(?P<body>.*)",
    re.IGNORECASE | re.DOTALL,
)
TAG = re.compile(
    rf"(?P<verb>create|alter)\s+tag\s+(?:if\s+not\s+exists\s+)?(?P<name>{NAME})\s+(?:add\s+)?allowed_values\s+(?P<values>'.*')",
    re.IGNORECASE | re.DOTALL,
)
TAG_POLICY = re.compile(
    rf"alter\s+tag\s+(?P<name>{NAME})\s+(?P<verb>set|unset)\s+(?P<policies>masking\s+policy.*)", re.IGNORECASE
)
ASKS_OF_ROLE = re.compile(r"show\s+(?P<future>future\s+)?grants\s+to\s+role\s+(?P<role>\w+)", re.IGNORECASE)
ASKS_OF_SCHEMA = re.compile(rf"show\s+grants\s+on\s+schema\s+(?P<name>{NAME})", re.IGNORECASE)
ASKS_OF_TAGS = re.compile(rf"show\s+tags\s+like\s+'(?P<like>[^']+)'\s+in\s+schema\s+(?P<schema>{NAME})", re.IGNORECASE)
ASKS_OF_POLICY = re.compile(rf"describe\s+(?:masking|row\s+access)\s+policy\s+(?P<name>{NAME})", re.IGNORECASE)
REFERENCES = re.compile(
    rf"table\(\s*{NAME}[.]information_schema[.](?P<function>policy_references|tag_references_all_columns)"
    r"\((?:policy_name\s*=>\s*)?'(?P<name>[^']+)'(?:,\s*'table')?\)\s*\)",
    re.IGNORECASE,
)


@dataclass
class InForce:
    """Grants as (role, privilege, kind, object); what stands on views by their names; all names in capitals."""

    grants: set[tuple[str, str, str, str]] = field(default_factory=set)
    future: set[tuple[str, str, str, str]] = field(default_factory=set)
    policies: dict[str, tuple[str, str]] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)
    masks: dict[str, set[str]] = field(default_factory=dict)
    tagged: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    rows: dict[str, tuple[str, str]] = field(default_factory=dict)

    def note(self, statement: str) -> None:
        """Take in what a statement changes; most change nothing."""
        text = without_comments(statement).strip(" \n;")
        if match := GRANT.match(LAST_COMMENT.sub("", text)):
            self.granted(match)
        elif match := GRANT_OF_ROLE.match(LAST_COMMENT.sub("", text)):
            grant = match["role"].upper(), "USAGE", "ROLE", match["name"].upper()
            (self.grants.add if match["verb"].lower() == "grant" else self.grants.discard)(grant)
        elif match := VIEW.match(text):
            self.made_view(match)
        elif match := DROPPED_VIEW.match(text):
            self.forget(match["name"].upper())
        elif match := POLICY.match(text):
            if not (match["missing"] and match["name"].upper() in self.policies):
                self.policies[match["name"].upper()] = " ".join(match["kind"].upper().split()), match["body"].strip()
        elif match := BODY.match(text):
            kind, _ = self.policies[match["name"].upper()]
            self.policies[match["name"].upper()] = kind, match["body"].strip()
        elif match := TAG.match(text):
            known = self.tags.setdefault(match["name"].upper(), [])
            known += [value for value in re.findall(r"'([^']*)'", match["values"]) if value not in known]
        elif match := TAG_POLICY.match(text):
            named = {
                name.upper() for name in re.findall(rf"masking\s+policy\s+({NAME})", match["policies"], re.IGNORECASE)
            }
            attached = self.masks.setdefault(match["name"].upper(), set())
            self.masks[match["name"].upper()] = attached | named if match["verb"].lower() == "set" else attached - named

    def granted(self, match: re.Match) -> None:
        """A grant or its end; `all privileges` ends every one."""
        role, kind, name = (match["role"].upper(), match["kind"].upper(), (match["name"] or "").upper())
        held = self.future if match["future"] else self.grants
        for privilege in (one.strip() for one in match["privilege"].upper().split(",")):
            if match["verb"].lower() == "grant":
                held.add((role, privilege, kind, name))
            else:
                of_object = {grant for grant in held if grant[0] == role and grant[2:] == (kind, name)}
                held -= {grant for grant in of_object if privilege in (grant[1], "ALL PRIVILEGES")}

    def made_view(self, match: re.Match) -> None:
        """A view with what its statement attaches to it; without `copy grants` it begins with none."""
        name, head = match["name"].upper(), head_of(match["rest"])
        kept = {grant for grant in self.grants if grant[2:] == ("VIEW", name)}
        self.forget(name)
        if re.search(r"\bcopy\s+grants\b", head, re.IGNORECASE):
            self.grants |= kept
        self.tagged[name] = {
            found["column"].upper(): (found["tag"].upper(), found["value"]) for found in COLUMN_TAG.finditer(head)
        }
        if found := OF_ROWS.search(head):
            self.rows[name] = found["policy"].upper(), found["column"].upper()

    def forget(self, view: str) -> None:
        """A view is no more, nor what stood on it."""
        self.grants -= {grant for grant in self.grants if grant[2:] == ("VIEW", view)}
        self.tagged.pop(view, None)
        self.rows.pop(view, None)

    def answer(self, statement: str) -> str | None:
        """The query that answers a question on what is in force, for DuckDB; None for any other statement."""
        text = LAST_COMMENT.sub("", without_comments(statement).strip(" \n;"))
        if match := ASKS_OF_ROLE.match(text):
            held = self.future if match["future"] else self.grants
            role = match["role"].upper()
            kind_of, form = ("grant_on", "{1}.<{0}>") if match["future"] else ("granted_on", "{1}")
            return table_of(
                ("privilege", kind_of, "name", "grantee_name"),
                [(one[1], one[2], form.format(*one[2:]), role) for one in sorted(held) if one[0] == role],
            )
        if match := ASKS_OF_SCHEMA.match(text):
            held_on = sorted(grant for grant in self.grants if grant[2:] == ("SCHEMA", match["name"].upper()))
            return table_of(
                ("privilege", "granted_on", "name", "grantee_name"),
                [(privilege, kind, name, role) for role, privilege, kind, name in held_on],
            )
        if match := ASKS_OF_TAGS.match(text):
            tag = f"{match['schema']}.{match['like']}".upper()
            found = [(match["like"].upper(), str(self.tags[tag]).replace("'", '"'))] if tag in self.tags else []
            return table_of(("name", "allowed_values"), found)
        if match := ASKS_OF_POLICY.match(text):
            body = self.policies.get(match["name"].upper(), ("", None))[1]
            return table_of(("name", "body"), [] if body is None else [(match["name"].split(".")[-1].upper(), body)])
        return None

    def with_references(self, statement: str) -> str:
        """A query that asks the information schema what policies and tags stand on, with the answers in their place."""
        return REFERENCES.sub(lambda match: f"({self.references(match)})", statement)

    def references(self, match: re.Match) -> str:
        """What a policy stands on, or the tags of a view's columns, as a query."""
        name = match["name"].upper()
        if match["function"].lower() == "policy_references":
            found = [
                (*view.split(".")[1:], "VIEW", f'[ "{column}" ]')
                for view, (policy, column) in self.rows.items()
                if policy == name
            ]
            found += [(*tag.split(".")[1:], "TAG", None) for tag, masks in self.masks.items() if name in masks]
            names = ("ref_schema_name", "ref_entity_name", "ref_entity_domain", "ref_arg_column_names")
            return table_of(names, found)
        tagged = sorted(self.tagged.get(name, {}).items())
        return table_of(
            ("column_name", "tag_name", "tag_value"),
            [(column, tag.split(".")[-1], value) for column, (tag, value) in tagged],
        )


def head_of(rest: str) -> str:
    """What stands between a view's name and its query."""
    return re.split(r"\bas\s+(?=select|with|\()", rest, maxsplit=1, flags=re.IGNORECASE)[0]


def plain_view(statement: str) -> str:
    """A view's statement without the policies, tags and grants that DuckDB has no words for."""
    if not (match := VIEW.match(without_comments(statement))):
        return statement
    head = head_of(match["rest"])
    bare = COLUMN_TAG.sub(lambda found: found["column"], OF_ROWS.sub("", head))
    bare = re.sub(r"\bcopy\s+grants\b", "", bare, flags=re.IGNORECASE)
    return statement.replace(head, bare)


def table_of(names: Iterable[str], rows: Iterable[tuple]) -> str:
    """A query that gives some rows of text; null for None."""
    names = tuple(names)
    selects = [", ".join(f"{literal(value)} as {name}" for name, value in zip(names, row, strict=True)) for row in rows]
    empty = ", ".join(f"cast(null as varchar) as {name}" for name in names)
    return " union all ".join(f"select {select}" for select in selects) or f"select {empty} where 1 = 0"


def literal(value: str | None) -> str:
    """A text as SQL."""
    return "cast(null as varchar)" if value is None else "'" + value.replace("'", "''") + "'"
