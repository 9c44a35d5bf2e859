"""dbt in processes of its own, forked from one that has imported dbt and what models need.

To import them takes as long as many a small build.
"""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext

IMPORTED = (
    *("dbt.cli.main", "dbt.adapters.duckdb", "dbt.parser.manifest"),
    *("pandas", "scipy.optimize", "scipy.stats", "sklearn.cluster", "sklearn.ensemble"),
)


def forks(*modules: str) -> ForkServerContext:
    """A context whose processes find dbt, what models need and these modules imported. A Python process has one."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*modules, *IMPORTED])
    return context


@contextmanager
def closing_the_warehouse() -> Iterator[None]:
    """A forked process ends without what dbt does when Python exits: close the warehouse, which empties its log."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    try:
        yield
    finally:
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
