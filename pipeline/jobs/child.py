"""A process that computes stages for its parent: ``python -m pipeline.jobs.child SETTINGS``.

One JSON object a line, in both directions, over pipes that nobody else holds:

    parent -> child   {"stage": name, "inputs": {...}}      one at a time
                      {"cancel": true}                      stop at the next report
    child -> parent   {"progress": [fraction, note]}        any number
                      {"result": {...}}                     the stage's output, as JSON
                      {"error": {kind, message, way_out}}   or why there is none

The end of its input is the end of the child: it never outlives its parent.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from pydantic import ValidationError

from pipeline import stage
from pipeline.errors import Cancelled, InternalFault, StudioError

NICENESS = 5
RETIRED = 75
REPORT_EVERY_S = 0.25
MAX_JOBS = 200
MAX_RESIDENT_KB = 700_000


class Wire:
    """The private pipes: what any library prints goes to standard error instead."""

    def __init__(self) -> None:
        self._lines: TextIO = os.fdopen(os.dup(0), "r", encoding="utf-8")
        self._out: TextIO = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        with open(os.devnull) as nothing:  # noqa: PTH123 - a device, not a path of ours
            os.dup2(nothing.fileno(), 0)
        self._writing = threading.Lock()
        self.jobs: queue.Queue[dict[str, Any]] = queue.Queue()
        self.cancelled = threading.Event()

    def listen(self) -> None:
        """Sort what the parent says; leave with it."""
        for line in self._lines:
            message = json.loads(line)
            if "cancel" in message:
                self.cancelled.set()
            else:
                self.jobs.put(message)
        os._exit(0)

    def say(self, **message: Any) -> None:
        text = json.dumps(message, separators=(",", ":"), allow_nan=False)
        with self._writing, suppress(BrokenPipeError):
            self._out.write(text + "\n")
            self._out.flush()


class Teller:
    """The report that a stage's workbench calls."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._told_at = 0.0

    def __call__(self, fraction: float, note: str) -> None:
        if self._wire.cancelled.is_set():
            raise Cancelled("Stopped because the run was cancelled.")
        now = time.monotonic()
        if now - self._told_at >= REPORT_EVERY_S:
            self._told_at = now
            self._wire.say(progress=[fraction, note])


class Kitchen:
    """Stage registry, store and workbench, opened once for all jobs of this child.

    Args:
        settings: ``home``, ``threads``, and the dotted places ``stages`` and ``bench`` of the
            functions that give a stage by name and open a home's store and workbench.
        wire: Where progress goes.
    """

    def __init__(self, settings: dict[str, Any], wire: Wire) -> None:
        self._stage_named = named(settings["stages"])
        open_bench = named(settings["bench"])
        self._store, self._bench = open_bench(
            Path(settings["home"]), Teller(wire), settings["threads"]
        )

    def cook(self, job: dict[str, Any]) -> dict[str, Any]:
        """A stage's output as JSON, from the store or computed and stored.

        Raises:
            InternalFault: The inputs are not what the stage declares.
        """
        wanted = self._stage_named(job["stage"])
        try:
            inputs = wanted.inputs.model_validate(job["inputs"])
        except ValidationError as error:
            raise InternalFault(f"Stage {job['stage']} was given inputs it refuses.") from error
        try:
            outcome = stage.run(wanted, inputs, self._store, self._bench)
        finally:
            self._bench.close()
        output: dict[str, Any] = outcome.value.model_dump(mode="json")
        return output


def named(place: str) -> Any:
    """What ``package.module:attribute`` names."""
    module, attribute = place.split(":")
    return getattr(import_module(module), attribute)


def main() -> None:
    settings = json.loads(sys.argv[1])
    wire = Wire()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
    threading.Thread(target=wire.listen, daemon=True).start()
    serve(settings, wire)
    # Threads that a library left behind must not keep an empty process alive.
    os._exit(RETIRED)


def serve(settings: dict[str, Any], wire: Wire) -> None:
    """Do jobs until there was none for a while, or this process has grown old or large."""
    kitchen: Kitchen | None = None
    for _number in range(MAX_JOBS):
        try:
            job = wire.jobs.get(timeout=settings["idle_s"])
        except queue.Empty:
            return
        wire.cancelled.clear()
        try:
            kitchen = kitchen or Kitchen(settings, wire)
            wire.say(result=kitchen.cook(job))
        except StudioError as error:
            wire.say(error=as_words(error))
        except MemoryError:
            wire.say(error=as_words(out_of_memory()))
            return
        except Exception as error:  # noqa: BLE001 - the process border: any defect is told in words
            wire.say(error=as_words(defect(job["stage"], error)), trace=traceback.format_exc())
        if resident_kb() > MAX_RESIDENT_KB:
            return


def as_words(error: StudioError) -> dict[str, str]:
    return {"kind": type(error).__name__, "message": error.message, "way_out": error.way_out}


def out_of_memory() -> StudioError:
    """The one sentence for a computation that the system could not hold."""
    return InternalFault(
        "The computer ran out of memory for this piece of work.",
        "Close other programs, choose a smaller format or fewer workers, and start again.",
    )


def defect(what: str, error: Exception) -> StudioError:
    return InternalFault(
        f"The studio itself failed in {what} ({type(error).__name__}).",
        "Start it again; if it fails again, report it with the log.",
    )


def resident_kb() -> int:
    """Memory that this process holds, in kB; 0 where the system does not say.

    Not the peak of ``getrusage``: on Linux a child inherits that of the process that started it,
    and every child of a large app would count as grown.
    """
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (ImportError, OSError):
        return 0
    return pages * resource.getpagesize() // 1024


if __name__ == "__main__":
    main()
