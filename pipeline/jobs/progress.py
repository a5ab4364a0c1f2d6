"""Every write to the rows of runs: the truth that every page, process and restart reads."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Insert, Table, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from pipeline.database import Database
from pipeline.errors import InternalFault, StudioError, kind_of
from pipeline.jobs.protocol import StageSpec, UnitResult, unknown_run
from pipeline.jobs.tables import ACTIVE, RUN_STAGES, RUNS, UNITS

NOTE_LIMIT = 300
WORDS_LIMIT = 2000


class Progress:
    """Every write to the rows of runs; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def claim(self, project_id: str, goal: str, selection: tuple[str, ...]) -> str:
        """The active run of this project, goal and selection; a new one if there is none."""
        key = active_key(project_id, goal, selection)
        for _attempt in range(5):
            try:
                return self._insert_run(key, project_id, goal, selection)
            except IntegrityError:
                found = self._run_with(key)
                if found is not None:
                    return found
        raise InternalFault("The run could not be started.", "Try again in a moment.")

    def begin(self, run_id: str, stages: tuple[StageSpec, ...]) -> None:
        """Mark a run as running and write its stages; harmless when repeated."""
        rows = [
            {"run_id": run_id, "stage": stage.name, "position": position, "queue": stage.queue}
            for position, stage in enumerate(stages)
        ]
        with self.database.begin() as connection:
            insert_missing(connection, RUN_STAGES, rows)
            connection.execute(
                update(RUNS)
                .where(RUNS.c.run_id == run_id, RUNS.c.state == "queued")
                .values(state="running", started_at=time.time())
            )

    def finish(self, run_id: str, state: str) -> None:
        """End a run that is still active, with what of it has not; later calls change nothing.

        A unit that is still stopping records its own end over this.
        """
        now = time.time()
        with self.database.begin() as connection:
            ended = connection.execute(
                update(RUNS)
                .where(RUNS.c.run_id == run_id, RUNS.c.state.in_(ACTIVE))
                .values(state=state, finished_at=now, active_key=None)
            ).rowcount
            if ended:
                connection.execute(
                    update(UNITS)
                    .where(UNITS.c.run_id == run_id, UNITS.c.state.in_(ACTIVE))
                    .values(state="cancelled", finished_at=now)
                )

    def expand(self, run_id: str, stage: str, units: tuple[str, ...], ready: set[str]) -> None:
        """Write a stage's units; those in ``ready`` are done at once, as hits."""
        now = time.time()
        rows = [
            _unit_row(run_id, stage, position, unit, now if unit in ready else None)
            for position, unit in enumerate(units)
        ]
        with self.database.begin() as connection:
            insert_missing(connection, UNITS, rows)
            self._update_stage(connection, run_id, stage, {"total": len(units)})

    def fail_stage(self, run_id: str, stage: str, error: StudioError) -> None:
        """Record why a stage as a whole could not go on."""
        with self.database.begin() as connection:
            self._update_stage(connection, run_id, stage, words_of(error))

    def begin_unit(self, run_id: str, stage: str, unit: str) -> bool:
        """Mark a unit as running. False when it has ended, or its run has: do not run it."""
        with self.database.begin() as connection:
            if not _is_active(connection, run_id):
                return False
            began = connection.execute(
                update(UNITS)
                .where(*_one(run_id, stage, unit), UNITS.c.state.in_(ACTIVE))
                .values(state="running", fraction=0.0, note="", started_at=time.time())
            )
            return bool(began.rowcount)

    def report(self, address: tuple[str, str, str], fraction: float, note: str) -> bool:
        """Store a running unit's progress. False when its run is no longer active."""
        values = {"fraction": min(1.0, max(0.0, fraction)), "note": note[:NOTE_LIMIT]}
        with self.database.begin() as connection:
            connection.execute(
                update(UNITS).where(*_one(*address), UNITS.c.state == "running").values(values)
            )
            return _is_active(connection, address[0])

    def end_unit(self, address: tuple[str, str, str], result: UnitResult) -> None:
        """Record a unit's result, also when its run was cancelled meanwhile: it is stored."""
        self._end(
            address,
            {
                "state": result.state,
                "fraction": 1.0,
                "hit": result.hit,
                "seconds": result.seconds,
                "note": result.note[:NOTE_LIMIT],
                "message": result.note[:WORDS_LIMIT] if result.state == "held" else None,
                "way_out": result.way_out[:WORDS_LIMIT] if result.state == "held" else None,
                "error_kind": (result.kind or "Held") if result.state == "held" else None,
            },
        )

    def fail_unit(self, address: tuple[str, str, str], error: StudioError, seconds: float) -> None:
        """Record why a unit failed."""
        self._end(address, {"state": "failed", "seconds": seconds, **words_of(error)})

    def cancel_unit(self, address: tuple[str, str, str]) -> None:
        """Record that a unit stopped because its run was cancelled."""
        self._end(address, {"state": "cancelled"})

    def requeue_unit(self, address: tuple[str, str, str]) -> None:
        """Record that the process running a unit is closing; another will run it again."""
        with self.database.begin() as connection:
            connection.execute(
                update(UNITS)
                .where(*_one(*address), UNITS.c.state == "running")
                .values(state="queued", started_at=None)
            )

    def unit_states(self, run_id: str, stage: str) -> dict[str, str]:
        """State of each unit of a stage, in order."""
        query = (
            select(UNITS.c.unit, UNITS.c.state)
            .where(UNITS.c.run_id == run_id, UNITS.c.stage == stage)
            .order_by(UNITS.c.position)
        )
        with self.database.read() as connection:
            return {row.unit: row.state for row in connection.execute(query)}

    def queue_of(self, run_id: str, stage: str) -> str | None:
        """The queue of a stage's units."""
        mine = (RUN_STAGES.c.run_id == run_id, RUN_STAGES.c.stage == stage)
        with self.database.read() as connection:
            return connection.scalar(select(RUN_STAGES.c.queue).where(*mine))

    def queued_units(self, run_id: str) -> list[tuple[str, str]]:
        """Stage and unit of everything in a run that was never started."""
        return self._units_in(run_id, ("queued",))

    def unended_units(self, run_id: str) -> list[tuple[str, str]]:
        """Stage and unit of everything in a run that is queued or running."""
        return self._units_in(run_id, ACTIVE)

    def is_active(self, run_id: str) -> bool:
        with self.database.read() as connection:
            return _is_active(connection, run_id)

    def run_state(self, run_id: str) -> str | None:
        with self.database.read() as connection:
            return connection.scalar(select(RUNS.c.state).where(RUNS.c.run_id == run_id))

    def arguments(self, run_id: str) -> tuple[str, str, tuple[str, ...]]:
        """Project id, goal and selection of a run.

        Raises:
            BadInput: No such run.
        """
        with self.database.read() as connection:
            row = connection.execute(select(RUNS).where(RUNS.c.run_id == run_id)).first()
        if row is None:
            raise unknown_run()
        return row.project_id, row.goal, tuple(json.loads(row.selection))

    def active_runs(self) -> list[str]:
        """Ids of all active runs, oldest first."""
        query = select(RUNS.c.run_id).where(RUNS.c.state.in_(ACTIVE)).order_by(RUNS.c.created_at)
        with self.database.read() as connection:
            return list(connection.scalars(query))

    def active_run_arguments(self) -> list[tuple[str, str, str, tuple[str, ...]]]:
        """Run id, project id, goal and selection of all active runs, oldest first."""
        query = select(RUNS).where(RUNS.c.state.in_(ACTIVE)).order_by(RUNS.c.created_at)
        with self.database.read() as connection:
            return [
                (row.run_id, row.project_id, row.goal, tuple(json.loads(row.selection)))
                for row in connection.execute(query)
            ]

    def _units_in(self, run_id: str, states: tuple[str, ...]) -> list[tuple[str, str]]:
        query = select(UNITS.c.stage, UNITS.c.unit).where(
            UNITS.c.run_id == run_id, UNITS.c.state.in_(states)
        )
        with self.database.read() as connection:
            return [(row.stage, row.unit) for row in connection.execute(query)]

    def _insert_run(self, key: str, project_id: str, goal: str, selection: tuple[str, ...]) -> str:
        run_id = secrets.token_hex(8)
        with self.database.begin() as connection:
            connection.execute(
                insert(RUNS).values(
                    run_id=run_id,
                    project_id=project_id,
                    goal=goal,
                    selection=json.dumps(list(selection)),
                    state="queued",
                    active_key=key,
                    created_at=time.time(),
                )
            )
        return run_id

    def _run_with(self, key: str) -> str | None:
        with self.database.read() as connection:
            return connection.scalar(select(RUNS.c.run_id).where(RUNS.c.active_key == key))

    def _update_stage(
        self, connection: Connection, run_id: str, stage: str, values: Mapping[str, Any]
    ) -> None:
        connection.execute(
            update(RUN_STAGES)
            .where(RUN_STAGES.c.run_id == run_id, RUN_STAGES.c.stage == stage)
            .values(**values)
        )

    def _end(self, address: tuple[str, str, str], values: Mapping[str, Any]) -> None:
        with self.database.begin() as connection:
            connection.execute(
                update(UNITS)
                .where(*_one(*address), UNITS.c.state.in_(("queued", "running", "cancelled")))
                .values(finished_at=time.time(), **values)
            )


