"""Names of the media beside a timeline: numbered, relative, the same in every format."""

from __future__ import annotations

import re

from pipeline.export.inputs import ExportInputs
from pipeline.export.names import safe_name

CLIPS_FOLDER = "clips"


def clip_name(inputs: ExportInputs, index: int) -> str:
    """Relative name of a slot's clip; slots that share a clip share its file."""
    slots = inputs.film.slots
    first = next(n for n in range(index + 1) if slots[n].clip.blob == slots[index].clip.blob)
    clip = slots[first].clip
    maker = safe_name(re.sub(r"[./]", "-", clip.made_by), "clip")
    return f"{CLIPS_FOLDER}/{first + 1:03d}-{maker}{clip.blob.suffix}"


def song_name(inputs: ExportInputs) -> str:
    return f"song{inputs.film.song.suffix}"


def shot_label(inputs: ExportInputs, index: int) -> str:
    """What an editor reads on the clip: number and action on one line."""
    label = " ".join(inputs.shots[index].label.split()) if index < len(inputs.shots) else ""
    return f"{index + 1:03d} {label}"[:80].strip()
