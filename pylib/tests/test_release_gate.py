"""What a release needs, on small projects whose runs are written by hand."""

from techco.serving.release_gate import Node, problems, what_to_do

# orders -> fact -> shown (a view) -> kpi; `rates` is read by fact, too. Every model has a test of its own.
READS = {"orders": (), "rates": (), "fact": ("orders", "rates"), "shown": ("fact",), "kpi": ("shown",), "aside": ()}
KINDS = {"orders": "incremental", "rates": "seed", "shown": "view", "aside": "snapshot"}
PUBLISHED = ["core.fact", "kpi.kpi"]


def project(runs: dict[str, int | tuple[int, str]], as_of: dict[str, str] | None = None) -> dict[str, Node]:
    """Nodes of which `runs` says the run and how it ended; all others passed in run 1, and `never` is 0."""
    nodes = {}
    tests = {f"test_{name}": (name,) for name in READS}
    for name, reads in (READS | tests).items():
        kind = "test" if name in tests else KINDS.get(name, "table")
        told = runs.get(name, 1)
        number, status = told if isinstance(told, tuple) else (told, "pass" if kind == "test" else "success")
        schema = "kpi" if name == "kpi" else "core"
        day = (as_of or {}).get(name, "")
        nodes[name] = Node(name, kind, f"{schema}.{name}", reads, number or None, status if number else None, day)
    return nodes


def messages(nodes: dict[str, Node], tested: bool = True) -> list[str]:
    return [problem.message for problem in problems(nodes, PUBLISHED, tested)]


def advice(nodes: dict[str, Node]) -> str:
    return what_to_do(nodes, problems(nodes, PUBLISHED)).splitlines()[-1]


def test_one_run_of_everything_is_released():
    assert messages(project({})) == []


def test_tests_that_warn_have_passed():
    assert messages(project({"test_kpi": (1, "warn")})) == []


def test_a_small_run_opens_nothing_after_a_failed_one():
    # Run 2 failed in a test of the fact, so that what is behind it was skipped; run 3 built something else well.
    failed = {
        **dict.fromkeys(("orders", "rates", "test_orders", "test_rates", "fact"), 2),
        "test_fact": (2, "fail"),
        **dict.fromkeys(("shown", "kpi", "test_shown", "test_kpi"), (2, "skipped")),
    }
    nodes = project({**failed, "aside": 3, "test_aside": 3})
    assert messages(nodes) == [
        "test_fact failed",
        *(f"{name} was skipped, as something before it failed" for name in ("shown", "kpi", "test_shown", "test_kpi")),
    ]
    assert "--select fact+`" in advice(nodes)


def test_a_killed_run_is_not_released():
    nodes = project({"orders": 2, "fact": (2, "started"), "kpi": (2, "started")})
    assert messages(nodes)[:2] == ["fact was not finished", "kpi was not finished"]


def test_what_was_built_alone_needs_its_test():
    nodes = project({"kpi": 2})
    assert messages(nodes) == ["test_kpi has not run since kpi was built"]
    assert "--select test_kpi`" in advice(nodes)
    assert messages(project({"kpi": 2, "test_kpi": 3})) == []


def test_what_is_older_than_its_input_is_built_again():
    nodes = project({"orders": 2, "test_orders": 2})
    assert messages(nodes) == ["fact is older than orders, which it reads"]
    assert "--select orders+`" in advice(nodes)


def test_a_view_shows_what_it_reads():
    # The fact was built later than the view over it, which is none the older, but what was made of the view is.
    nodes = project({"fact": 2, "test_fact": 2})
    assert messages(nodes) == [
        "kpi is older than shown, which it reads",
        "test_shown has not run since shown was built",
    ]
    assert messages(project({"fact": 2, "test_fact": 2, "test_shown": 3, "kpi": 3, "test_kpi": 3})) == []


def test_a_snapshot_is_true_after_what_it_reads_was_built_again():
    """And what is made of it waits for it, as for any other."""
    nodes = project({"kpi": 3, "test_kpi": 3})
    nodes["history"] = Node("history", "snapshot", "snapshots.history", ("kpi",), 2, "success", "")
    nodes["moves"] = Node("moves", "table", "kpi.moves", ("history",), 2, "success", "")
    published = [*PUBLISHED, "kpi.moves"]
    assert problems(nodes, published) == []
    nodes["moves"] = Node("moves", "table", "kpi.moves", ("history",), 1, "success", "")
    assert [problem.message for problem in problems(nodes, published)] == [
        "moves is older than history, which it reads"
    ]


def test_what_has_never_run_is_not_released():
    assert messages(project({"kpi": 0, "test_kpi": 0})) == ["kpi has never been built", "test_kpi has never run"]


def test_what_no_release_shows_only_must_not_have_failed():
    assert messages(project({"aside": 2})) == []
    assert messages(project({"aside": 0, "test_aside": 0})) == []
    assert messages(project({"test_aside": (2, "fail")})) == ["test_aside failed"]


def test_an_erasure_waits_for_no_test_but_for_none_that_failed():
    built = dict.fromkeys(("orders", "fact", "shown", "kpi"), 2)
    assert messages(project(built), tested=False) == []
    assert messages(project({**built, "test_orders": (1, "fail")}), tested=False) == ["test_orders failed"]
    assert messages(project({"orders": 2}), tested=False) == ["fact is older than orders, which it reads"]


def test_tables_of_different_days_are_not_released_together():
    runs = {"kpi": 2, "test_kpi": 2}
    (told,) = messages(project(runs, as_of={"kpi": "2025-09-05"}))
    assert told == "tables were built as of different days: fact as of the newest day and kpi as of 2025-09-05"
    both = dict.fromkeys(("fact", "kpi"), "2025-09-05")
    assert messages(project({}, as_of=both)) == []


def test_what_was_built_empty_is_not_released():
    assert messages(project({"kpi": (1, "empty")})) == ["kpi was built with --empty"]


def test_many_problems_are_counted():
    nodes = project(dict.fromkeys([*READS, *(f"test_{name}" for name in READS)], (2, "error")))
    lines = what_to_do(nodes, problems(nodes, PUBLISHED)).splitlines()
    assert len(lines) == 10 and lines[8] == "  and 4 more"
