"""One relational database beside the store: ledger, journal, takes, progress.

SQLite by default, Postgres by URL, the same SQLAlchemy Core statements on both. Tables are
declared next to the code that owns them, on :data:`METADATA`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event

METADATA = MetaData()
BUSY_TIMEOUT_MS = 60_000
IDLE_IN_TRANSACTION_MS = 20_000


class Database:
    """A handle that may be opened by any number of processes at once.

    Args:
        url: SQLAlchemy URL, ``sqlite:///...`` or ``postgresql+psycopg://...``.
    """

    def __init__(self, url: str) -> None:
        self.url = _with_driver(url)
        self.engine = _sqlite(self.url) if self.url.startswith("sqlite") else _postgres(self.url)

    def create_tables(self) -> None:
        """Create what is missing; safe to call from several processes."""
        METADATA.create_all(self.engine)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One write transaction; commits on a clean exit, else rolls back."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One reading transaction; on SQLite it neither waits for writers nor holds them up."""
        with self.engine.connect() as connection:
            connection.execution_options(reading=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        self.engine.dispose()


def _with_driver(url: str) -> str:
    """Plain ``postgres://`` addresses, as hosts hand them out, with the driver named."""
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "connect")
    def _configure(raw: sqlite3.Connection, _record: Any) -> None:
        raw.isolation_level = None
        raw.execute("PRAGMA journal_mode=WAL")
        # FULL: a committed cent survives a power cut, not only a killed process.
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        raw.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _immediate(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _postgres(url: str) -> Engine:
    engine = create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=10)
    free_what_stuck_processes_hold(engine)
    return engine


def free_what_stuck_processes_hold(engine: Engine) -> None:
    """Let Postgres end a session whose process stopped inside a transaction, with its locks.

    Asked of each session and not at its start, as poolers refuse to hand such options on.
    """

    @event.listens_for(engine, "connect")
    def _configure(raw: Any, _record: Any) -> None:
        raw.execute(f"SET idle_in_transaction_session_timeout = {IDLE_IN_TRANSACTION_MS}")
        raw.commit()
