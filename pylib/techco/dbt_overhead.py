"""Spare dbt work that shows nowhere, in the process that it runs in.

dbt formats each of its events, tens for every node, for the console and once more for its log, and Python's logging
then drops most of the lines. And Python's collector of garbage walks again and again through all that dbt has parsed.
Together that is an eighth of a build of little data.
"""

import gc
from functools import partial
from typing import Any

from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager_client import get_event_manager
from dbt_common.events.logger import PRINT_EVENT_NAMES

LEVELS = list(EventLevel)
# How many more objects there are to be before the collector looks at the youngest; Python's own number is 700.
NEW_OBJECTS = 50_000


def spare_work() -> None:
    """Format only what is shown; collect garbage when there is much of it."""
    for logger in get_event_manager().loggers:
        logger.filter = partial(is_shown, logger.filter, LEVELS.index(logger.level))
    gc.set_threshold(NEW_OBJECTS)


def is_shown(filter_of_dbt: Any, least: int, message: Any) -> bool:
    """Whether a log shows an event, of which dbt asks its own filter alone."""
    # What is printed is shown at any level.
    reaches = message.info.name in PRINT_EVENT_NAMES or LEVELS.index(EventLevel(message.info.level)) >= least
    return reaches and filter_of_dbt(message)
