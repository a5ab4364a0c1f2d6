"""The part of the engine that works: threads of this process that take units from queues.

There is one host a process, whatever number of :class:`Engine` objects ask for it. The guard
lives outside this module, as a module's globals are made anew when Streamlit reloads an edited
file while the threads of the old ones go on.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
import types
from typing import TYPE_CHECKING, Any

from dbos import DBOS, DBOSPortableJSONSerializer
from sqlalchemy.exc import DBAPIError

from pipeline.errors import InternalFault
from pipeline.jobs.names import (
    ALL_QUEUES,
    APPLICATION,
    GUARDED,
    PROTOCOL,
    REPEATABLE,
    RUN_QUEUE,
    run_workflow_id,
    unit_workflow_id,
)
from pipeline.jobs.outages import is_outage
from pipeline.jobs.protocol import Work
from pipeline.jobs.pulse import Pulse, Silence
from pipeline.providers.limits import starts_per_minute

if TYPE_CHECKING:
    from pipeline.jobs.engine import Engine

LOG = logging.getLogger(__name__)
GUARD = "_music_video_studio_host"
FAREWELL_S = 8.0
RUN_WIDTH = 64
POOL_SIZE = 20
QUIET_POLL_S = 0.5
TIDY_EVERY_S = 1800.0
GIVEN_UP = InternalFault(
    "The job engine gave this up.", "Start it again; if it fails again, report it with the log."
)


class Host:
    """A launched engine. Made by :func:`launch_host`, ended by :meth:`release` of its owner."""

    def __init__(self, engine: Engine, work: Work, queues: tuple[str, ...]) -> None:
        self.owner = engine
        self.place = _place(engine)
        self.stopping = threading.Event()
        self._queues = queues
        self._options = engine.options
        self._system = engine.system
        self._progress = engine.progress
        self._tidy_at = 0.0
        self._slots = self._system.new_slots()
        self._pulse = Pulse(
            engine.progress.database, self._slots.executor_id, engine.options.lease_s
        )
        self._engine = self._system.new_engine(POOL_SIZE)
        # Importing it registers the workflows, in place of those of a module of before.
        from pipeline.jobs import workflows

        self._silence = Silence()
        workflows.bind(
            workflows.Runtime(
                work, self._progress, self.stopping, engine.enqueue_units, self._silence
            )
        )
        self._register_queues()
        self._launch()
        self._threads = [
            threading.Thread(target=self._sweeping, name="studio-sweep", daemon=True),
            threading.Thread(target=self._farewell, name="studio-farewell", daemon=True),
            threading.Thread(target=self._last_resort, name="studio-last", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def release(self, engine: Engine) -> None:
        """Stop, if this engine is the one that launched."""
        if engine is self.owner:
            self.stop()
            _guard().host = None

    def stop(self) -> None:
        """Stop taking work; units in progress stop at their next report and stay unfinished."""
        if self.stopping.is_set():
            return
        self.stopping.set()
        # Work that was taken in this very moment is handed on; the engine would call it an error.
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        DBOS.destroy()
        self._engine.dispose()
        self._slots.close()

    def sweep(self) -> None:
        """Hand on what dead and stuck processes left, and queue runs that never were."""
        self._slots.keep()
        active = self._progress.active_run_arguments()
        if active:
            self._pulse.beat()
        pending = self._system.pending()
        for executor_id in pending:
            self._inherit(executor_id, watched=bool(active))
        self._give_up_silent(pending.get(self._slots.executor_id, []))
        for run in active:
            self._mend(*run)
        self._system.set_poll(self._options.busy_poll_s if active else None)

    def _inherit(self, executor_id: str, *, watched: bool) -> None:
        """Hand on the work of an executor that is dead, or that is watched and stuck.

        A stuck one may come back in the middle of a unit. What it asks of a language model has no
        journal, and would be paid for twice: that stays its own until it is dead or stopped.
        """
        with self._slots.abandoned(executor_id) as gone:
            if gone or (watched and self._pulse.claim_stuck(executor_id)):
                # Looked up again: another process may have handed it on since it was listed.
                left = self._system.pending_of(executor_id)
                self._take_over([one for one in left if gone or one[1] in REPEATABLE])
            if gone:
                self._pulse.forget(executor_id)

    def _give_up_silent(self, mine: list[tuple[str, str | None]]) -> None:
        """Hand on paid units whose thread here says nothing any more; the journal guards them."""
        for workflow_id, queue in mine:
            silent_s = self._silence.silent_s(workflow_id)
            if queue in GUARDED and silent_s > self._options.silence_s:
                LOG.warning("a unit says nothing for %.0f s; it is handed on", silent_s)
                self._silence.forget(workflow_id)
                self._system.resume(queue, [workflow_id])

    def _mend(self, run_id: str, project_id: str, goal: str, selection: tuple[str, ...]) -> None:
        """Queue a run that its starter could not queue, and end what the engine gave up."""
        workflow_id = run_workflow_id(run_id)
        if not self._system.known(workflow_id):
            self.owner.enqueue_run(run_id, project_id, goal, selection)
            return
        broken = self._system.broken(workflow_id)
        if not broken:
            return
        for stage, unit in self._progress.unended_units(run_id):
            if unit_workflow_id(run_id, stage, unit) in broken:
                self._progress.fail_unit((run_id, stage, unit), GIVEN_UP, 0.0)
        if workflow_id in broken:
            self._progress.finish(run_id, "failed")

    def _launch(self) -> None:
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": self._system.url,
                "system_database_engine": self._engine,
                "application_version": PROTOCOL,
                "executor_id": self._slots.executor_id,
                "serializer": DBOSPortableJSONSerializer(),
                "log_level": "ERROR",
                "run_migrations": False,
                "notification_listener_polling_interval_sec": QUIET_POLL_S,
                "scheduler_polling_interval_sec": 3600.0,
                "use_listen_notify": False,
            }
        )
        try:
            DBOS.listen_queues([RUN_QUEUE, *self._queues])
            DBOS.launch()
        except BaseException:
            # A half-launched engine would be taken for a running one by the next try.
            self.stop()
            raise

    def _register_queues(self) -> None:
        """Before the launch, so that the queues are looked at from its first moment."""
        rates = starts_per_minute()
        for name in ALL_QUEUES:
            width = RUN_WIDTH if name == RUN_QUEUE else self._options.width.get(name, 1)
            mine = name == RUN_QUEUE or name in self._queues
            self._system.register_queue(name, width, rates.get(name), overwrite=mine)
        busy = bool(self._progress.active_runs())
        self._system.set_poll(self._options.busy_poll_s if busy else None)

    def _take_over(self, left: list[tuple[str, str | None]]) -> None:
        if not left:
            return
        by_queue: dict[str, list[str]] = {}
        for workflow_id, queue in left:
            by_queue.setdefault(queue or RUN_QUEUE, []).append(workflow_id)
        for queue, ids in by_queue.items():
            self._system.resume(queue, ids)
        LOG.info("took over %d pieces of unfinished work", len(left))

    def _sweeping(self) -> None:
        while True:
            try:
                self.sweep()
                self._tidy()
            except Exception as error:
                # Logged, and tried again: a watcher that died would leave stuck work for good.
                self._pulse.start_over()
                away = isinstance(error, DBAPIError) and is_outage(error)
                if not self.stopping.is_set():
                    LOG.warning("the look for unfinished work failed", exc_info=not away)
            if self.stopping.wait(self._options.sweep_s):
                return

    def _tidy(self) -> None:
        """Delete old work of the engine's, at launch and then now and again."""
        if time.monotonic() >= self._tidy_at:
            self._system.tidy()
            self._pulse.keep_only(self._system.pending())
            self._tidy_at = time.monotonic() + TIDY_EVERY_S

    def _last_resort(self) -> None:
        """End a process whose threads do not come back: one that is killed loses nothing."""
        threading.main_thread().join()
        time.sleep(FAREWELL_S)
        os._exit(1)

    def _farewell(self) -> None:
        """Let the process end: at its exit Python waits for the engine's threads otherwise."""
        threading.main_thread().join()
        self.stop()


def launch_host(engine: Engine, work: Work, queues: tuple[str, ...]) -> Host:
    """The one host of this process, launched if it is not running.

    Raises:
        InternalFault: It works for another home or database.
    """
    guard = _guard()
    with guard.lock:
        host: Host | None = guard.host
        if host is None or host.stopping.is_set():
            host = guard.host = Host(engine, work, queues)
        if host.place != _place(engine):
            raise InternalFault(
                "This process already works for a studio in another folder.",
                "Use one process for each studio folder.",
            )
        return host


def _place(engine: Engine) -> tuple[str, str | None]:
    return (str(engine.home.resolve()), engine.database_url)


def _guard() -> Any:
    fresh = types.ModuleType(GUARD)
    fresh.__dict__.update(lock=threading.Lock(), host=None)
    return sys.modules.setdefault(GUARD, fresh)
