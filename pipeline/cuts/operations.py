"""What a person can do to cuts, as data that crosses a border.

The editor sends batches of operations as JSON made in a browser, so every field is bounded.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from pipeline.errors import RefusedEdit
from pipeline.model import Frozen

# Far beyond any song: what a person typed by mistake is refused in words, by the reducer.
LONGEST_SONG_S = 1e8
MOST_OPERATIONS, MOST_CUTS = 500, 5_000

CutId = Annotated[str, Field(pattern=r"^[a-z0-9]{4,32}$")]
CutIds = Annotated[tuple[CutId, ...], Field(min_length=1, max_length=MOST_CUTS)]
SongTime = Annotated[float, Field(ge=0, le=LONGEST_SONG_S, allow_inf_nan=False)]
Delta = Annotated[float, Field(ge=-LONGEST_SONG_S, le=LONGEST_SONG_S, allow_inf_nan=False)]


class Move(Frozen):
    """One cut to a new time; ``set_time`` is the same, typed as a number."""

    op: Literal["move", "set_time"] = "move"
    id: CutId
    time_s: SongTime


class Shift(Frozen):
    """Several cuts by the same number of seconds."""

    op: Literal["shift"] = "shift"
    ids: CutIds
    delta_s: Delta


class Nudge(Frozen):
    """Several cuts by whole frames of the film."""

    op: Literal["nudge"] = "nudge"
    ids: CutIds
    frames: int = Field(ge=-100_000, le=100_000)


class Split(Frozen):
    """A new cut inside a slot; the left part keeps the slot's name."""

    op: Literal["split"] = "split"
    time_s: SongTime


class Merge(Frozen):
    """Cuts taken away; each slot joins the one before it, which keeps its name."""

    op: Literal["merge"] = "merge"
    ids: CutIds


class Lock(Frozen):
    """Cuts that neither a person nor a new partition moves, until unlocked."""

    op: Literal["lock"] = "lock"
    ids: CutIds
    locked: bool


class Revert(Frozen):
    """Back to the cuts that the analysis proposes."""

    op: Literal["revert"] = "revert"


class Undo(Frozen):
    op: Literal["undo"] = "undo"


class Redo(Frozen):
    op: Literal["redo"] = "redo"


CutOperation = Move | Shift | Nudge | Split | Merge | Lock | Revert
Operation = Annotated[CutOperation | Undo | Redo, Field(discriminator="op")]


class EditBatch(Frozen):
    """Operations made on one revision, applied all or none.

    ``sequence`` is the browser's own count, echoed so that it can drop what it showed ahead of
    the answer.
    """

    revision: int = Field(ge=0)
    sequence: int = Field(ge=0, le=2**53)
    operations: tuple[Operation, ...] = Field(min_length=1, max_length=MOST_OPERATIONS)


_BATCH: TypeAdapter[EditBatch] = TypeAdapter(EditBatch)


def parse_batch(raw: Any) -> EditBatch:
    """A batch from whatever a browser sent.

    Raises:
        RefusedEdit: When it is not a batch of operations within bounds.
    """
    try:
        return _BATCH.validate_python(raw)
    except ValidationError as error:
        raise RefusedEdit(
            "The editor sent something that is not an edit.", "Reload the page and try again."
        ) from error


def label_of(operations: tuple[Operation, ...]) -> str:
    """What the undo list calls a batch."""
    first = operations[0]
    count = len(first.ids) if isinstance(first, Shift | Nudge | Merge | Lock) else 1
    cuts = "a cut" if count == 1 else f"{count} cuts"
    if isinstance(first, Lock):
        return f"{'Lock' if first.locked else 'Unlock'} {cuts}"
    return _LABELS[first.op].format(cuts=cuts)


_LABELS = {
    "move": "Move {cuts}",
    "set_time": "Move {cuts}",
    "shift": "Move {cuts}",
    "nudge": "Nudge {cuts}",
    "split": "Split a slot",
    "merge": "Remove {cuts}",
    "revert": "Back to the analysis",
    "undo": "Undo",
    "redo": "Redo",
}
