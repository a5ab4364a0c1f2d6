"""Projects as rows of the shared database: every machine sees the same decisions.

A change holds the project's row until it commits, so an edit is applied to what stands.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Integer,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import OperationalError

from pipeline.database import METADATA, Database
from pipeline.errors import StorageFailed
from pipeline.library import (
    LOCK_TIMEOUT_S,
    Drawer,
    Library,
    ProjectFile,
    checked,
    decisions_of,
    file_of,
    no_such_project,
)
from pipeline.project import Project

LOCK_NOT_AVAILABLE = "55P03"
PROJECTS = Table(
    "projects",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("document", Text, nullable=False),
)
PAST = Table(
    "project_history",
    METADATA,
    Column("project_id", String(64), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("document", Text, nullable=False),
)


class SqlLibrary(Library):
    """All projects of one database.

    Args:
        database: Where they lie.
        prepare: Makes the tables; called before each use, so cheap when they exist.
    """

    def __init__(self, database: Database, prepare: Callable[[], object]) -> None:
        self._database = database
        self._prepare = prepare

    def ids(self) -> tuple[str, ...]:
        with self._looking() as connection:
            query = select(PROJECTS.c.id).order_by(PROJECTS.c.changed_at.desc())
            return tuple(connection.scalars(query))

    def add(self, project: Project) -> Project:
        self._prepare()
        row = {**_row(ProjectFile(project=project)), "id": checked(project.id)}
        with self._database.begin() as connection:
            connection.execute(insert(PROJECTS).values(**row))
        return project

    def changed_at(self, project_id: str) -> float:
        with self._looking() as connection:
            query = select(PROJECTS.c.changed_at).where(PROJECTS.c.id == project_id)
            found = connection.scalar(query)
        if found is None:
            raise no_such_project()
        return float(found)

    def texts(self) -> Iterator[tuple[str, str]]:
        with self._looking() as connection:
            for row in connection.execute(select(PROJECTS.c.id, PROJECTS.c.document)):
                yield row.id, row.document
            for row in connection.execute(select(PAST.c.project_id, PAST.c.document)):
                yield row.project_id, row.document

    def size_bytes(self) -> int:
        with self._looking() as connection:
            sums = (
                connection.scalar(select(func.sum(func.length(table.c.document))))
                for table in (PROJECTS, PAST)
            )
            return sum(int(one or 0) for one in sums)

    def _read(self, project_id: str) -> ProjectFile:
        with self._looking() as connection:
            return SqlDrawer(connection, project_id).read()

    @contextmanager
    def _looking(self) -> Iterator[Connection]:
        self._prepare()
        with self._database.read() as connection:
            yield connection

    @contextmanager
    def _held(self, project_id: str) -> Iterator[Drawer]:
        self._prepare()
        with self._database.begin() as connection:
            _hold(connection, project_id)
            yield SqlDrawer(connection, project_id)


class SqlDrawer:
    """Implements :class:`pipeline.library.Drawer` within one transaction."""

    def __init__(self, connection: Connection, project_id: str) -> None:
        self._connection = connection
        self._id = project_id

    def read(self) -> ProjectFile:
        query = select(PROJECTS.c.document).where(PROJECTS.c.id == self._id)
        return file_of(self._text(self._connection.scalar(query)), self._id)

    def kept(self, revision: int) -> Project:
        query = select(PAST.c.document).where(
            PAST.c.project_id == self._id, PAST.c.revision == revision
        )
        return decisions_of(self._text(self._connection.scalar(query)), f"revision {revision}")

    def replace(self, before: Project, after: ProjectFile) -> None:
        self._connection.execute(
            insert(PAST).values(
                project_id=self._id, revision=before.revision, document=before.model_dump_json()
            )
        )
        self._connection.execute(
            update(PROJECTS)
            .where(PROJECTS.c.id == self._id, PROJECTS.c.revision == before.revision)
            .values(**_row(after))
        )
        self._connection.execute(
            delete(PAST).where(
                PAST.c.project_id == self._id,
                PAST.c.revision.not_in(sorted(after.history.revisions)),
            )
        )

    def remove(self) -> None:
        self._connection.execute(delete(PAST).where(PAST.c.project_id == self._id))
        self._connection.execute(delete(PROJECTS).where(PROJECTS.c.id == self._id))

    @staticmethod
    def _text(found: str | None) -> str:
        if found is None:
            raise no_such_project()
        return found


def _row(file: ProjectFile) -> dict[str, object]:
    return {
        "revision": file.project.revision,
        "changed_at": time.time(),
        "document": file.model_dump_json(),
    }


def _hold(connection: Connection, project_id: str) -> None:
    """Keep everyone else from changing a project until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S:.0f}s'")
    query = select(PROJECTS.c.id).where(PROJECTS.c.id == project_id).with_for_update()
    try:
        found = connection.scalar(query)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        raise StorageFailed(
            "Another studio holds this project.", "Close it there, then try again."
        ) from error
    if found is None:
        raise no_such_project()
