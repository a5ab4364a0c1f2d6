"""A database that is away or full for a while: waited out, since what was bought waits too."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from pipeline.errors import StorageFailed

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


def patiently(look: Callable[[], Value]) -> Value:
    """Look at something, again and again while the database is away.

    Raises:
        StorageFailed: It stays away for :data:`OUTAGE_LIMIT_S`, or is not merely away.
    """
    give_up = time.monotonic() + OUTAGE_LIMIT_S
    while True:
        try:
            return look()
        except StorageFailed as error:
            cause = error.__cause__
            passing = isinstance(cause, DBAPIError) and is_outage(cause)
            if not passing or time.monotonic() > give_up:
                raise
        time.sleep(OUTAGE_POLL_S)


@contextmanager
def storage_errors() -> Iterator[None]:
    """Translate what a folder or database answers when it cannot be opened.

    The addresses of databases hold passwords, so the sentence quotes nothing.
    """
    try:
        yield
    except (OSError, DBAPIError, sqlite3.Error) as error:
        raise StorageFailed(
            "The studio's job database cannot be opened or written.",
            "Mend the permissions or the space of the studio's folder, start the database, or end"
            " a studio that was stopped while it wrote.",
        ) from error
