"""A bought clip, opened and decoded to its last frame before it counts.

In: a stored file and whose it is. Out: the clip with what was counted. Unit of work: one clip.
Fails when the file is no clip that a film can show.
"""

from __future__ import annotations

from pipeline.media.probe import check_clip
from pipeline.model import Blob, Clip, Frozen, Name
from pipeline.stage import Stage, Workbench


class InspectInputs(Frozen):
    """``made_by`` is the key of the model."""

    blob: Blob
    made_by: Name


def make(inputs: InspectInputs, bench: Workbench) -> Clip:
    """Count what the file holds.

    Raises:
        OutputUnusable: It breaks off, is black throughout, or beyond the limits.
    """
    facts = check_clip(bench.path(inputs.blob))
    return Clip(
        blob=inputs.blob,
        width=facts.width,
        height=facts.height,
        frames=facts.frames,
        fps=facts.fps,
        made_by=inputs.made_by,
        warnings=facts.warnings,
    )


INSPECT: Stage[InspectInputs, Clip] = Stage("inspect", 1, InspectInputs, Clip, make)
