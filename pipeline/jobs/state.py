"""What a run looks like to people: read from its rows, the same in every page and process."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

from sqlalchemy import Connection, case, func, select

from pipeline.database import Database
from pipeline.jobs.protocol import LONGER, unknown_run
from pipeline.jobs.tables import ACTIVE, PAUSES, RUN_STAGES, RUNS, UNITS
from pipeline.model import Frozen

RunStateName = Literal["queued", "running", "done", "failed", "cancelled", "held", "paused"]
LEARN_FROM = 50
LISTED_UNITS = 100


class RunningUnit(Frozen):
    unit: str
    fraction: float
    note: str
    started_at: float | None

    @property
    def overdue(self) -> bool:
        """Whether it takes longer than nine of ten do, so that nobody can say what is left."""
        return self.note.startswith(LONGER)


class UnitFailure(Frozen):
    """Why a unit failed or waits; ``unit`` is empty when the stage as a whole could not go on.

    ``kind`` is the class of the error (``ContentRefused``, ``BudgetRefused`` ...), or ``Held`` for
    one that waits for an answer and has no error behind it.
    """

    unit: str
    message: str
    way_out: str
    kind: str


class StageState(Frozen):
    """One stage of a run. ``total`` is None until the stage's units are known.

    ``done`` counts units with a result; ``seconds`` sums their wall time; the lists of running,
    failed and held units end at :data:`LISTED_UNITS`.
    """

    name: str
    done: int
    total: int | None
    running: tuple[RunningUnit, ...]
    hits: int
    misses: int
    seconds: float
    failures: tuple[UnitFailure, ...]
    held: tuple[UnitFailure, ...] = ()


class RunState(Frozen):
    """A run at one moment; times in seconds since the epoch, ``percent`` 0..100.

    ``eta_s`` is None until the studio has seen such units before, and while one of them takes
    longer than it should. ``pause_after`` is the stage
    after which the run is to stop or, ``paused``, has stopped.
    """

    run_id: str
    project_id: str
    goal: str
    state: RunStateName
    created_at: float
    started_at: float | None
    finished_at: float | None
    stages: tuple[StageState, ...]
    percent: float
    eta_s: float | None
    pause_after: str | None = None

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    @property
    def failures(self) -> tuple[UnitFailure, ...]:
        return tuple(failure for stage in self.stages for failure in stage.failures)


def read_state(
    database: Database, run_id: str, width: Mapping[str, int], since_s: float = 0.0
) -> RunState:
    """The state of a run.

    Args:
        database: Where runs are written.
        run_id: As returned by the engine's ``start``.
        width: Units of each queue that run at once, for the time left.
        since_s: What had ended before counts as found, whoever made it: seconds since the epoch.

    Raises:
        BadInput: No such run.
    """
    with database.read() as connection:
        run = connection.execute(select(RUNS).where(RUNS.c.run_id == run_id)).mappings().first()
        if run is None:
            raise unknown_run()
        rows = _stage_rows(connection, run_id)
        costs = {row["stage"]: _cost_s(connection, row["stage"]) for row in rows}
        totals = _totals(connection, rows)
        listed = _listed_units(connection, run_id)
        counts = _counts(connection, run_id, since_s)
        pause = connection.scalar(select(PAUSES.c.stage).where(PAUSES.c.run_id == run_id))
    stages = tuple(_stage(row, counts.get(row["stage"], {}), listed) for row in rows)
    ended = run["state"] not in ACTIVE
    return RunState(
        run_id=run_id,
        project_id=run["project_id"],
        goal=run["goal"],
        state=run["state"],
        created_at=run["created_at"],
        started_at=run["started_at"],
        finished_at=run["finished_at"],
        stages=stages,
        percent=100.0 if run["state"] == "done" else _percent(stages, costs, totals),
        eta_s=None if ended else _time_left_s(stages, costs, totals, _widths(rows, width)),
        pause_after=pause,
    )


def latest_run(database: Database, project_id: str) -> str | None:
    """Id of a project's newest run."""
    query = (
        select(RUNS.c.run_id)
        .where(RUNS.c.project_id == project_id)
        .order_by(RUNS.c.created_at.desc())
        .limit(1)
    )
    with database.read() as connection:
        return connection.scalar(query)


def _stage_rows(connection: Connection, run_id: str) -> list[Mapping[str, Any]]:
    query = select(RUN_STAGES).where(RUN_STAGES.c.run_id == run_id).order_by(RUN_STAGES.c.position)
    return [dict(row) for row in connection.execute(query).mappings()]


def _cost_s(connection: Connection, stage: str) -> float | None:
    """Mean wall seconds of the stage's newest computed units, over all runs, else a guess."""
    query = (
        select(UNITS.c.seconds)
        .where(UNITS.c.stage == stage, UNITS.c.state == "done", UNITS.c.hit.is_(False))
        .order_by(UNITS.c.finished_at.desc())
        .limit(LEARN_FROM)
    )
    seconds = list(connection.scalars(query))
    return fmean(seconds) if seconds else _expected().get(stage, {}).get("seconds")


@cache
def _expected() -> dict[str, dict[str, float]]:
    with Path(__file__).with_name("expected.toml").open("rb") as file:
        return tomllib.load(file)


