"""After which stage a run is to stop, as a person asked; read by the run at each stage's end."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from pipeline.database import Database
from pipeline.jobs.progress import insert_missing
from pipeline.jobs.tables import PAUSES


class Pauses:
    """One wish a run; the last one counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, run_id: str, stage: str) -> None:
        """Let a run stop when a stage has ended."""
        with self._database.begin() as connection:
            insert_missing(connection, PAUSES, [{"run_id": run_id, "stage": stage}])
            mine = PAUSES.c.run_id == run_id
            connection.execute(update(PAUSES).where(mine).values(stage=stage))

    def withdraw(self, run_id: str) -> None:
        """Let a run go on to its end."""
        with self._database.begin() as connection:
            connection.execute(delete(PAUSES).where(PAUSES.c.run_id == run_id))

    def wanted(self, run_id: str) -> str | None:
        """The stage after which a run stops, or has stopped; None when it does not."""
        with self._database.read() as connection:
            return connection.scalar(select(PAUSES.c.stage).where(PAUSES.c.run_id == run_id))
