"""The two durable workflows: a run, and one unit of it.

Only a launched engine imports this module: importing it registers the workflows. Their inputs
are ids, their outputs words; everything else is in the rows of ``progress.py``. Steps may run
again after a crash, so each looks at the rows first.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from dbos import DBOS
from sqlalchemy.exc import DBAPIError

from pipeline.errors import Cancelled, DiskFull, InternalFault, StudioError
from pipeline.jobs.names import GUARDED, RUN_WORKFLOW, UNIT_WORKFLOW, unit_workflow_id
from pipeline.jobs.outages import OUTAGE_LIMIT_S, Interrupted, is_outage, through_outages
from pipeline.jobs.pauses import Pauses
from pipeline.jobs.progress import Progress
from pipeline.jobs.protocol import KnowsReady, StageSpec, UnitResult, Work
from pipeline.jobs.pulse import Silence
from pipeline.jobs.tables import ENDED_UNIT

LOG = logging.getLogger(__name__)
REPORT_EVERY_S = 0.5
WAIT_POLL_S = 0.2
ROOM_POLL_S = 5.0

Value = TypeVar("Value")


@dataclass(frozen=True)
class Runtime:
    """What the workflows of this process work with.

    ``enqueue`` hands units of a stage to its queue; a unit that is already there stays as it is.
    """

    work: Work
    progress: Progress
    stopping: threading.Event
    enqueue: Callable[[str, str, StageSpec, list[str]], None]
    silence: Silence


_runtime: Runtime | None = None


def bind(runtime: Runtime | None) -> None:
    """Give the workflows their surroundings; called once before the engine is launched."""
    global _runtime
    _runtime = runtime


def _bound() -> Runtime:
    if _runtime is None:
        raise InternalFault("The job engine is not running.", "Restart the studio.")
    return _runtime


@DBOS.workflow(name=RUN_WORKFLOW, max_recovery_attempts=None)
def run_goal(run_id: str, project_id: str, goal: str, selection: list[str]) -> str:
    """Run the stages of a goal in order; returns the state in which the run ended."""
    stages = [StageSpec.model_validate(item) for item in _stages(run_id, goal)]
    if not stages:
        return _finish(run_id, "failed")
    held = False
    for stage in stages:
        outcome = _run_stage(run_id, project_id, stage.model_dump(), selection)
        held = held or outcome == "held"
        if outcome in ("failed", "cancelled", "paused") or (
            outcome == "held" and not stage.optional_units
        ):
            return _finish(run_id, outcome)
    return _finish(run_id, "held" if held else "done")


@DBOS.workflow(name=UNIT_WORKFLOW, max_recovery_attempts=None)
def run_unit(run_id: str, project_id: str, stage: str, unit: str) -> None:
    """Run one unit of a stage."""
    _run_unit(run_id, project_id, stage, unit)


@DBOS.step()
def _stages(run_id: str, goal: str) -> list[dict[str, object]]:
    """The goal's stages, settled once for the whole run; none when the studio knows no goal."""
    runtime = _bound()
    try:
        stages = runtime.work.stages(goal)
    except StudioError as error:
        whole = StageSpec(name=goal, queue="compute")
        _through_outages(lambda: runtime.progress.begin(run_id, (whole,)))
        _stage_failed(run_id, whole, error)
        return []
    _through_outages(lambda: runtime.progress.begin(run_id, stages))
    return [stage.model_dump() for stage in stages]


@DBOS.step()
def _run_stage(run_id: str, project_id: str, stage: dict[str, object], selection: list[str]) -> str:
    """Settle the stage's units, hand them to their queue, and wait until each has ended."""
    spec = StageSpec.model_validate(stage)
    try:
        units = _through_outages(lambda: _units(run_id, project_id, spec, tuple(selection)))
    except Cancelled:
        return "cancelled"
    except StudioError as error:
        return _stage_failed(run_id, spec, error)
    except Exception as error:  # noqa: BLE001 - the job boundary: any defect ends as a failed run
        return _stage_failed(run_id, spec, _defect(error, spec.name))
    _through_outages(lambda: _bound().enqueue(run_id, project_id, spec, units))
    outcome = _wait_for(run_id, spec)
    if outcome in ("done", "held") and _pauses(run_id, spec):
        return "paused"
    return outcome


@DBOS.step()
def _finish(run_id: str, state: str) -> str:
    _through_outages(lambda: _bound().progress.finish(run_id, state))
    return state


