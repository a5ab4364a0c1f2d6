"""What runs are busy with, as their rows say: so that nothing is called running that is not."""

from __future__ import annotations

from sqlalchemy import select

from pipeline.database import Database
from pipeline.jobs.tables import ACTIVE, RUNS, UNITS


def units_at_work(database: Database, project_id: str, stage: str) -> frozenset[str]:
    """Units of a stage that an active run of the project has still to end."""
    query = (
        select(UNITS.c.unit)
        .join(RUNS, RUNS.c.run_id == UNITS.c.run_id)
        .where(
            RUNS.c.project_id == project_id,
            RUNS.c.state.in_(ACTIVE),
            UNITS.c.stage == stage,
            UNITS.c.state.in_(ACTIVE),
        )
    )
    with database.read() as connection:
        return frozenset(connection.scalars(query))


def active_runs_of(database: Database, project_id: str) -> tuple[str, ...]:
    """Ids of a project's active runs, oldest first."""
    mine = (RUNS.c.project_id == project_id, RUNS.c.state.in_(ACTIVE))
    query = select(RUNS.c.run_id).where(*mine).order_by(RUNS.c.created_at)
    with database.read() as connection:
        return tuple(connection.scalars(query))
