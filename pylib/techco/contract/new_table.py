"""`python -m techco.contract.new_table`: the skeleton of one more raw table, from a sample of what its system lands.

Writes the contract, the base and staging model with their tests, the quarantine of a new source and, where something
looks personal, the room for its clear values. What a machine cannot know (what a column means, what is required) is
left to be said by people, in the files that this lists.
"""

import argparse
import re
import sys
from pathlib import Path

import duckdb

from techco.command import run
from techco.contract import skeleton
from techco.contract.raw_contract import NAME, Contract, ContractError, load_contract
from techco.contract.skeleton import Sampled

FORMATS = {".parquet": "parquet", ".jsonl": "jsonl", ".csv": "csv"}
RESERVED_WORDS = "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
CONTRACT_TYPES = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double",
    "FLOAT": "double",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
}


class NewTableError(Exception):
    """The skeleton cannot be written; the message says why and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Write the files and list them; exit code 2 where that cannot be done."""
    options = parse(arguments)
    try:
        for line in write(options):
            print(line)
    except (NewTableError, ContractError, duckdb.Error, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m techco.contract.new_table", description=__doc__.splitlines()[0])
    parser.add_argument("source", help="system that lands the table, as its folder is called")
    parser.add_argument("table", help="name of the table")
    parser.add_argument("--sample", type=Path, required=True, help="a file as it is landed: .parquet, .jsonl or .csv")
    parser.add_argument("--key", required=True, help="columns of the key, with commas between them")
    parser.add_argument("--feed", default="append", help="kind of feed, of vars: feeds (default: %(default)s)")
    parser.add_argument("--project", type=Path, default=Path(), help="folder of the dbt project (default: here)")
    return parser.parse_args(arguments)


def write(options: argparse.Namespace) -> list[str]:
    """Write the skeleton; returns what to do next."""
    contract, source, table = load_contract(options.project), options.source, options.table
    columns = sampled(options)
    refuse(options, contract, columns)
    key, file_format = options.key.split(","), FORMATS[options.sample.suffix]
    new_source = source not in contract.sources
    folder = Path("models/staging") / source
    classified = [column for column in columns if column.classification]
    texts = {
        folder / "base" / f"base_{source}__{table}.sql": f"{{{{ base_table('{source}', '{table}') }}}}\n",
        folder / f"stg_{source}__{table}.sql": skeleton.staging_model(source, table, options.feed, key, columns),
    }
    if new_source:
        texts[Path("models/quarantine") / f"quarantine_{source}.sql"] = f"{{{{ quarantine('{source}') }}}}\n"
    if any(column.classification != "person_id" for column in classified):
        clear = f"{{{{ clear_values('{source}', '{table}') }}}}\n"
        texts[Path("models/pii") / f"pii_{source}__{table}.sql"] = skeleton.configured(key) + clear
    sources = folder / f"_{source}__sources.yml"
    models = folder / f"_{source}__models.yml"
    appended = {
        sources: (skeleton.sources_head(source, options.feed, file_format) if new_source else "")
        + skeleton.declared_table(source, table, options.feed, file_format, key, columns),
        models: (skeleton.MODELS_HEAD if new_source else "") + skeleton.documented_models(source, table, key, columns),
    }
    if new_source:
        appended[Path("models/quarantine/_quarantine__models.yml")] = skeleton.documented_quarantine(source)
    if any(path.parent.name == "pii" for path in texts):
        appended[Path("models/pii/_pii__models.yml")] = skeleton.documented_clear_values(source, table, key, columns)
    for path, text in texts.items():
        put(options.project / path, text, "x")
    for path, text in appended.items():
        put(options.project / path, text, "a")
    changed = [register(options.project / "dbt_project.yml", source, table)]
    if any(column.classification == "person_id" for column in columns):
        changed.append(name_person(options.project / "models/pii/person_keys.sql", source, table))
    written = [str(path) for path in (*texts, *appended)] + [str(path.relative_to(options.project)) for path in changed]
    return [
        *(f"wrote {path}" for path in sorted(written)),
        f"Next: say in {sources} what each column means, which are required and which are personal; then",
        f"  dbt build -s base_{source}__{table}+",
    ]


def refuse(options: argparse.Namespace, contract: Contract, columns: list[Sampled]) -> None:
    """Raise NewTableError where the names cannot be used."""
    for name in (options.source, options.table):
        if not NAME.fullmatch(name) or name != name.lower() or "__" in name:
            raise NewTableError(f"{name!r} is no name for a source or table; use lower-case letters, digits and _.")
    if (options.source, options.table) in contract.tables:
        raise NewTableError(f"The contract has {options.source}.{options.table} already.")
    missing = set(options.key.split(",")) - {column.name for column in columns}
    if missing:
        known = ", ".join(column.name for column in columns)
        raise NewTableError(
            f"--key names {', '.join(sorted(missing))}, which {options.sample} does not have ({known})."
        )


def sampled(options: argparse.Namespace) -> list[Sampled]:
    """The columns of the sample with the contract's types; those of the feed are left out."""
    file_format = FORMATS.get(options.sample.suffix)
    if file_format is None or not options.sample.is_file():
        raise NewTableError(f"{options.sample} is no file that ends in {', '.join(FORMATS)}.")
    reader = {"parquet": "read_parquet", "jsonl": "read_ndjson_auto", "csv": "read_csv_auto"}[file_format]
    with duckdb.connect() as conn:
        rows = conn.execute(f"describe select * from {reader}(?)", [str(options.sample)]).fetchall()
        reserved = {word for (word,) in conn.execute(RESERVED_WORDS).fetchall()}
        found = [column for name, data_type, *_ in rows for column in unnested(name, name, data_type)]
    columns = [column for column in found if not column.name.startswith("_")]
    for column in columns:
        if not NAME.fullmatch(column.name):
            raise NewTableError(f"{options.sample}: {column.name!r} is no plain name; rename it, or land it under one.")
        if column.name in reserved:
            raise NewTableError(f"{options.sample}: {column.name!r} is a word of SQL; land it under another name.")
    return columns


def unnested(name: str, path: str, data_type: str) -> list[Sampled]:
    """One column, or those of a JSON object."""
    if data_type.startswith("STRUCT(") and data_type.endswith(")"):
        fields = duckdb.sqltype(data_type).children
        return [part for field, kind in fields for part in unnested(f"{name}_{field}", f"{path}.{field}", str(kind))]
    return [Sampled(name.lower(), contract_type(data_type), path)]


def contract_type(data_type: str) -> str:
    """The contract's type for one of DuckDB's; text for what it has no word for, arrays included."""
    if data_type.startswith("DECIMAL") and "[" not in data_type:
        return data_type.lower()
    if re.fullmatch(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?", data_type):
        return "bigint"
    return CONTRACT_TYPES.get(data_type, "varchar")


def put(path: Path, text: str, mode: str) -> None:
    """Write a new file (`x`) or add to one that may be there (`a`)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, mode, encoding="utf-8") as file:
        file.write(text)


def register(path: Path, source: str, table: str) -> Path:
    """Name the table in vars: raw_tables."""
    text = path.read_text(encoding="utf-8")
    known = re.search(rf"(?m)^    {source}: \[(.*)\]$", text)
    if known:
        text = f"{text[: known.end(1)]}, {table}{text[known.end(1) :]}"
    else:
        text = text.replace("  raw_tables:\n", f"  raw_tables:\n    {source}: [{table}]\n")
    path.write_text(text, encoding="utf-8")
    return path


def name_person(path: Path, source: str, table: str) -> Path:
    """Name the table's customer_id among those that persons are known by."""
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("        ])\n", f"            '{source}.{table}.customer_id',\n        ])\n", 1), encoding="utf-8"
    )
    return path


if __name__ == "__main__":
    run(main, "Some files may be written: see `git status`, take them back, and run it again.")
