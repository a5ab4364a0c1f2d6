"""CPU-heavy stages in processes of their own, so that pages and job threads never wait for them.

    unit thread ──run_stage──> Pool ──JSON lines──> child.py ──> store

Children start on demand, end when idle or large, and die with this process. They are plain
``python -m pipeline.jobs.child`` processes and not ``multiprocessing``, whose children would
import the program's main file again: under Streamlit, the page.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline import errors
from pipeline.errors import InternalFault, StudioError
from pipeline.jobs.child import RETIRED, out_of_memory
from pipeline.jobs.protocol import Reporter
from pipeline.model import Frozen

LOG = logging.getLogger(__name__)
LOOK_EVERY_S = 0.5
CANCEL_GRACE_S = 4.0
FAREWELL_S = 2.0
SIGKILL = -9
ROOT = Path(__file__).parents[2]

Message = dict[str, Any]


@dataclass(frozen=True)
class PoolSettings:
    """How children work.

    Args:
        home: The studio's folder, whose store the children use.
        threads: Threads that a stage may use in one child.
        idle_s: Seconds without work after which a child ends.
        stages: Place of the function that gives a stage by its name.
        bench: Place of the function that opens a home's store and workbench.
    """

    home: str
    threads: int = 1
    idle_s: float = 60.0
    stages: str = "pipeline.stages.registry:stage_named"
    bench: str = "pipeline.bench:open_bench"


class ChildFailed(Exception):
    """What a child's own traceback said; the cause of the error that is raised here."""


class Gone(Exception):
    """The child ended; ``code`` is how."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the process ended with {code}")
        self.code = code


class Pool:
    """At most ``workers`` children at work at once; threads of this process wait for a free one.

    Args:
        home: The studio's folder.
        workers: How many children.
        settings: For other stages than the studio's own, or other limits.
    """

    def __init__(self, home: Path, workers: int, settings: PoolSettings | None = None) -> None:
        self._settings = settings or PoolSettings(home=str(home.resolve()))
        self._free = threading.Semaphore(max(1, workers))
        self._idle: list[Child] = []
        self._lock = threading.Lock()

    def run_stage(self, stage_name: str, inputs: Frozen, report: Reporter) -> Message:
        """A stage's output as JSON data; it lies in the store afterwards.

        Raises:
            StudioError: The stage's own error, in its own words.
            Cancelled: ``report`` said so; the child has stopped, or was ended.
            InternalFault: The child died, for instance for want of memory.
        """
        job = {"stage": stage_name, "inputs": inputs.model_dump(mode="json")}
        with self._turn(report):
            output = None
            while output is None:
                output = self._attempt(self._take(), job, report)
            return output

    def _attempt(self, child: Child, job: Message, report: Reporter) -> Message | None:
        """The output, or None when the child had just retired and another is to be asked."""
        try:
            output = child.do(job, report)
        except Gone as gone:
            child.end(0)
            if gone.code != RETIRED:
                raise _death(gone) from gone
            return None
        except StudioError:
            self._give_back(child)
            raise
        except BaseException:  # raised on: whatever it was, the child is at work on a dead job
            child.end(0)
            raise
        self._give_back(child)
        return output

    def close(self) -> None:
        """End the children that are idle; those at work end with their work."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end(FAREWELL_S)

    @contextmanager
    def _turn(self, report: Reporter) -> Iterator[None]:
        while not self._free.acquire(timeout=LOOK_EVERY_S):
            report.progress(0.0, "waiting for a free processor")
        try:
            yield
        finally:
            self._free.release()

    def _take(self) -> Child:
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    return child
                child.end(0)
        return Child(self._settings)

    def _give_back(self, child: Child) -> None:
        with self._lock:
            if child.usable:
                self._idle.append(child)
                return
        child.end(0)


class Child:
    """One process and its two pipes."""

    def __init__(self, settings: PoolSettings) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.jobs.child", json.dumps(asdict(settings))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=_environment(settings.threads),
            text=True,
            encoding="utf-8",
        )
        self._said: queue.Queue[Message | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._busy = False

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def usable(self) -> bool:
        """Whether it lives and has answered all that it was asked."""
        return self.alive and not self._busy

    def do(self, job: Message, report: Reporter) -> Message:
        """Have one job done.

        Raises:
            Gone: The child ended without an answer.
            StudioError: The child's answer, or what ``report`` raised.
        """
        self._busy = True
        self._send(job)
        fraction, note = 0.0, ""
        while True:
            message = self._next()
            if message is not None and "progress" not in message:
                self._busy = False
                return _answer(message)
            if message is not None:
                fraction, note = message["progress"]
            try:
                report.progress(fraction, note)
            except StudioError:
                self._stop_job()
                raise

    def end(self, patience_s: float) -> None:
        """End the process: by closing its input, after ``patience_s`` seconds by force."""
        for pipe in (self._process.stdin,):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        if not patience_s:
            self._process.kill()
        try:
            self._process.wait(patience_s or None)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _stop_job(self) -> None:
        """Ask the child to drop its job; one that does not answer in time stays unusable."""
        with suppress(Gone, queue.Empty):
            self._send({"cancel": True})
            while True:
                message = self._said.get(timeout=CANCEL_GRACE_S)
                if message is None:
                    return
                if "progress" not in message:
                    self._busy = False
                    return

    def _send(self, message: Message) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            pipe.write(json.dumps(message, separators=(",", ":")) + "\n")
            pipe.flush()
        except OSError as error:
            raise Gone(self._process.wait()) from error

    def _next(self) -> Message | None:
        """What the child says next; None when it says nothing for a moment."""
        try:
            message = self._said.get(timeout=LOOK_EVERY_S)
        except queue.Empty:
            return None
        if message is None:
            raise Gone(self._process.wait())
        return message

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        for line in pipe:
            with suppress(ValueError):
                self._said.put(json.loads(line))
        self._said.put(None)


def _answer(message: Message) -> Message:
    """The result, or the child's error raised here with its traceback as the cause."""
    if "error" in message:
        words = message["error"]
        cause = ChildFailed(message.get("trace", f"{words['kind']} in a computing process"))
        if "trace" in message:
            LOG.error("a computing process failed", exc_info=cause)
        raise _error_named(words["kind"])(words["message"], words["way_out"]) from cause
    result: Message = message["result"]
    return result


def _error_named(kind: str) -> type[StudioError]:
    found = getattr(errors, kind, InternalFault)
    is_ours = isinstance(found, type) and issubclass(found, StudioError)
    return found if is_ours else InternalFault


def _death(gone: Gone) -> StudioError:
    if gone.code == SIGKILL:
        return out_of_memory()
    return InternalFault(
        f"A computing process ended without an answer (code {gone.code}).",
        "Start it again; if it fails again, report it with the log.",
    )


def _environment(threads: int) -> dict[str, str]:
    """The parent's environment without its secrets, and libraries held to their share of cores."""
    secret = ("_KEY", "_TOKEN", "_DATABASE_URL")
    kept = {name: value for name, value in os.environ.items() if not name.endswith(secret)}
    paths = [str(ROOT), kept.get("PYTHONPATH", "")]
    limits = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    return {
        **kept,
        **dict.fromkeys(limits, str(threads)),
        "MALLOC_ARENA_MAX": "2",
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
    }