def active_key(project_id: str, goal: str, selection: Iterable[str]) -> str:
    """Digest of what makes two starts the same run; the order of a selection does not matter."""
    document = json.dumps([project_id, goal, sorted(set(selection))])
    return hashlib.sha256(document.encode()).hexdigest()


def words_of(error: StudioError) -> dict[str, str]:
    """An error as columns: its kind and its two sentences."""
    return {
        "error_kind": kind_of(error),
        "message": error.message[:WORDS_LIMIT],
        "way_out": error.way_out[:WORDS_LIMIT],
    }


def insert_missing(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, leaving those whose key exists as they are."""
    if rows:
        connection.execute(_insert_or_skip(connection, table), rows)


def _insert_or_skip(connection: Connection, table: Table) -> Insert:
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def _unit_row(
    run_id: str, stage: str, position: int, unit: str, ready_at: float | None
) -> dict[str, Any]:
    ready = ready_at is not None
    return {
        "run_id": run_id,
        "stage": stage,
        "unit": unit,
        "position": position,
        "state": "done" if ready else "queued",
        "fraction": 1.0 if ready else 0.0,
        "note": "",
        "hit": ready,
        "seconds": 0.0,
        "finished_at": ready_at,
    }


def _one(run_id: str, stage: str, unit: str) -> tuple[Any, ...]:
    return (UNITS.c.run_id == run_id, UNITS.c.stage == stage, UNITS.c.unit == unit)


def _is_active(connection: Connection, run_id: str) -> bool:
    state = connection.scalar(select(RUNS.c.state).where(RUNS.c.run_id == run_id))
    return state in ACTIVE
