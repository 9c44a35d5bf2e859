"""How fakesnow is changed from outside: nothing of it is copied, each change names what it replaces."""

import functools
from collections.abc import Callable
from typing import Any


def around(owner: Any, name: str) -> Callable[[Callable], Callable]:
    """Decorate a function that takes the place of `owner.name`; its first argument is the original."""

    def decorate(replacement: Callable) -> Callable:
        original = getattr(owner, name)

        @functools.wraps(original)
        def call(*args: Any, **kwargs: Any) -> Any:
            return replacement(original, *args, **kwargs)

        setattr(owner, name, call)
        return call

    return decorate
