"""`make slides`: docs/slides.md as slides, in HTML and PDF, drawn from the project's own manifest and evidence.

No figure is written by hand: what was measured is looked up in docs/evidence/, what there is in dbt's manifest, and
roles, classes and laws in dbt_project.yml.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError

from techco.command import run
from techco.contract.raw_contract import ContractError, read_yaml
from techco.documents.browser import Browser, BrowserError
from techco.documents.catalog import LAYERS, SENSITIVITY
from techco.documents.questions import QuestionError, read_questions

SOURCE = Path("docs") / "slides.md"
EVIDENCE = Path("docs") / "evidence"
OUT = Path("slides")
STYLE = Path(__file__).with_name("templates") / "slides.css"
WIDTH, HEIGHT = 1280, 720
# What stands in a slide besides text: HTML that a function has made, on one line.
MADE = re.compile(r"^<(svg|table|div)\b.*$")
# What a feed is, for people.
FEEDS = {
    "cdc": "change logs",
    "append": "files and API pages that add rows",
    "upsert": "rows written again",
    "document": "documents",
}
COLOURS = {"restricted": "#b3261e", "pseudonymous": "#c77700", "open": "#2e7d32"}


class SlidesError(Exception):
    """The slides cannot be made; the message says why, and what to do."""


class Facts:
    """What slides look up; `cited` holds the files of evidence that the slide at hand has used."""

    def __init__(self, root: Path, manifest: dict[str, Any]):
        """`root`: the project's folder."""
        self.root, self.manifest = root, manifest
        self.registry = read_yaml(root / "dbt_project.yml")["vars"]["privacy"]
        self.cited: list[str] = []

    def evidence(self, file: str, place: str, form: str = "{}") -> str:
        """A measured figure: `place` leads to it, as results.0.seconds does; the form `length` counts a list."""
        path = self.root / EVIDENCE / f"{file}.json"
        try:
            found: Any = json.loads(path.read_text(encoding="utf-8"))
            for step in place.split("."):
                found = found[int(step)] if isinstance(found, list) else found[step]
        except (OSError, KeyError, IndexError, ValueError) as error:
            raise SlidesError(f"{SOURCE}: {EVIDENCE / path.name} has no {place} ({error!r}).") from error
        if path.name not in self.cited:
            self.cited.append(path.name)
        return str(len(found)) if form == "length" else form.format(found)

    def rounds(self, file: str, proof: str) -> str:
        """How many rounds of a proof passed, of how many."""
        return " of ".join(self.evidence(file, f"summary.{proof}.{key}") for key in ("passed", "rounds"))

    def count(self, kind: str) -> int:
        """How many nodes of a kind the project has; of metrics those that somebody answers for."""
        if kind == "metric":
            return sum(bool(metric["config"].get("group")) for metric in self.manifest["metrics"].values())
        if kind == "unit_test":
            return len(self.manifest["unit_tests"])
        nodes = {**self.manifest["sources"], **self.manifest["nodes"]}
        return sum(node["resource_type"] == kind for node in nodes.values())

    def figures(self, shown: Sequence[tuple[Any, str]]) -> str:
        """Large figures side by side."""
        parts = (f"<div><b>{escape(str(value))}</b><span>{escape(words)}</span></div>" for value, words in shown)
        return f'<div class="figures">{"".join(parts)}</div>'

    def audiences(self) -> str:
        """The audiences of docs/questions.md, what each looks after, and its first question."""
        rows = [
            [audience.name, audience.purpose.split(", for ")[0], audience.questions[0].title]
            for audience in read_questions(self.root)
        ]
        return table(["who", "looks after", "asks, to begin with"], rows)

    def feeds(self) -> str:
        """The sources by kind of feed, with formats."""
        boxes = []
        for feed, words in FEEDS.items():
            sources: dict[str, set[str]] = {}
            for one in self.manifest["sources"].values():
                meta = one["config"]["meta"]
                if meta["feed"] == feed:
                    sources.setdefault(one["source_name"], set()).add(meta["format"])
            lines = [f"{name} ({', '.join(sorted(formats))})" for name, formats in sorted(sources.items())]
            boxes.append((words, lines))
        return feed_diagram(boxes)

    def layers(self) -> str:
        """The layers in the order of the data, with how many tables each has."""
        shown = []
        for name, pattern in LAYERS.items():
            nodes = self.manifest["sources"] if name == "landed" else self.manifest["nodes"]
            found = [
                node
                for node in nodes.values()
                if node["resource_type"] in ("model", "source") and self.layer(node) == name and pattern
            ]
            if found:
                colour = (found[0].get("docs") or {}).get("node_color")
                shown.append(
                    (name, len(found), "restricted" if name == "landed" else SENSITIVITY.get(colour or "", "open"))
                )
        return layer_diagram(shown)

    def layer(self, node: dict[str, Any]) -> str:
        """The layer that a node is of."""
        path = "" if node["resource_type"] == "source" else node["original_file_path"]
        return next(name for name, pattern in LAYERS.items() if re.search(pattern, path))

    def way(self, names: Sequence[str]) -> str:
        """A path through the manifest, each step with its grain; raises SlidesError where one reads not the other."""
        nodes = {**self.manifest["sources"], **self.manifest["nodes"]}
        for before, after in pairwise(names):
            if after not in nodes or before not in nodes[after]["depends_on"]["nodes"]:
                raise SlidesError(f"{SOURCE}: {after} does not read {before}: draw another way.")
        steps = []
        for name in names:
            node = nodes[name]
            grain = re.split(r"[.:,;(]\s?", node["description"])[0]
            steps.append((self.layer(node), node["name"], grain))
        return way_diagram(steps)

    def classes(self) -> str:
        """What each role is shown of each class."""
        roles = self.registry["roles"]
        people = {"all": "all persons", "consented": "who consents", "of_country": "one country"}
        head = ["class", *roles]
        whose = ["<i>whose rows</i>", *(f"<i>{people[role['persons']]}</i>" for role in roles.values())]
        rows = [
            [
                name.replace("_", " "),
                *(f'<span class="{forms[role]}">{forms[role].replace("_", " ")}</span>' for role in roles),
            ]
            for name, forms in self.registry["classes"].items()
        ]
        return table(head, [whose, *rows], kind="grid")

    def regimes(self) -> str:
        """The laws, whose persons are under each, and how long a request may take."""
        rows = [
            [
                name,
                ", ".join(law["countries"]),
                " ".join(f"{n} {unit}{'s' if n > 1 else ''}" for unit, n in law["due"].items()),
            ]
            for name, law in self.registry["regimes"].items()
        ]
        return table(["law", "residents of", "a request is due in"], rows)


