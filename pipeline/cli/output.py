"""What the command line writes: progress on standard error, one JSON object at the end."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from pipeline.errors import Cancelled, InternalFault, StudioError
from pipeline.jobs.outages import patiently
from pipeline.outcome import raise_unless_done

if TYPE_CHECKING:
    from pipeline.jobs.state import RunState
    from pipeline.studio import Studio

POLL_S = 0.2
ALMOST = 0.99
ERROR_CONSOLE = Console(stderr=True, highlight=False)


def emit(document: dict[str, Any]) -> None:
    """Write one JSON object as a line of standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
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


@contextmanager
def exit_codes() -> Iterator[None]:
    """End the process with the exit code of the contract, and words on standard error."""
    try:
        yield
    except StudioError as error:
        complain(error)
        raise SystemExit(error.exit_code) from error
    except KeyboardInterrupt as error:
        complain(Cancelled("Stopped.", "What is finished is kept; the same command goes on."))
        raise SystemExit(Cancelled.exit_code) from error


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
    """A defect, told in words; the cause goes to the log at DEBUG only."""
    return InternalFault(
        f"The studio hit a defect: {type(error).__name__}.",
        "Run the command again with --verbose, and report what it prints.",
    )
