"""Who is at work and not stuck: each host writes a new number while runs are active.

A lock dies with its process; a process that is stopped or stuck keeps its lock and answers
nothing. So its number is watched as well: one that stays the same for a whole lease, by the
watcher's own clock, belongs to a process whose work is handed on. Clocks are never compared.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection

from sqlalchemy import delete, select, update

from pipeline.database import Database
from pipeline.jobs.progress import insert_missing
from pipeline.jobs.tables import EXECUTORS

NEVER = 0


class Pulse:
    """The pulse of this process, and looks at those of others.

    Args:
        database: Where all processes meet.
        executor_id: This process's.
        lease_s: For how long a number must stay the same before its process counts as stuck.
    """

    def __init__(self, database: Database, executor_id: str, lease_s: float) -> None:
        self._database = database
        self._executor_id = executor_id
        self._lease_s = lease_s
        self._seen: dict[str, tuple[int, float]] = {}

    def beat(self) -> None:
        """Show that this process is at work."""
        number = secrets.randbelow(2**62) + 1
        with self._database.begin() as connection:
            row = {"executor_id": self._executor_id, "beat": number}
            insert_missing(connection, EXECUTORS, [row])
            mine = EXECUTORS.c.executor_id == self._executor_id
            connection.execute(update(EXECUTORS).where(mine).values(beat=number))

    def claim_stuck(self, executor_id: str) -> bool:
        """Whether a process is stuck and its work is now the caller's to hand on.

        Of several watchers one is answered yes: the one that took the number away.
        """
        if executor_id == self._executor_id:
            return False
        beat = self._look(executor_id)
        known, since = self._seen.get(executor_id, (-1, 0.0))
        if known != beat:
            self._seen[executor_id] = (beat, time.monotonic())
            return False
        return time.monotonic() - since >= self._lease_s and self._take(executor_id, beat)

    def forget(self, executor_id: str) -> None:
        """Drop the number of a process that is gone."""
        self._seen.pop(executor_id, None)
        with self._database.begin() as connection:
            connection.execute(delete(EXECUTORS).where(EXECUTORS.c.executor_id == executor_id))

    def start_over(self) -> None:
        """Forget what was seen: nobody could write while the database was away."""
        self._seen.clear()

    def keep_only(self, executor_ids: Collection[str]) -> None:
        """Drop the numbers of processes that hold no work; a living one writes its own again."""
        kept = {*executor_ids, self._executor_id}
        with self._database.begin() as connection:
            connection.execute(delete(EXECUTORS).where(EXECUTORS.c.executor_id.not_in(kept)))
        self._seen = {name: seen for name, seen in self._seen.items() if name in kept}

    def _look(self, executor_id: str) -> int:
        """The number of a process; one that never wrote any is watched from now on."""
        query = select(EXECUTORS.c.beat).where(EXECUTORS.c.executor_id == executor_id)
        with self._database.read() as connection:
            beat = connection.scalar(query)
        if beat is None:
            with self._database.begin() as connection:
                row = {"executor_id": executor_id, "beat": NEVER}
                insert_missing(connection, EXECUTORS, [row])
        return NEVER if beat is None else int(beat)

    def _take(self, executor_id: str, beat: int) -> bool:
        self._seen.pop(executor_id, None)
        ours = (EXECUTORS.c.executor_id == executor_id, EXECUTORS.c.beat == beat)
        with self._database.begin() as connection:
            return connection.execute(delete(EXECUTORS).where(*ours)).rowcount == 1


class Silence:
    """When the units of this process last said something, by the id of their workflow."""

    def __init__(self) -> None:
        self._heard: dict[str, float] = {}

    def heard(self, workflow_id: str) -> None:
        self._heard[workflow_id] = time.monotonic()

    def silent_s(self, workflow_id: str) -> float:
        """Seconds since a unit's last word; 0 for one that is not at work here."""
        now = time.monotonic()
        return now - self._heard.get(workflow_id, now)

    def forget(self, workflow_id: str) -> None:
        self._heard.pop(workflow_id, None)
