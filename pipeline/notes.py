"""Notes: small records under a name, which a later one replaces.

What was made last, which slots a unit stands for, that an attempt is under way. On one machine
they lie in the store's index, which keeps the same promises; where app and workers
are apart, in the shared database, so that each process sees what the others noted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import Column, String, Table, Text, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from cache import Miss
from pipeline.database import METADATA, Database

NOTES = Table(
    "notes",
    METADATA,
    Column("name", String(200), primary_key=True),
    Column("body", Text, nullable=False),
)


class Notes(Protocol):
    """What :class:`cache.Index` and :class:`SqlNotes` offer."""

    def get(self, key: str) -> dict[str, Any]:
        """The note under a name. Raises ``cache.Miss`` when there is none."""

    def put(self, key: str, record: dict[str, Any]) -> None:
        """Write a note in place of an earlier one."""

    def drop(self, key: str) -> None:
        """Forget a note; without one nothing happens."""


class SqlNotes:
    """Notes of all processes on one database.

    Args:
        database: Where they lie.
        prepare: Makes the tables; called before each use, so cheap when they exist.
    """

    def __init__(self, database: Database, prepare: Callable[[], object]) -> None:
        self._database = database
        self._prepare = prepare

    def get(self, key: str) -> dict[str, Any]:
        self._prepare()
        with self._database.read() as connection:
            body = connection.scalar(select(NOTES.c.body).where(NOTES.c.name == key))
        if body is None:
            raise Miss(f"{key[:40]} is not noted")
        record: dict[str, Any] = json.loads(body)
        return record

    def put(self, key: str, record: dict[str, Any]) -> None:
        self._prepare()
        body = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        with self._database.begin() as connection:
            dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
            row = dialect.insert(NOTES).values(name=key, body=body)
            connection.execute(
                row.on_conflict_do_update(index_elements=[NOTES.c.name], set_={"body": body})
            )

    def drop(self, key: str) -> None:
        self._prepare()
        with self._database.begin() as connection:
            connection.execute(delete(NOTES).where(NOTES.c.name == key))
