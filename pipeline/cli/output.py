"""What the command line writes: progress on standard error, one JSON object at the end."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from pipeline.errors import Cancelled, InternalFault, StudioError, kind_of
from pipeline.jobs.outages import patiently
from pipeline.outcome import raise_unless_done

if TYPE_CHECKING:
    from pipeline.jobs.state import RunState
    from pipeline.studio import Studio

LOG = logging.getLogger(__name__)
POLL_S = 0.2
ALMOST = 0.99
ERROR_CONSOLE = Console(stderr=True, highlight=False)


def emit(document: dict[str, Any]) -> None:
    """Write one JSON object as a line of standard output; odd file names do not stop it."""
    line = json.dumps(document, ensure_ascii=False)
    sys.stdout.write(line.encode("utf-8", "backslashreplace").decode() + "\n")
    sys.stdout.flush()


def tell(document: dict[str, Any], words: str, *, as_json: bool) -> None:
    """One answer, for a program or for people."""
    if as_json:
        emit(document)
    else:
        say(words)


def say(text: str) -> None:
    """Write a line for people to standard output."""
    sys.stdout.write(text + "\n")


class Told(Exception):
    """An error whose words stand in the JSON object that was written."""

    def __init__(self, error: StudioError) -> None:
        super().__init__(str(error))
        self.error = error


@contextmanager
def exit_codes(*, as_json: bool = False) -> Iterator[None]:
    """End the process with the exit code of the contract, and words on standard error.

    Args:
        as_json: Whether a program reads the answer: then a failure is one JSON object as well.
    """
    try:
        yield
    except Told as told:
        complain(told.error)
        raise SystemExit(told.error.exit_code) from told
    except (StudioError, KeyboardInterrupt) as error:
        raise SystemExit(_fail(_in_words(error), as_json=as_json)) from error
    except BrokenPipeError:
        # Whoever read the answer has seen enough; the flush at exit must not fail as well.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        # The end of the process: whoever called gets the contract's code, and the trace to report.
        LOG.error("a defect ended this command", exc_info=error)
        raise SystemExit(_fail(internal_fault(error), as_json=as_json)) from error


def _in_words(error: StudioError | KeyboardInterrupt) -> StudioError:
    if isinstance(error, StudioError):
        return error
    return Cancelled("Stopped.", "What is finished is kept; the same command goes on.")


def _fail(error: StudioError, *, as_json: bool) -> int:
    complain(error)
    if as_json:
        emit(failure(error))
    return error.exit_code


def failure(error: StudioError) -> dict[str, Any]:
    """What a program reads of an error; ``kind`` is its class in ``pipeline.errors``."""
    return {
        "error": {
            "kind": kind_of(error),
            "message": error.message,
            "way_out": error.way_out,
            "exit_code": error.exit_code,
        }
    }


def complain(error: StudioError) -> None:
    ERROR_CONSOLE.print(f"Error: {error.message}", style="bold red", markup=False)
    if error.way_out:
        ERROR_CONSOLE.print(error.way_out, markup=False)


def follow(studio: Studio, project_id: str, goal: str, pause_after: str | None = None) -> RunState:
    """Start a goal, show its progress until it ends or pauses, and return how it ended.

    Raises:
        StudioError: The run failed, was held or cancelled; the first reason in words.
    """
    run_id = studio.start(project_id, goal, pause_after=pause_after)
    try:
        state = _watch(studio, run_id)
    except KeyboardInterrupt:
        studio.cancel(project_id)
        raise
    raise_unless_done(state)
    return state


def _watch(studio: Studio, run_id: str) -> RunState:
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=ERROR_CONSOLE, transient=False) as progress:
        tasks: dict[str, Any] = {}
        while True:
            state = patiently(lambda: studio.run_state(run_id))
            _show(progress, tasks, state)
            if not state.active:
                return state
            time.sleep(POLL_S)


def _show(progress: Progress, tasks: dict[str, Any], state: RunState) -> None:
    for stage in state.stages:
        if stage.total is None:
            continue
        if stage.name not in tasks:
            tasks[stage.name] = progress.add_task(stage.name, total=max(1, stage.total), note="")
        part = sum(unit.fraction for unit in stage.running)
        finished = not stage.running and stage.done == stage.total
        # Nothing is at its end before it has landed.
        behind = min(stage.done + part, ALMOST * stage.total)
        progress.update(
            tasks[stage.name],
            total=max(1, stage.total),
            completed=max(1, stage.total) if finished else behind,
            note=stage.running[0].note if stage.running else "",
        )


def internal_fault(error: BaseException) -> InternalFault:
    """A defect, told in words; where it happened is named, what it handled is not."""
    frames = [one for one in extract_tb(error.__traceback__) if "/pipeline/" in one.filename]
    where = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return InternalFault(
        f"The studio hit a defect: {type(error).__name__}{where}.",
        "What is finished is kept. Report this line with the command that you gave.",
    )