def _counts(connection: Connection, run_id: str, since_s: float) -> dict[str, dict[str, float]]:
    done = UNITS.c.state == "done"
    before = UNITS.c.finished_at < since_s
    query = (
        select(
            UNITS.c.stage,
            func.sum(case((done, 1), else_=0)).label("done"),
            func.sum(case((done & (UNITS.c.hit | before), 1), else_=0)).label("hits"),
            func.sum(case((UNITS.c.state.in_(ACTIVE), 0), else_=1)).label("ended"),
            func.sum(case((done & ~before, UNITS.c.seconds), else_=0.0)).label("seconds"),
        )
        .where(UNITS.c.run_id == run_id)
        .group_by(UNITS.c.stage)
    )
    return {row["stage"]: dict(row) for row in connection.execute(query).mappings()}


def _listed_units(connection: Connection, run_id: str) -> list[Mapping[str, Any]]:
    query = (
        select(UNITS)
        .where(UNITS.c.run_id == run_id, UNITS.c.state.in_(("running", "failed", "held")))
        .order_by(UNITS.c.position)
        .limit(LISTED_UNITS * 3)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _stage(
    row: Mapping[str, Any], counts: Mapping[str, float], listed: list[Mapping[str, Any]]
) -> StageState:
    mine = [unit for unit in listed if unit["stage"] == row["stage"]]
    running = [unit for unit in mine if unit["state"] == "running"]
    done, hits = int(counts.get("done", 0)), int(counts.get("hits", 0))
    whole = [_failure({**row, "unit": ""})] if row["message"] is not None else []
    return StageState(
        name=row["stage"],
        done=done,
        total=row["total"],
        running=tuple(_running(unit) for unit in running[:LISTED_UNITS]),
        hits=hits,
        misses=done - hits,
        seconds=float(counts.get("seconds", 0.0)),
        failures=(*whole, *_with_state(mine, "failed")),
        held=_with_state(mine, "held"),
    )


def _with_state(units: list[Mapping[str, Any]], state: str) -> tuple[UnitFailure, ...]:
    return tuple(_failure(unit) for unit in units if unit["state"] == state)[:LISTED_UNITS]


def _running(unit: Mapping[str, Any]) -> RunningUnit:
    return RunningUnit(
        unit=unit["unit"],
        fraction=unit["fraction"],
        note=unit["note"],
        started_at=unit["started_at"],
    )


def _failure(row: Mapping[str, Any]) -> UnitFailure:
    return UnitFailure(
        unit=row["unit"],
        message=row["message"] or "",
        way_out=row["way_out"] or "",
        kind=row["error_kind"] or "InternalFault",
    )


def _widths(rows: list[Mapping[str, Any]], width: Mapping[str, int]) -> dict[str, int]:
    return {row["stage"]: max(1, width.get(row["queue"], 1)) for row in rows}


def _ended(stage: StageState) -> float:
    """Units behind us, running ones by their fraction."""
    settled = stage.done + len(stage.held) + sum(1 for item in stage.failures if item.unit)
    return settled + sum(unit.fraction for unit in stage.running)


def _totals(connection: Connection, rows: list[Mapping[str, Any]]) -> dict[str, int]:
    """Units of each stage: counted, or while they are not, as many as it usually had.

    A stage that was never run is guessed, and at least as large as the largest one that this run
    has counted: a bar that promises too little at first is better than one that goes backwards.
    """
    counted = [row["total"] for row in rows if row["total"] is not None]
    largest = max(counted, default=1)
    return {row["stage"]: _total(connection, row, largest) for row in rows}


def _total(connection: Connection, row: Mapping[str, Any], largest: int) -> int:
    if row["total"] is not None:
        return int(row["total"])
    usual = connection.scalar(
        select(func.avg(RUN_STAGES.c.total)).where(
            RUN_STAGES.c.stage == row["stage"], RUN_STAGES.c.total > 0
        )
    )
    guess = int(_expected().get(row["stage"], {}).get("units", largest))
    return max(1, round(usual)) if usual else guess if guess == 1 else max(guess, largest)


def _percent(
    stages: tuple[StageState, ...], costs: Mapping[str, float | None], totals: Mapping[str, int]
) -> float:
    """Share of the expected work that is behind us."""
    if not stages:
        return 0.0
    known = [cost for cost in costs.values() if cost]
    typical = fmean(known) if known else 1.0
    behind = whole = 0.0
    for stage in stages:
        total = totals[stage.name]
        weight = (costs[stage.name] or typical) * total
        whole += weight
        behind += weight * (_ended(stage) / total if total else 1.0)
    return min(99.9, 100.0 * behind / whole) if whole else 99.9


def _time_left_s(
    stages: tuple[StageState, ...],
    costs: Mapping[str, float | None],
    totals: Mapping[str, int],
    widths: Mapping[str, int],
) -> float | None:
    """Seconds left: what remains of each stage at its own pace, spread over its workers."""
    if not stages or any(unit.overdue for stage in stages for unit in stage.running):
        return None
    left = 0.0
    for stage in stages:
        remaining = totals[stage.name] - _ended(stage)
        if remaining <= 0:
            continue
        cost = costs[stage.name]
        if cost is None:
            return None
        left += cost * remaining / min(widths[stage.name], max(1.0, remaining))
    return left
