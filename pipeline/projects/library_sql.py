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
    union_all,
    update,
)
from sqlalchemy.exc import OperationalError

from pipeline.database import METADATA, Database
from pipeline.project import Project
from pipeline.projects.library import (
    LOCK_TIMEOUT_S,
    Drawer,
    Library,
    ProjectFile,
    Trashed,
    checked,
    decisions_of,
    file_of,
    held_elsewhere,
    no_such_project,
)

LOCK_NOT_AVAILABLE = "55P03"
PROJECTS = Table(
    "projects",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("document", Text, nullable=False),
)
TRASH = Table(
    "project_trash",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("document", Text, nullable=False),
    Column("trashed_at", Float, nullable=False),
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
        # One statement sees one moment: a project that is moved meanwhile is in one of the tables.
        everything = union_all(
            *(select(table.c.id, table.c.document) for table in (PROJECTS, TRASH)),
            select(PAST.c.project_id, PAST.c.document),
        )
        with self._looking() as connection:
            for row in connection.execute(everything):
                yield row.id, row.document

    def size_bytes(self) -> int:
        with self._looking() as connection:
            sums = (
                connection.scalar(select(func.sum(func.length(table.c.document))))
                for table in (PROJECTS, TRASH, PAST)
            )
            return sum(int(one or 0) for one in sums)

    def trashed(self) -> tuple[Trashed, ...]:
        query = select(TRASH.c.id, TRASH.c.trashed_at).order_by(TRASH.c.trashed_at.desc())
        with self._looking() as connection:
            return tuple(
                Trashed(id=row.id, at_s=row.trashed_at) for row in connection.execute(query)
            )

    def restore(self, project_id: str) -> Project:
        with self._changing(TRASH, checked(project_id)) as connection:
            _move(connection, TRASH, PROJECTS, project_id)
        return self.load(project_id)

    def remove(self, project_id: str) -> None:
        with self._changing(TRASH, checked(project_id)) as connection:
            connection.execute(delete(PAST).where(PAST.c.project_id == project_id))
            connection.execute(delete(TRASH).where(TRASH.c.id == project_id))

    def _read(self, project_id: str) -> ProjectFile:
        with self._looking() as connection:
            return SqlDrawer(connection, project_id).read()

    def _read_trashed(self, project_id: str) -> ProjectFile:
        with self._looking() as connection:
            return SqlDrawer(connection, project_id, TRASH).read()

    @contextmanager
    def _looking(self) -> Iterator[Connection]:
        self._prepare()
        with self._database.read() as connection:
            yield connection

    @contextmanager
    def _held(self, project_id: str) -> Iterator[Drawer]:
        with self._changing(PROJECTS, project_id) as connection:
            yield SqlDrawer(connection, project_id)

    @contextmanager
    def _changing(self, table: Table, project_id: str) -> Iterator[Connection]:
        self._prepare()
        with self._database.begin() as connection:
            _hold(connection, table, project_id)
            yield connection


class SqlDrawer:
    """Implements :class:`pipeline.projects.library.Drawer` within one transaction."""

    def __init__(self, connection: Connection, project_id: str, table: Table = PROJECTS) -> None:
        self._connection = connection
        self._id = project_id
        self._table = table

    def read(self) -> ProjectFile:
        query = select(self._table.c.document).where(self._table.c.id == self._id)
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

    def put_away(self) -> None:
        _move(self._connection, PROJECTS, TRASH, self._id, trashed_at=time.time())

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


def _move(
    connection: Connection, source: Table, target: Table, project_id: str, **more: object
) -> None:
    """Move a project's row from one table to the other; ``more`` are columns of the target."""
    row = connection.execute(select(source).where(source.c.id == project_id)).mappings().one()
    kept = {name: value for name, value in row.items() if name in target.c}
    connection.execute(insert(target).values(**kept, **more))
    connection.execute(delete(source).where(source.c.id == project_id))


def _hold(connection: Connection, table: Table, project_id: str) -> None:
    """Keep everyone else from changing a project until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S:.0f}s'")
    query = select(table.c.id).where(table.c.id == project_id).with_for_update()
    try:
        found = connection.scalar(query)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        raise held_elsewhere() from error
    if found is None:
        raise no_such_project()
