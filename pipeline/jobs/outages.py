"""A database that is away or full for a while: waited out, since what was bought waits too."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

LOG = logging.getLogger(__name__)
OUTAGE_LIMIT_S = 3000.0
"""What was bought in the meantime can be fetched for an hour."""
OUTAGE_POLL_S = 2.0
PASSING = ("connection", "starting up", "shutting down", "is locked", "disk is full")

Value = TypeVar("Value")


class Interrupted(BaseException):
    """This process is closing: the unit stays unfinished and another process runs it again.

    Not an ``Exception``, so that no handler between the unit and the engine takes it for a
    failure and nothing is recorded.
    """


def through_outages(action: Callable[[], Value], stopping: threading.Event) -> Value:
    """Do something that needs the database, waiting out a database that is away.

    Raises:
        Interrupted: The process is closing meanwhile.
        DBAPIError: The database is still away after :data:`OUTAGE_LIMIT_S`, or the error is
            another one.
    """
    give_up = time.monotonic() + OUTAGE_LIMIT_S
    while True:
        try:
            return action()
        except DBAPIError as error:
            if not is_outage(error) or time.monotonic() > give_up:
                raise
            LOG.warning("the database is away; trying again")
            if stopping.wait(OUTAGE_POLL_S):
                raise Interrupted from error


def is_outage(error: DBAPIError) -> bool:
    """Whether the same statement may succeed later: lost connection, starting up, no room."""
    if error.connection_invalidated:
        return True
    words = str(error.orig).lower()
    return any(part in words for part in PASSING)
