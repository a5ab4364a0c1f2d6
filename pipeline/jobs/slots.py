"""Who is alive: each launched process holds a lock that dies with it.

The lock's name is the process's executor id, written by the engine on every piece of work that
the process takes. Work whose executor's lock can be taken belongs to nobody: it is handed on.
A file lock serves one machine (SQLite), an advisory lock every client of one Postgres.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

# Longer than a sweep: after an outage every living owner has taken its lock again by then.
CONFIRM_S = 15.0
PREPARE_POLL_S = 0.1


class Slots(Protocol):
    """The lock of this process, and looks at those of others."""

    executor_id: str

    def keep(self) -> None:
        """Take this process's lock again if it was lost; called at every sweep."""

    def abandoned(self, executor_id: str) -> contextlib.AbstractContextManager[bool]:
        """Whether an executor is gone; its lock is held while the context is open."""

    def close(self) -> None:
        """Let go of this process's lock."""


def new_executor_id() -> str:
    """Unique among all processes that ever lived, so that a lock's name is never reused."""
    return f"{_host()}-{os.getpid()}-{secrets.token_hex(6)}"


def _host() -> str:
    return socket.gethostname().replace("/", "_")[:40]


class FileSlots:
    """Locks as files in a folder of the home; the system frees them when a process dies."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.executor_id = new_executor_id()
        self._own = self._lock(self.executor_id)
        self._own.acquire(blocking=False)

    def keep(self) -> None:
        """A file lock is not lost while its process lives."""

    @contextlib.contextmanager
    def abandoned(self, executor_id: str) -> Iterator[bool]:
        if executor_id == self.executor_id or "/" in executor_id:
            yield False
            return
        lock = self._lock(executor_id)
        try:
            lock.acquire(blocking=False)
        except TimeoutError:  # filelock's Timeout is one
            yield False
            return
        try:
            yield True
            # Names are never reused, so nobody can be waiting for the file that goes.
            (self._folder / f"{executor_id}.lock").unlink(missing_ok=True)
        finally:
            lock.release()

    def close(self) -> None:
        self._own.release()
        (self._folder / f"{self.executor_id}.lock").unlink(missing_ok=True)

    def _lock(self, name: str) -> Any:
        return _file_lock(self._folder / f"{name}.lock")


class PostgresSlots:
    """Advisory locks of one session that this process keeps open.

    A session can be lost while its process lives. So an owner is gone only if its lock is free
    and its process is known to be dead, on this machine, or if the lock was free at two looks
    that lie :data:`CONFIRM_S` apart.

    Args:
        url: SQLAlchemy address with its driver; not through a pooler that shares sessions.
    """

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._free_since: dict[str, float] = {}
        self.executor_id = new_executor_id()
        self._session: Connection | None = None
        self.keep()

    def keep(self) -> None:
        if self._session is not None:
            try:
                self._session.execute(text("SELECT 1"))
            except DBAPIError:
                self._session.close()
                self._session = None
        if self._session is None:
            self._session = self._engine.connect()
            self._session.execute(_advisory("pg_advisory_lock", self.executor_id))

    @contextlib.contextmanager
    def abandoned(self, executor_id: str) -> Iterator[bool]:
        if executor_id == self.executor_id:
            yield False
            return
        with self._engine.connect() as session:
            free = bool(session.scalar(_advisory("pg_try_advisory_lock", executor_id)))
            # Closing the session frees the lock.
            yield free and self._confirmed(executor_id)
            if not free:
                self._free_since.pop(executor_id, None)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
        self._engine.dispose()

    def _confirmed(self, executor_id: str) -> bool:
        first_free = self._free_since.setdefault(executor_id, time.monotonic())
        return known_dead(executor_id) or time.monotonic() - first_free >= CONFIRM_S


def known_dead(executor_id: str) -> bool:
    """Whether an executor was a process of this machine that is no more; False when unsure."""
    host, pid, _nonce = executor_id.rsplit("-", 2)
    if host != _host() or os.name != "posix":
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@contextlib.contextmanager
def preparing(home: Path, url: str | None) -> Iterator[None]:
    """Hold the lock under which one process at a time creates and migrates tables.

    Args:
        home: The studio's folder, whose file is the lock when ``url`` is None.
        url: Postgres address with its driver, or None.
    """
    if url is None:
        folder = home / "executors"
        folder.mkdir(parents=True, exist_ok=True)
        with _file_lock(folder / "prepare.lock"):
            yield
        return
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as session:
        # Asked again and again: a session that waits inside the server would block the other's
        # CREATE INDEX CONCURRENTLY, which waits for every session.
        while not session.scalar(_advisory("pg_try_advisory_lock", "prepare")):
            time.sleep(PREPARE_POLL_S)
        # Closing the session frees the lock.
        yield


def _file_lock(path: Path) -> Any:
    from filelock import FileLock

    return FileLock(path, thread_local=False)


def _advisory(function: str, name: str) -> Any:
    digest = hashlib.blake2b(f"studio/{name}".encode(), digest_size=8).digest()
    key = int.from_bytes(digest, "big", signed=True)
    return text(f"SELECT {function}(:key)").bindparams(key=key)
