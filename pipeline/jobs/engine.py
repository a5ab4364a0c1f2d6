"""The engine: start, watch and cancel runs from any process, do their work in launched ones.

    Engine(...)            a client: start, state, cancel, wait; no threads, no work
    Engine(...).launch()   also takes work from the queues, and takes over what dead ones left

Both talk to each other through two databases only: the rows of ``progress.py`` and the engine's
own (``dbos.sqlite`` in the home, or the same Postgres).
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.database import Database
from pipeline.errors import BadInput, InternalFault
from pipeline.jobs.activity import active_runs_of, units_at_work
from pipeline.jobs.names import (
    RUN_QUEUE,
    RUN_WORKFLOW,
    UNIT_WORKFLOW,
    run_workflow_id,
    unit_workflow_id,
)
from pipeline.jobs.outages import patiently, storage_errors
from pipeline.jobs.pauses import Pauses
from pipeline.jobs.progress import Progress
from pipeline.jobs.protocol import QUEUES, StageSpec, Work
from pipeline.jobs.state import RunState, latest_run, read_state

if TYPE_CHECKING:
    from pipeline.jobs.host import Host
    from pipeline.jobs.system import System

LOG = logging.getLogger(__name__)
WAIT_POLL_S = 0.2


def default_width() -> dict[str, int]:
    """Units of each queue that one process runs at once."""
    return {"compute": max(1, min(4, os.cpu_count() or 1)), "clips": 40, "text": 4, "images": 8}


@dataclass(frozen=True)
class EngineOptions:
    """How an engine runs.

    Args:
        width: Units of each queue that this process runs at once.
        database: An open studio database to share; None opens the one of the home or URL.
        sweep_s: Seconds between looks for work that a dead process left.
        lease_s: Seconds without a sign of life after which a process that has not ended counts
            as stuck, and its work is handed on. More than two waits for a locked SQLite file:
            one that waits for its turn to write is not stuck.
        silence_s: Seconds after which a paid unit of a living process that reports nothing is
            handed on. Longer than any single request or outage that a unit waits out.
        busy_poll_s: Seconds between looks at a queue while a run is active.
    """

    width: Mapping[str, int] = field(default_factory=default_width)
    database: Database | None = None
    sweep_s: float = 10.0
    lease_s: float = 150.0
    silence_s: float = 1200.0
    busy_poll_s: float = 0.25


class Engine:
    """Runs of projects, durable across processes.

    Args:
        home: The studio's folder; created if missing.
        database_url: Postgres address, or None for SQLite files in the home.
        work: What runs are made of; used only by a launched engine.
        options: Widths and intervals.
    """

    def __init__(
        self,
        home: Path,
        database_url: str | None,
        work: Work,
        options: EngineOptions | None = None,
    ) -> None:
        self.home = home
        self.database_url = database_url
        self.options = options or EngineOptions()
        self._work = work
        self._system: System | None = None
        self._host: Host | None = None
        self._lock = threading.RLock()
        self._database = self.options.database
        self._progress: Progress | None = None

    def launch(self, queues: tuple[str, ...] | None = None) -> None:
        """Take work from queues (None: all) in threads of this process; idempotent.

        Work left behind by processes that died is taken over at once and in the background.

        Raises:
            InternalFault: This process already works for another home.
        """
        from pipeline.jobs.host import launch_host

        chosen = QUEUES if queues is None else queues
        with self._lock:
            if self._host is None:
                self._host = launch_host(self, self._work, tuple(chosen))

    @storage_errors()
    def start(
        self,
        project_id: str,
        goal: str,
        selection: tuple[str, ...] = (),
        *,
        pause_after: str | None = None,
    ) -> str:
        """Start a run, or find the active one with the same project, goal and selection.

        Args:
            project_id: The project.
            goal: As the studio names it.
            selection: The units that it is about; all when empty.
            pause_after: A stage of the goal after which the run stops until :meth:`go_on`.

        Raises:
            StudioError: The studio knows no such goal, or the goal no such stage.
        """
        pause = self._pause_of(goal, pause_after)
        run_id = self.progress.claim(project_id, goal, selection)
        if pause:
            self.pauses.ask(run_id, pause)
        self.enqueue_run(run_id, project_id, goal, selection)
        self.system.set_poll(self.options.busy_poll_s)
        return run_id

    @storage_errors()
    def pause_after(self, run_id: str, stage: str | None) -> None:
        """Let an active run stop when a stage has ended; None: let it go on to its end.

        A stage that has ended already, and the last one, change nothing.

        Raises:
            BadInput: There is no such run, or it has no such stage.
        """
        _project_id, goal, _selection = self.progress.arguments(run_id)
        pause = self._pause_of(goal, stage)
        if pause:
            self.pauses.ask(run_id, pause)
        else:
            self.pauses.withdraw(run_id)

    @storage_errors()
    def go_on(self, run_id: str) -> str:
        """Go on where a run was paused: the id of the run that does, the same for a double click.

        A run that is still active only loses its pause.

        Raises:
            BadInput: There is no such run.
        """
        if self.progress.is_active(run_id):
            self.pauses.withdraw(run_id)
            # It may have paused in this very moment, before its pause was taken away.
            if self.progress.run_state(run_id) != "paused":
                return run_id
        return self.start(*self.progress.arguments(run_id))

    def _pause_of(self, goal: str, stage: str | None) -> str | None:
        """The stage after which a goal can pause; None for its last, where it ends anyway."""
        names = [one.name for one in self._work.stages(goal)]
        if stage is None:
            return None
        if stage not in names:
            raise BadInput(f"This work has no step {stage!r}.", f"Choose from {', '.join(names)}.")
        return None if stage == names[-1] else stage

    @storage_errors()
    def cancel(self, run_id: str) -> None:
        """End a run now: queued units never start, running ones stop at their next report."""
        waiting = self.progress.queued_units(run_id)
        self.progress.finish(run_id, "cancelled")
        ids = [unit_workflow_id(run_id, stage, unit) for stage, unit in waiting]
        self.system.forget(ids)

    @storage_errors()
    def state(self, run_id: str, since_s: float = 0.0) -> RunState:
        """How a run stands; units that had ended before ``since_s`` count as found.

        Raises:
            BadInput: No such run.
        """
        return read_state(self.progress.database, run_id, self.options.width, since_s)

    @storage_errors()
    def current(self, project_id: str) -> RunState | None:
        """How a project's newest run stands, active or ended."""
        run_id = latest_run(self.progress.database, project_id)
        return None if run_id is None else self.state(run_id)

    @storage_errors()
    def active(self) -> tuple[RunState, ...]:
        """All runs that are queued or running, oldest first."""
        return tuple(self.state(run_id) for run_id in self.progress.active_runs())

    @storage_errors()
    def active_of(self, project_id: str) -> tuple[str, ...]:
        """Ids of a project's active runs, oldest first."""
        return active_runs_of(self.progress.database, project_id)

    @storage_errors()
    def at_work(self, project_id: str, stage: str) -> frozenset[str]:
        """Units of a stage that some active run of the project is to make."""
        return units_at_work(self.progress.database, project_id, stage)

    def wait(self, run_id: str, timeout: float | None = None) -> RunState:
        """The state of a run when it has ended, or after ``timeout`` seconds.

        A database that is away for a while is waited out.
        """
        give_up = None if timeout is None else time.monotonic() + timeout
        while patiently(lambda: self.state(run_id)).active:
            if give_up is not None and time.monotonic() > give_up:
                break
            time.sleep(WAIT_POLL_S)
        return patiently(lambda: self.state(run_id))

    def close(self) -> None:
        """Stop working and let go of everything; running units are left for another process."""
        with self._lock:
            host, self._host = self._host, None
            system, self._system = self._system, None
        if host is not None:
            host.release(self)
        if system is not None:
            system.close()
        if self._database is not None and self.options.database is None:
            self._database.close()
            self._database = self._progress = None

    @property
    def progress(self) -> Progress:
        """The rows of runs; their tables exist afterwards."""
        with self._lock:
            if self._progress is None:
                self._prepare()
            if self._progress is None:
                raise InternalFault("The job database could not be opened.")
            return self._progress

    @property
    def pauses(self) -> Pauses:
        """After which stages runs are to stop."""
        return Pauses(self.progress.database)

    @property
    def system(self) -> System:
        """The engine's own database; its tables exist afterwards."""
        with self._lock:
            if self._system is None:
                from pipeline.jobs.system import System

                self._system = System(self.home, self.database_url)
                with storage_errors():
                    self._system.prepare()
            return self._system

    def enqueue_run(
        self, run_id: str, project_id: str, goal: str, selection: tuple[str, ...]
    ) -> None:
        """Hand a run to the queue; one that is already there stays as it is."""
        arguments = (run_id, project_id, goal, list(selection))
        self.system.enqueue(RUN_WORKFLOW, RUN_QUEUE, [(run_workflow_id(run_id), arguments)])

    def enqueue_units(
        self, run_id: str, project_id: str, stage: StageSpec, units: list[str]
    ) -> None:
        """Hand units to their queue; those that are already there stay as they are."""
        work = [
            (
                unit_workflow_id(run_id, stage.name, unit),
                (run_id, project_id, stage.name, unit),
            )
            for unit in units
        ]
        self.system.enqueue(UNIT_WORKFLOW, stage.queue, work)

    def _prepare(self) -> None:
        from pipeline.jobs.system import prepare_rows

        url = self.database_url or f"sqlite:///{self.home / 'studio.sqlite'}"
        with storage_errors():
            self.home.mkdir(parents=True, exist_ok=True)
            self._database = self._database or Database(url)
            prepare_rows(self.home, self.database_url, self._database)
        self._progress = Progress(self._database)
