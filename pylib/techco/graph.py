"""Walks through what reads what: `edges` maps each name to the names that it reads or calls; others are left out."""

from collections.abc import Iterable, Iterator, Mapping


def reachable(names: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    """These names, and whatever is behind them."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in edges and name not in found:
            found.add(name)
            waiting.extend(edges[name])
    return found


def in_order(edges: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """All names, each after all that it reads."""
    placed: set[str] = set()

    def place(name: str) -> Iterator[str]:
        if name in edges and name not in placed:
            placed.add(name)
            for read in edges[name]:
                yield from place(read)
            yield name

    for name in edges:
        yield from place(name)
