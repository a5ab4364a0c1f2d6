"""What the engine asks of the studio, and what it offers to a unit of work."""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

from pydantic import Field

from pipeline.errors import BadInput
from pipeline.model import Frozen

QueueName = Literal["compute", "clips", "text", "images"]
LONGER = "longer than usual"
"""How the note of a unit begins that has taken longer than nine of ten: what is left is unknown."""
QUEUES: tuple[QueueName, ...] = ("compute", "clips", "text", "images")


class StageSpec(Frozen):
    """One stage of a goal.

    ``queue`` is the kind of worker that its units need. With ``optional_units`` the run goes on
    past failed or held units, with the failures recorded; without, they end the run.
    """

    name: str = Field(min_length=1, max_length=64)
    queue: QueueName
    optional_units: bool = False


class UnitResult(Frozen):
    """How a unit ended. ``held`` waits for a person; ``note`` then says for what.

    ``kind`` is the class of the error behind it in ``pipeline.errors``, where there is one.
    """

    hit: bool
    seconds: float = Field(ge=0)
    note: str = ""
    state: Literal["done", "held"] = "done"
    way_out: str = ""
    kind: str = ""


class Reporter(Protocol):
    """A running unit's line to the people who watch it."""

    def progress(self, fraction: float, note: str = "") -> None:
        """Say how far the unit is, 0..1; cheap enough to call often.

        Raises:
            Cancelled: The run was cancelled. Call this at least every second or two: it is the
                only way in which a running unit learns of it.
        """


class Work(Protocol):
    """The studio as the engine sees it. Called from worker threads, in any process."""

    def stages(self, goal: str) -> tuple[StageSpec, ...]:
        """The stages of a goal in order; names are unique."""

    def units(self, project_id: str, stage: str, selection: tuple[str, ...]) -> tuple[str, ...]:
        """The stage's units, known once the earlier stages are done. Cheap; asked once a run."""

    def run_unit(self, project_id: str, stage: str, unit: str, report: Reporter) -> UnitResult:
        """Do one unit; may take minutes.

        Runs at least once: after a crash the same unit is run again, so a second call must find
        what the first one stored. ``StudioError`` marks the unit as failed, in words.
        """


@runtime_checkable
class KnowsReady(Protocol):
    """A :class:`Work` that can tell stored results without running their units."""

    def ready(self, project_id: str, stage: str, units: tuple[str, ...]) -> tuple[str, ...]:
        """Those units whose results are already stored: counted as hits, never queued."""


def unknown_run() -> BadInput:
    """The one sentence for a run that nobody started here."""
    return BadInput("This run is not known here.", "Start it again.")