def table(head: Iterable[str], rows: Iterable[Iterable[str]], kind: str = "") -> str:
    """A table, on one line."""
    cells = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table class="{kind}"><tr>{cells}</tr>{body}</table>'


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    """A line of text in a drawing."""
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def box(x: float, y: float, width: float, height: float, kind: str = "box") -> str:
    """A box in a drawing."""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" class="{kind}"/>'


def arrow(x: float, y: float, length: float) -> str:
    """An arrow to the right."""
    end = x + length
    return (
        f'<path d="M{x:g} {y:g}H{end - 6:g}" class="arrow"/>'
        f'<path d="M{end - 7:g} {y - 5:g}L{end:g} {y:g}L{end - 7:g} {y + 5:g}z" class="head"/>'
    )


def drawing(height: float, parts: Iterable[str]) -> str:
    """A drawing as wide as a slide's text, on one line."""
    return f'<svg viewBox="0 0 1152 {height:g}" width="1152" height="{height:g}">{"".join(parts)}</svg>'


def feed_diagram(boxes: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Kinds of feed at the left, the landing zone and its contract in the middle, the warehouse at the right."""
    parts, y = [], 0.0
    for words, lines in boxes:
        columns = 3
        rows = -(-len(lines) // columns)
        height = 40 + 22 * rows
        parts += [box(0, y, 640, height), text(16, y + 25, words, "strong")]
        parts += [
            text(16 + 208 * (place % columns), y + 49 + 22 * (place // columns), line)
            for place, line in enumerate(lines)
        ]
        parts.append(arrow(648, y + height / 2, 46))
        y += height + 12
    middle = y / 2 - 6
    parts += [
        box(702, 0, 200, y - 12, "filled"),
        text(802, middle - 20, "landing zone", "strong", "middle"),
        text(802, middle + 4, "one folder a day,", "", "middle"),
        text(802, middle + 26, "files never change", "", "middle"),
        arrow(910, middle, 46),
        box(964, middle - 60, 188, 120, "accent"),
        text(1058, middle - 22, "contract", "white strong", "middle"),
        text(1058, middle + 4, "checked before", "white", "middle"),
        text(1058, middle + 26, "the first row", "white", "middle"),
    ]
    return drawing(y - 10, parts)


def layer_diagram(layers: Sequence[tuple[str, int, str]]) -> str:
    """The layers from left to right; what stands beside the way, below it."""
    beside = {"pii": "base", "quarantine": "base"}
    way = [layer for layer in layers if layer[0] not in beside]
    gap = 26
    width = (1152 - gap * (len(way) - 1)) / len(way)
    parts, place_of = [], {}
    for place, (name, count, sensitivity) in enumerate(way):
        x = place * (width + gap)
        place_of[name] = x
        parts += layer_box(x, 40, width, name, count, sensitivity)
        if place:
            parts.append(arrow(x - gap + 3, 85, gap - 6))
    below = [layer for layer in layers if layer[0] in beside]
    for place, (name, count, sensitivity) in enumerate(below):
        x = place_of[beside[name]] + place * (width + gap)
        parts += layer_box(x, 190, width, name, count, sensitivity)
        parts.append(f'<path d="M{place_of[beside[name]] + width / 2:g} 130V160H{x + width / 2:g}V184" class="arrow"/>')
    legend = 1152 - 380
    for place, (words, sensitivity) in enumerate(
        (
            ("clear values, restricted", "restricted"),
            ("pseudonyms, builds only", "pseudonymous"),
            ("what people see", "open"),
        )
    ):
        y = 205 + 26 * place
        parts += [
            f'<rect x="{legend}" y="{y - 12}" width="14" height="14" fill="{COLOURS[sensitivity]}"/>',
            text(legend + 26, y, words),
        ]
    return drawing(290, parts)


def layer_box(x: float, y: float, width: float, name: str, count: int, sensitivity: str) -> list[str]:
    """A layer, with how many tables it has."""
    return [
        box(x, y, width, 90),
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="6" fill="{COLOURS[sensitivity]}"/>',
        text(x + width / 2, y + 42, name, "strong small", "middle"),
        text(x + width / 2, y + 70, str(count), "", "middle"),
    ]


def way_diagram(steps: Sequence[tuple[str, str, str]]) -> str:
    """A path from top to bottom: layer, table and grain."""
    parts = []
    for place, (layer, name, grain) in enumerate(steps):
        y = 56 * place
        parts += [
            text(0, y + 26, layer, "quiet"),
            box(150, y, 330, 40, "accent" if place in (0, len(steps) - 1) else "box"),
            text(315, y + 26, name, "strong" + (" white" if place in (0, len(steps) - 1) else ""), "middle"),
            text(510, y + 26, grain),
        ]
        if place:
            parts += [
                f'<path d="M315 {y - 16}V{y - 6}" class="arrow"/>',
                f'<path d="M310 {y - 7}L315 {y}L320 {y - 7}z" class="head"/>',
            ]
    return drawing(56 * len(steps) - 14, parts)


def inline(words: str) -> str:
    """Bold and code in a line."""
    shown = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(words, quote=False))
    return re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", shown)


def body(lines: Sequence[str]) -> str:
    """A slide's text as HTML: paragraphs, lists, tables, columns, a statement, and what was drawn."""
    found: list[str] = []
    in_columns = False
    for block in re.split(r"\n\s*\n|\n(?=:::|\+\+\+)|(?<=:::)\n|(?<=\+\+\+)\n", "\n".join(lines).strip()):
        rows = block.strip().splitlines()
        if not rows:
            continue
        if rows == [":::"]:
            found.append("</div></div>" if in_columns else '<div class="columns"><div>')
            in_columns = not in_columns
        elif rows == ["+++"]:
            found.append("</div><div>")
        elif MADE.match(rows[0]):
            found += rows
        elif rows[0].startswith("> "):
            found.append(f'<p class="statement">{inline(" ".join(row.removeprefix("> ") for row in rows))}</p>')
        elif rows[0].startswith("- "):
            items = re.split(r"\n(?=- )", "\n".join(rows))
            found.append("<ul>" + "".join(f"<li>{inline(' '.join(item[2:].split()))}</li>" for item in items) + "</ul>")
        elif rows[0].startswith("|"):
            cells = [
                [inline(cell.strip()) for cell in row.strip("| ").split("|")]
                for row in rows
                if not set(row) <= set("|- ")
            ]
            found.append(table(cells[0], cells[1:]))
        else:
            found.append(f"<p>{inline(' '.join(rows))}</p>")
    return "\n".join(found)


def slides(root: Path, manifest: dict[str, Any]) -> str:
    """All slides as one page; raises SlidesError."""
    source = (root / SOURCE).read_text(encoding="utf-8")
    facts = Facts(root, manifest)
    environment = Environment(undefined=StrictUndefined, autoescape=False)
    names = ("evidence", "rounds", "count", "figures", "audiences", "feeds", "layers", "way", "classes", "regimes")
    environment.globals.update({name: getattr(facts, name) for name in names})
    parts = re.split(r"^# ", source, flags=re.MULTILINE)[1:]
    pages = []
    for number, part in enumerate(parts, start=1):
        facts.cited = []
        try:
            title, *lines = environment.from_string(part).render().splitlines()
        except (TemplateError, QuestionError) as error:
            raise SlidesError(f"{SOURCE}, slide {number}: {error}") from error
        cited = f"measured: {', '.join(facts.cited)}" if facts.cited else ""
        kind = "first" if number == 1 else ""
        pages.append(
            f'<section class="{kind}"><h1>{inline(title)}</h1><div class="body">{body(lines)}</div>'
            f"<footer><span>TechCo Analytics</span><span>{cited}</span><span>{number} / {len(parts)}</span></footer>"
            "</section>"
        )
    head = '<meta charset="utf-8"><title>TechCo Analytics</title><link rel="icon" href="data:,">'
    style = f"<style>{STYLE.read_text(encoding='utf-8')}</style>"
    lines = [f'<!doctype html>\n<html lang="en"><head>{head}{style}</head><body>', *pages, "</body></html>\n"]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Write the slides as HTML and, where there is a browser, as PDF."""
    parser = argparse.ArgumentParser(prog="python -m techco.documents.slides", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT, help="the folder of the slides (default: slides)")
    out = parser.parse_args(arguments).out
    manifest = Path(os.environ.get("DBT_TARGET_PATH", "target")) / "manifest.json"
    try:
        if not manifest.exists():
            raise SlidesError(f"There is no {manifest}, which the diagrams are drawn from: run `dbt parse` first.")
        page = slides(Path(), json.loads(manifest.read_text(encoding="utf-8")))
        out.mkdir(parents=True, exist_ok=True)
        html = out / "index.html"
        html.write_text(page, encoding="utf-8")
        print(f"open {html}")
        with Browser(WIDTH, HEIGHT) as browser:
            browser.open(html.resolve().as_uri())
            browser.pdf(out / "slides.pdf")
        print(f"open {out / 'slides.pdf'}")
    except (SlidesError, ContractError, BrowserError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    run(main, "The slides may be those before them; run it again.")
