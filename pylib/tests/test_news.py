"""Which nodes a build runs again: on a graph of two raw tables that is small enough to say it by heart."""

import hashlib
from dataclasses import replace

import pytest
from techco.operations.news import (
    CHANGED,
    CONTROL,
    LANDED,
    NEVER,
    PARENT,
    RIGHTS,
    Node,
    Run,
    State,
    find_news,
    read_files,
)

SHARED = "project"


def node(name: str, *reads: str, kind: str = "table", macros: tuple[str, ...] = ()) -> Node:
    return Node(name, kind, f"code of {name}", reads, frozenset(macros))


# orders → stg_orders → sales → two tests; texts → stg_texts → reviews. `freshness` asks what has landed.
NODES = {
    "base_shop__orders": node("base_shop__orders", kind="incremental", macros=("macro.techco.ledger",)),
    "stg_orders": node("stg_orders", "base_shop__orders", kind="incremental", macros=("macro.techco.ledger",)),
    "sales": node("sales", "stg_orders", "rates"),
    "test_sales": node("test_sales", "sales", kind="test"),
    "base_web__texts": node("base_web__texts", kind="incremental"),
    "stg_texts": node("stg_texts", "base_web__texts", kind="incremental"),
    "reviews": node("reviews", "stg_texts", kind="view"),
    "rates": node("rates", kind="seed"),
    "freshness": node("freshness", macros=("macro.techco.as_of", "macro.techco.ledger")),
}


def run(name: str, number: int = 5, status: str = "success") -> Run:
    written = f"{SHARED}{{}}{NODES[name].checksum}"
    return Run(number, status, hashlib.md5(written.encode()).hexdigest())


STATE = State(
    runs={name: run(name) for name in NODES},
    loaded=frozenset(),
    landing_zone_id="zone",
    rewritten=frozenset(),
)


def news(state: State = STATE, landed: tuple = (), nodes: dict | None = None, shared: str = SHARED) -> dict[str, str]:
    return find_news(nodes or NODES, state, shared, landed)


def with_run(name: str, found: Run | None) -> State:
    return replace(STATE, runs={key: value for key, value in {**STATE.runs, name: found}.items() if value})


def test_nothing_is_run_where_nothing_has_changed():
    assert news() == {}


def test_what_a_landed_file_reaches_is_run_and_what_asks_what_has_landed():
    assert news(landed=(("shop", "orders"),)) == {
        "base_shop__orders": LANDED,
        "stg_orders": PARENT,
        "sales": PARENT,
        "test_sales": PARENT,
        "freshness": CONTROL,
    }


def test_rows_that_an_operation_rewrote_are_news_of_their_table():
    found = news(replace(STATE, rewritten=frozenset({("web", "texts")})))
    assert found == {"base_web__texts": LANDED, "stg_texts": PARENT, "reviews": PARENT, "freshness": CONTROL}


def test_rights_of_persons_may_reach_everything():
    found = news(replace(STATE, runs={name: replace(run(name), before_rights=True) for name in NODES}))
    assert found == dict.fromkeys(NODES, RIGHTS)


def test_changed_code_is_run_with_what_reads_it():
    changed = {**NODES, "sales": replace(NODES["sales"], checksum="other code")}
    assert news(nodes=changed) == {"sales": CHANGED, "test_sales": PARENT}
    changed = {**NODES, "rates": replace(NODES["rates"], checksum="other rates")}
    assert news(nodes=changed) == {"rates": CHANGED, "sales": PARENT, "test_sales": PARENT}


def test_a_changed_macro_or_setting_may_reach_everything():
    assert news(shared="another project") == dict.fromkeys(NODES, CHANGED)


@pytest.mark.parametrize("ended", [None, "error", "fail", "skipped", "started", "runtime error", "empty"])
def test_what_did_not_end_well_is_run_again_with_what_reads_it(ended):
    found = news(with_run("stg_orders", run("stg_orders", status=ended) if ended else None))
    assert found == {"stg_orders": NEVER, "sales": PARENT, "test_sales": PARENT}


@pytest.mark.parametrize("ended", ["success", "pass", "warn", "no-op"])
def test_what_ended_well_is_left(ended):
    assert news(with_run("test_sales", run("test_sales", status=ended))) == {}


def test_what_was_built_alone_is_news_for_what_reads_it():
    assert news(with_run("stg_orders", run("stg_orders", number=6))) == {"sales": PARENT, "test_sales": PARENT}


def test_a_run_with_other_vars_is_no_run_of_this_project():
    other = replace(run("sales"), fingerprint=hashlib.md5(b'project{"as_of": "2025-01-01"}code of sales').hexdigest())
    assert news(with_run("sales", other)) == {"sales": CHANGED, "test_sales": PARENT}


def test_the_order_of_nodes_does_not_matter():
    turned = dict(reversed(NODES.items()))
    assert news(nodes=turned, landed=(("shop", "orders"),)) == news(landed=(("shop", "orders"),))


def test_a_models_own_file_is_no_file_of_the_whole_project(tmp_path):
    files = {"dbt_project.yml": "name: x", "models/a.sql": "select 1", "models/a.yml": "a", "macros/m.sql": "m"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    before = read_files(tmp_path)
    assert read_files(tmp_path) == before
    (tmp_path / "models/a.sql").write_text("select 2")
    of_model = read_files(tmp_path)
    assert of_model.shared == before.shared and of_model.whole != before.whole
    for name in ("models/a.yml", "macros/m.sql", "dbt_project.yml"):
        (tmp_path / name).write_text("other")
        assert read_files(tmp_path).shared not in (before.shared, of_model.shared)
        of_model = read_files(tmp_path)
