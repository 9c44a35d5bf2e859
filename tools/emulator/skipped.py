"""Statements that mean nothing to an engine without roles, warehouses and policies: they succeed and do nothing.

Each is written to the log of statements, so that tests can assert what was issued, and in which order.
"""

import re

# What a role may do, what runs a query, what hides a value: DuckDB has none of these.
OBJECTS = (
    r"role|database\s+role|warehouse|user|resource\s+monitor|network\s+policy|(storage\s+|notification\s+)?integration|"
    r"task|stream|alert|pipe|share|(masking|row\s+access|projection|aggregation)\s+policy|tag"
)
PATTERNS = [
    r"(grant|revoke)\b",
    rf"(create|alter|drop)\s+(or\s+replace\s+)?(secure\s+)?({OBJECTS})\b",
    r"alter\s+(table|view|schema|database|stage)\s+(if\s+exists\s+)?\S+\s+(modify|alter)\s+(column\s+)?\S+\s+(set|unset)\s+(masking|tag|projection)\b",
    r"alter\s+(table|view|schema|database|stage)\s+(if\s+exists\s+)?\S+\s+(set|unset)\s+(tag|masking|aggregation)\b",
    r"alter\s+(table|view)\s+(if\s+exists\s+)?\S+\s+(add|drop)\s+(all\s+)?row\s+access\s+polic",
    r"alter\s+table\s+(if\s+exists\s+)?\S+\s+(cluster\s+by|drop\s+clustering\s+key|suspend\s+recluster|resume\s+recluster)\b",
    r"alter\s+(session|warehouse|dynamic\s+table)\b",
    r"use\s+(role|warehouse|secondary\s+roles)\b",
    r"drop\s+(procedure|function|file\s+format|stage)\b",
    r"select\s+system\$(cancel_all_queries|abort_session|pipe_status)\b",
]
SKIPPED = re.compile("|".join(rf"\s*(?:{pattern})" for pattern in PATTERNS), re.IGNORECASE)


def is_skipped(statement: str) -> bool:
    """Whether the emulator lets a statement succeed without doing anything."""
    return SKIPPED.match(without_comments(statement)) is not None


def without_comments(statement: str) -> str:
    """A statement without the comments before its first word."""
    return re.sub(r"\A(\s*(--[^\n]*\n|/\*.*?\*/))*\s*", "", statement, flags=re.DOTALL)