@DBOS.step()
def _run_unit(run_id: str, project_id: str, stage: str, unit: str) -> None:
    progress, address = _bound().progress, (run_id, stage, unit)
    if not _through_outages(lambda: progress.begin_unit(*address)):
        return
    began = time.perf_counter()
    try:
        result = _through_outages(lambda: _do(project_id, address))
        _through_outages(lambda: progress.end_unit(address, result))
    except Interrupted:
        # Only for the looks: taken over, the unit runs again whatever its row says.
        with suppress(DBAPIError):
            progress.requeue_unit(address)
        raise
    except Cancelled:
        _through_outages(lambda: progress.cancel_unit(address))
    except StudioError as error:
        _fail_unit(address, error, time.perf_counter() - began)
    except Exception as error:  # noqa: BLE001 - the job boundary: any defect ends as a failed unit
        _fail_unit(address, _defect(error, f"{stage} {unit}"), time.perf_counter() - began)
    finally:
        _bound().silence.forget(unit_workflow_id(*address))


def _units(run_id: str, project_id: str, spec: StageSpec, selection: tuple[str, ...]) -> list[str]:
    """The units that are left to do; asked of the studio only if they are not written yet."""
    runtime = _bound()
    states = runtime.progress.unit_states(run_id, spec.name)
    if not states:
        units = runtime.work.units(project_id, spec.name, selection)
        ready: tuple[str, ...] = ()
        if isinstance(runtime.work, KnowsReady):
            ready = runtime.work.ready(project_id, spec.name, units)
        runtime.progress.expand(run_id, spec.name, units, set(ready))
        states = runtime.progress.unit_states(run_id, spec.name)
    return [unit for unit, state in states.items() if state not in ENDED_UNIT]


def _wait_for(run_id: str, spec: StageSpec) -> str:
    """Wait for the stage's units: ``done``, ``failed``, ``held`` or ``cancelled``."""
    runtime = _bound()
    while True:
        if not _through_outages(lambda: runtime.progress.is_active(run_id)):
            return "cancelled"
        states = set(
            _through_outages(lambda: runtime.progress.unit_states(run_id, spec.name)).values()
        )
        if states <= set(ENDED_UNIT):
            break
        if runtime.stopping.wait(WAIT_POLL_S):
            raise Interrupted
    if "failed" in states and not spec.optional_units:
        return "failed"
    return "held" if "held" in states else "done"


def _pauses(run_id: str, spec: StageSpec) -> bool:
    """Stop the run here if a person asked for it; whether it is paused now."""
    pauses = Pauses(_bound().progress.database)
    return _through_outages(lambda: pauses.stop(run_id, spec.name))


def _do(project_id: str, address: tuple[str, str, str]) -> UnitResult:
    runtime = _bound()
    reporter = UnitReporter(runtime, address)
    give_up = time.monotonic() + OUTAGE_LIMIT_S
    while True:
        try:
            return runtime.work.run_unit(project_id, address[1], address[2], reporter)
        except DiskFull:
            bought = runtime.progress.queue_of(address[0], address[1]) in GUARDED
            if not bought or time.monotonic() > give_up:
                raise
        _wait_for_room(reporter)


def _wait_for_room(reporter: UnitReporter) -> None:
    """What was bought can be fetched for an hour, so it waits for a person to make room."""
    until = time.monotonic() + ROOM_POLL_S
    while time.monotonic() < until:
        reporter.progress(0.95, "the disk is full: waiting for room, it is kept at the vendor")
        time.sleep(WAIT_POLL_S)


def _fail_unit(address: tuple[str, str, str], error: StudioError, seconds: float) -> None:
    _through_outages(lambda: _bound().progress.fail_unit(address, error, seconds))


def _stage_failed(run_id: str, spec: StageSpec, error: StudioError) -> str:
    _through_outages(lambda: _bound().progress.fail_stage(run_id, spec.name, error))
    return "failed"


def _defect(error: Exception, what: str) -> InternalFault:
    LOG.error("defect while running %s", what, exc_info=error)
    return InternalFault(
        f"The studio itself failed here ({type(error).__name__}).",
        "Start it again; if it fails again, report it with the log.",
    )


def _through_outages(action: Callable[[], Value]) -> Value:
    """Do something that needs the database, waiting out a database that is away."""
    return through_outages(action, _bound().stopping)


class UnitReporter:
    """Writes a unit's progress, at most every :data:`REPORT_EVERY_S` seconds."""

    def __init__(self, runtime: Runtime, address: tuple[str, str, str]) -> None:
        self._progress = runtime.progress
        self._address = address
        self._stopping = runtime.stopping
        self._silence = runtime.silence
        self._workflow_id = unit_workflow_id(*address)
        self._written_at = 0.0
        self._lock = threading.Lock()
        self._silence.heard(self._workflow_id)

    def progress(self, fraction: float, note: str = "") -> None:
        self._silence.heard(self._workflow_id)
        if self._stopping.is_set():
            raise Interrupted
        with self._lock:
            now = time.monotonic()
            if now - self._written_at < REPORT_EVERY_S:
                return
            self._written_at = now
        try:
            active = self._progress.report(self._address, fraction, note)
        except DBAPIError as error:
            if not is_outage(error):
                raise
            LOG.warning("progress of %s is not shown: the database is away", self._address[2])
            return
        if not active:
            raise Cancelled("Stopped because the run was cancelled.")
