"""How a run ended, as the error tree says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline import errors
from pipeline.errors import BadInput, Cancelled, InternalFault, StudioError

if TYPE_CHECKING:
    from pipeline.jobs.state import RunState, UnitFailure

ASKED_EACH = ("clips", "references")
"""Goals whose every unit was asked for; on the way to other goals they may be missing."""


def raise_unless_done(state: RunState) -> None:
    """Return when the run is done; else raise the first reason, as it was raised in the unit.

    A run for clips or pictures is not done while one of them could not be made. One that a person
    let pause is as it should be.

    Raises:
        StudioError: What failed, with its way out; ``Cancelled`` when a person stopped it.
    """
    if state.state == "paused":
        return
    if state.state == "done" and not (state.goal in ASKED_EACH and state.failures):
        return
    if state.state == "cancelled":
        raise Cancelled("The work was cancelled.", "What is finished is kept; start it again.")
    reasons = [*state.failures, *(held for stage in state.stages for held in stage.held)]
    if reasons:
        raise as_error(reasons[0])
    raise InternalFault(f"The run ended as {state.state!r} without a reason.", "Start it again.")


def as_error(failure: UnitFailure) -> StudioError:
    """The error that a unit recorded, in its own class where that is one of the tree's."""
    if failure.kind == "Held":
        return BadInput(failure.message, failure.way_out)
    known = getattr(errors, failure.kind, InternalFault)
    kind = known if isinstance(known, type) and issubclass(known, StudioError) else InternalFault
    return kind(failure.message, failure.way_out)


@dataclass(frozen=True)
class Cause:
    """One reason and all the units that it stopped; empty ``units`` means a whole stage."""

    message: str
    way_out: str
    units: tuple[str, ...]


def causes(failures: Iterable[UnitFailure]) -> tuple[Cause, ...]:
    """Failures with the same words together, in the order in which they came first."""
    found: dict[tuple[str, str], list[str]] = {}
    for failure in failures:
        found.setdefault((failure.message, failure.way_out), []).append(failure.unit)
    return tuple(
        Cause(message, way_out, tuple(unit for unit in units if unit))
        for (message, way_out), units in found.items()
    )
