"""The comment on a pull request, in Markdown."""

from tools.review.differences import Difference
from tools.review.reach import Reach

# By which the comment of an earlier push is found.
MARK = "<!-- what this change reaches -->"
NAMED = 40


def comment(found: Reach, different: list[Difference], zone: str) -> str:
    """What is changed, what it reaches, and how numbers differ."""
    lines = [MARK, "## What this change reaches", ""]
    if not found.changed and not found.removed:
        return "\n".join([*lines, "No model, seed, snapshot or source is changed.", ""])
    for title, names in (
        ("Changed", found.changed),
        ("Removed", found.removed),
        ("Models behind it", found.models),
        ("Marts among them", found.marts),
        ("Metrics", found.metrics),
        ("Dashboards and other exposures", found.exposures),
    ):
        lines.append(f"- **{title}** ({len(names)}): {listed(names)}")
    lines += ["", "### Columns of marts", ""]
    lines += [f"- {column}" for column in found.columns] or ["None is new, gone or of another type."]
    lines += ["", f"### Numbers of marts on {zone}", ""]
    if not different:
        return "\n".join([*lines, "All rows of all marts that it reaches are as before.", ""])
    lines += [
        "| mart | rows before | rows after | added | removed | changed | in columns |",
        "|---|--:|--:|--:|--:|--:|---|",
    ]
    for one in different:
        numbers = [one.rows_before, one.rows_after, one.added, one.removed, one.changed]
        shown = " | ".join("no table" if number is None else f"{number:,}" for number in numbers)
        lines.append(f"| `{one.mart}` | {shown} | {listed(list(one.columns)) if one.columns else ''} |")
    return "\n".join([*lines, ""])


def listed(names: list[str]) -> str:
    """The first of them as code, and how many more there are."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(f"`{name}`" for name in names[:NAMED]) + more or "none"
