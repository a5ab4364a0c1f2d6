"""After which stage a run is to stop, as a person asked; read by the run at each stage's end."""

from __future__ import annotations

import time

from sqlalchemy import delete, select, update

from pipeline.database import Database
from pipeline.jobs.progress import insert_missing
from pipeline.jobs.tables import ACTIVE, PAUSES, RUNS


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

    def stop(self, run_id: str, stage: str) -> bool:
        """Pause a run after a stage if that is still wished, in one with the look at the wish.

        A person who withdraws it in this moment does so either before, and the run goes on, or
        after, and finds it paused.
        """
        wish = select(PAUSES.c.stage).where(PAUSES.c.run_id == run_id).with_for_update()
        with self._database.begin() as connection:
            if connection.scalar(wish) != stage:
                return False
            running = (RUNS.c.run_id == run_id, RUNS.c.state.in_(ACTIVE))
            ended = {"state": "paused", "finished_at": time.time(), "active_key": None}
            connection.execute(update(RUNS).where(*running).values(**ended))
            state = connection.scalar(select(RUNS.c.state).where(RUNS.c.run_id == run_id))
            return bool(state == "paused")
