"""The texts of a new raw table: contract, models and their YAML."""

from dataclasses import dataclass

from techco.contract.schema import EDITOR_LINE
from techco.privacy.personal_patterns import class_of_name
from techco.privacy.vault import key_column

MODELS_HEAD = """version: 2

anchors:
  - &version {name: _version, description: "Grows with each newer state of the key. The greatest counts."}
  - &load_id {name: _load_id, description: "Run that wrote the row."}

models:
"""


@dataclass(frozen=True)
class Sampled:
    """A column of the sample; `path` is where a JSON document holds it."""

    name: str
    data_type: str
    path: str

    @property
    def classification(self) -> str | None:
        """The class of personal data that the name suggests."""
        return class_of_name(self.name)


def staging_model(source: str, table: str, feed: str, key: list[str], columns: list[Sampled]) -> str:
    """The staging model: what is not personal, and pseudonymous keys of persons."""
    rows = "latest_rows" if feed == "cdc" else "current_rows"
    shown = {
        "ids": [c.name for c in columns if c.name in key or (c.name.endswith("_id") and not c.classification)],
        "timestamps": [c.name for c in columns if c.data_type in ("date", "timestamp")],
        "numerics": [c.name for c in columns if c.data_type.startswith(("bigint", "double", "decimal"))],
    }
    taken = {name for names in shown.values() for name in names}
    shown["attributes"] = [c.name for c in columns if c.name not in taken and not c.classification]
    shown["ids"] += [staged_key(c.name, feed) for c in columns if c.classification == "person_id"]
    seen: set[str] = set()
    groups = []
    for group in ("ids", "attributes", "numerics", "timestamps"):
        names = [name for name in shown[group] if name not in seen]
        seen.update(names)
        if names:
            groups.append(f"    ---------- {group}\n" + "".join(f"    {name},\n" for name in names))
    return (
        f"{configured(key, is_view=feed != 'cdc')}\nwith\n\n{table} as (\n\n"
        f"    {{{{ {rows}('{source}', '{table}') }}}}\n\n)\n\nselect\n"
        + "\n".join(groups)
        + f"\n    ---------- technical\n    _version,\n    _file,\n    _row,\n    _load_id\nfrom {table}\n"
    )


def staged_key(person_id: str, feed: str) -> str:
    """The key of a person: of change logs staging hashes the id, of other feeds base has."""
    key = f"{{{{ pseudonym('{person_id}') }}}}" if feed == "cdc" else key_column(person_id)
    return key if key == "customer_key" else f"{key} as customer_key"


def configured(key: list[str], is_view: bool = False) -> str:
    """The first line of a model with a key: an incremental one, or a view."""
    named = f"'{key[0]}'" if len(key) == 1 else key
    view = "materialized='view', " if is_view else ""
    return f"{{{{ config({view}unique_key={named}) }}}}\n"


def sources_head(source: str, feed: str, file_format: str) -> str:
    """The beginning of a new source's contract."""
    return f"""{EDITOR_LINE}
version: 2

sources:
  - name: {source}
    description: What {source} lands.
    schema: raw
    config:
      loaded_at_query: "{{{{ delivered_at(this) }}}}"
      freshness: {{warn_after: {{count: 36, period: hour}}, error_after: {{count: 72, period: hour}}}}
      meta: {{feed: {feed}, format: {file_format}, owner: {source}, cadence: {{every: 1 day}}}}
    tables:
"""


def declared_table(source: str, table: str, feed: str, file_format: str, key: list[str], columns: list[Sampled]) -> str:
    """The table in the contract."""
    lines = [
        f"      - name: {table}",
        f"        identifier: {source}__{table}",
        f"        description: One row per delivery of {table}; the latest delivery counts.",
        f"        config: {{meta: {{feed: {feed}, format: {file_format}, key: [{', '.join(key)}], "
        f"{retention(columns)}}}}}",
        "        columns:",
    ]
    for column in columns:
        meta = {"classification": column.classification} if column.classification else {}
        if column.name in key:
            meta["required"] = "true"
        if column.path != column.name:
            meta["path"] = column.path
        config = f"meta: {{{', '.join(f'{name}: {value}' for name, value in meta.items())}}}" if meta else ""
        tags = "tags: [pii], " if column.classification else ""
        data_type = f'"{column.data_type}"' if "(" in column.data_type else column.data_type
        lines.append(
            f"          - {{name: {column.name}, data_type: {data_type}, "
            + (f"config: {{{tags}{config}}}, " if meta else "")
            + f'description: "As {source} lands it."}}'
        )
    return "\n".join(lines) + "\n"


def retention(columns: list[Sampled]) -> str:
    """A first retention: short where something is personal, for its owner to correct."""
    if any(column.classification for column in columns):
        return 'retention: {period: 1 year, legal_basis: "to be named by the owner of the source"}'
    return "retention: {period: unlimited, legal_basis: no personal data}"


def documented_models(source: str, table: str, key: list[str], columns: list[Sampled]) -> str:
    """Base and staging model with the test of their integrity."""
    described = "".join(f'      - {{name: {name}, description: "Part of the key."}}\n' for name in key)
    if any(column.classification == "person_id" for column in columns):
        described += '      - {name: customer_key, description: "Pseudonymous key of the customer."}\n'
    return f"""  - name: base_{source}__{table}
    description: >-
      One row per landed row of {source}.{table}: typed after the contract, with its file, why it is not good, and the
      load that brought it. Restricted.
  - name: stg_{source}__{table}
    description: One row per {" and ".join(key)} of {source}.{table}, as last delivered.
    data_tests:
      - integrity:
          arguments: {{key: [{", ".join(key)}]}}
    columns:
{described}      - *version
      - *load_id
"""


def documented_quarantine(source: str) -> str:
    """The quarantine of a new source."""
    return f"""  - name: quarantine_{source}
    description: >-
      One row per landed row of {source} that could not be read, typed or keyed, with the reasons. Restricted.
    data_tests: *tests
    columns: *columns
"""


def documented_clear_values(source: str, table: str, key: list[str], columns: list[Sampled]) -> str:
    """The room for clear values with the test of its integrity."""
    names = [*key, *(c.name for c in columns if c.classification and c.name not in key)]
    described = "".join(f'      - {{name: {name}, description: "As {source} lands it."}}\n' for name in names)
    return f"""  - name: pii_{source}__{table}
    description: One row per key of {source}.{table}, as last delivered, in clear. Restricted.
    data_tests:
      - integrity:
          arguments: {{key: [{", ".join(key)}]}}
    columns:
{described}      - *version
      - *load_id
"""
