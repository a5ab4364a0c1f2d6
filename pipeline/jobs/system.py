"""The engine's own database as a client sees it: made ready, filled with work, looked at."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer
from sqlalchemy import Engine as SqlEngine
from sqlalchemy import create_engine, event

from pipeline.database import Database, free_what_stuck_processes_hold
from pipeline.jobs.names import ALL_QUEUES, APPLICATION, PROTOCOL, RUN_QUEUE
from pipeline.jobs.slots import FileSlots, PostgresSlots, Slots, preparing

BUSY_TIMEOUT_MS = 60_000
CLIENT_POOL_SIZE = 2
KEEP_DAYS = 7
TIDY_AT_ONCE = 500
# Measured: an idle process with all queues stays below 2 % of a core. A look at Postgres costs
# twice a look at SQLite. The first queue that a new run meets is looked at more often.
IDLE_RUN_POLL_S = 1.0
IDLE_POLL_S = {"sqlite": 2.0, "postgres": 3.0}
Task = tuple[str, tuple[Any, ...]]


class System:
    """A client of the engine's database; runs no work.

    Args:
        home: The studio's folder, for SQLite.
        database_url: Postgres address, or None for SQLite.
    """

    def __init__(self, home: Path, database_url: str | None) -> None:
        self.home = home
        self.database_url = database_url
        self.url = system_url(home, database_url)
        self._client: DBOSClient | None = None
        self._engine: SqlEngine | None = None

    def prepare(self) -> None:
        """Create or migrate the tables, one process at a time, and connect."""
        hush()
        self.home.mkdir(parents=True, exist_ok=True)
        with preparing(self.home, self.database_url and self.url):
            if self.url.startswith("sqlite"):
                self._use_wal()
            DBOS.migrate(self.url)
        self._engine = self.new_engine(CLIENT_POOL_SIZE, ping=True)
        self._client = DBOSClient(
            system_database_engine=self._engine,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
        )

    def new_slots(self) -> Slots:
        """A lock for this process, on what its peers can see."""
        if self.database_url is None:
            return FileSlots(self.home / "executors")
        return PostgresSlots(self.url)

    def new_engine(self, pool_size: int, *, ping: bool = False) -> SqlEngine:
        """Connections to the engine's database, at most twice ``pool_size`` of them.

        With ``ping`` each is tried before it is used, as a click must not find the one that a
        database's restart broke. The working engine does without: it would be a third of its
        idle cost, and it tries again by itself.
        """
        if not self.url.startswith("sqlite"):
            engine = create_engine(
                self.url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=ping
            )
            free_what_stuck_processes_hold(engine)
            return engine
        return _sqlite_engine(self.url, pool_size)

    def enqueue(self, workflow: str, queue: str, tasks: Sequence[Task]) -> None:
        """Put work on a queue in one transaction; ids that are known already are left alone."""
        if not tasks:
            return
        with self._sql.begin() as connection:
            for workflow_id, arguments in tasks:
                self._dbos.enqueue_in_transaction(
                    connection,
                    {
                        "workflow_name": workflow,
                        "queue_name": queue,
                        "workflow_id": workflow_id,
                        "app_version": PROTOCOL,
                        "application_name": APPLICATION,
                    },
                    *arguments,
                )

    def forget(self, workflow_ids: list[str]) -> None:
        """Take work off its queue for good."""
        if workflow_ids:
            self._dbos.cancel_workflows(workflow_ids)

    def known(self, workflow_id: str) -> bool:
        return bool(self._dbos.list_workflows(workflow_ids=[workflow_id], load_input=False))

    def broken(self, prefix: str) -> set[str]:
        """Ids of work that the engine itself gave up, with no word from the unit."""
        rows = self._dbos.list_workflows(
            workflow_id_prefix=prefix,
            status=["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
            load_input=False,
            load_output=False,
        )
        return {row.workflow_id for row in rows}

    def tidy(self) -> None:
        """Delete what ended more than :data:`KEEP_DAYS` days ago; the rows of runs stay."""
        before = datetime.now(UTC) - timedelta(days=KEEP_DAYS)
        rows = self._dbos.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            completed_before=before.isoformat(),
            limit=TIDY_AT_ONCE,
            load_input=False,
            load_output=False,
        )
        if rows:
            self._dbos.delete_workflows([row.workflow_id for row in rows])

    def pending(self) -> dict[str, list[tuple[str, str | None]]]:
        """Taken and unfinished work: executor id to (workflow id, queue)."""
        found: dict[str, list[tuple[str, str | None]]] = {}
        rows = self._dbos.list_workflows(
            status="PENDING", app_version=PROTOCOL, load_input=False, load_output=False
        )
        for row in rows:
            found.setdefault(row.executor_id or "", []).append((row.workflow_id, row.queue_name))
        return found

    def pending_of(self, executor_id: str) -> list[tuple[str, str | None]]:
        """Taken and unfinished work of one executor as it is now."""
        rows = self._dbos.list_workflows(
            status="PENDING",
            app_version=PROTOCOL,
            executor_id=executor_id,
            load_input=False,
            load_output=False,
        )
        return [(row.workflow_id, row.queue_name) for row in rows]

    def resume(self, queue: str, workflow_ids: list[str]) -> None:
        """Put taken work back on its queue, to go on at its first unfinished step."""
        self._dbos.resume_workflows(workflow_ids, queue_name=queue)

    def register_queue(
        self, name: str, width: int, per_minute: int | None, *, overwrite: bool
    ) -> None:
        """Make a queue known.

        Args:
            name: Of the queue.
            width: How many of its units one process runs at once.
            per_minute: How many all processes together start in a minute; None: any number.
            overwrite: Whether this process's numbers count where the queue is known already.
        """
        self._dbos.register_queue(
            name,
            worker_concurrency=width,
            limiter={"limit": per_minute, "period": 60.0} if per_minute else None,
            on_conflict="always_update" if overwrite else "never_update",
            application_name=APPLICATION,
        )

    def set_poll(self, seconds: float | None) -> None:
        """How often every process looks at the queues; None: as seldom as costs nothing to see."""
        for name in ALL_QUEUES:
            wanted = seconds or (IDLE_RUN_POLL_S if name == RUN_QUEUE else self._idle_poll_s)
            queue = self._dbos.retrieve_queue(name)
            if queue is not None and queue.polling_interval_sec != wanted:
                queue.set_polling_interval_sec(wanted)

    @property
    def _idle_poll_s(self) -> float:
        return IDLE_POLL_S["sqlite" if self.database_url is None else "postgres"]

    def close(self) -> None:
        if self._client is not None:
            self._client.destroy()
        if self._engine is not None:
            self._engine.dispose()

    @property
    def _dbos(self) -> DBOSClient:
        assert self._client is not None
        return self._client

    @property
    def _sql(self) -> SqlEngine:
        assert self._engine is not None
        return self._engine

    def _use_wal(self) -> None:
        """The mode stays in the file; DBOS does not set it, and is 2 to 4 times slower without."""
        with closing(sqlite3.connect(self.home / "dbos.sqlite", timeout=60)) as raw:
            raw.execute("PRAGMA journal_mode=WAL")


def system_url(home: Path, database_url: str | None) -> str:
    """SQLAlchemy address of the engine's own tables."""
    if database_url is None:
        return f"sqlite:///{home / 'dbos.sqlite'}"
    for plain in ("postgresql://", "postgres://"):
        if database_url.startswith(plain):
            return "postgresql+psycopg://" + database_url.removeprefix(plain)
    return database_url


def prepare_rows(home: Path, database_url: str | None, database: Database) -> None:
    """Create the studio's tables, one process at a time."""
    with preparing(home, database_url and system_url(home, database_url)):
        database.create_tables()


FRACTIONS_OF_A_SECOND = (3, 42)


def hush() -> None:
    """Errors only, through the log of the process, instead of a console handler of its own."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.setLevel(logging.ERROR)


def _sqlite_engine(url: str, pool_size: int) -> SqlEngine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
        pool_size=pool_size,
        max_overflow=pool_size,
    )

    @event.listens_for(engine, "connect")
    def _configure(raw: sqlite3.Connection, _record: Any) -> None:
        raw.isolation_level = "IMMEDIATE"
        raw.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        raw.execute("PRAGMA foreign_keys=ON")
        # A power cut may forget the last steps here; the studio's own rows, fully synchronous,
        # keep their units from running twice.
        raw.execute("PRAGMA synchronous=NORMAL")
        if sqlite3.sqlite_version_info < FRACTIONS_OF_A_SECOND:
            # On Python 3.12 and later the engine asks for unixepoch('subsec'), which an older
            # SQLite answers with nothing.
            raw.create_function("unixepoch", 1, lambda _unit: time.time())

    return engine
