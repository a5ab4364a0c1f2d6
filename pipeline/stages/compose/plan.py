"""From slots to pieces, without touching a file: which frames of which clip are shown when.

A cut lies on the frame nearest to its song time, computed from absolute times once. A crossfade
of k frames is centred on its cut:

    clip i    ──────body i──────┐▒▒▒▒▒▒▒▒▒▒▒
                                 ▒▒blend▒▒▒▒
    clip i+1                     ▒▒▒▒▒▒▒▒▒▒▒┌──────body i+1──────
                                 before│after
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.errors import BadInput
from pipeline.model import Clip, FilmFormat, Transition
from pipeline.stages.compose.inputs import (
    ComposeInputs,
    Extent,
    FilmSlot,
    PieceInputs,
    SoundInputs,
    Strip,
)
from pipeline.timebase import frame_bounds, tidy_s

TRANSITION_S = 0.5
SLOWEST = 0.8
"""A clip is slowed down to no less than this, 1.25 times its length."""


@dataclass(frozen=True)
class Plan:
    """All pieces in film order, and what a person should know about them."""

    pieces: tuple[PieceInputs, ...]
    sound: SoundInputs
    cut_frames: tuple[int, ...]
    hard_cuts: tuple[int, ...]
    frames: int
    previews: tuple[str, ...]
    warnings: tuple[str, ...]


def extents(
    cuts_s: Sequence[float],
    transitions: Sequence[Transition],
    fps: int,
    closing: Transition = Transition.CUT,
) -> tuple[Extent, ...]:
    """The frames that each slot, and each slot's clip, covers.

    Args:
        cuts_s: Song time at which each slot begins, and the end of the last one.
        transitions: How each slot begins.
        fps: Frames per second.
        closing: How the film ends; only a fade differs from a cut.

    Raises:
        BadInput: A slot is shorter than one frame.
    """
    bounds = frame_bounds(cuts_s, fps)
    lengths = [after - before for before, after in pairwise(bounds)]
    if min(lengths) < 1:
        raise BadInput(
            f"Slot {lengths.index(min(lengths)) + 1} is shorter than one frame.",
            "Move its cut, or merge it with its neighbour.",
        )
    made = [Extent(first=first, frames=n) for first, n in zip(bounds, lengths, strict=False)]
    for index, transition in enumerate([*transitions, closing]):
        _apply(made, index, transition, round(TRANSITION_S * fps))
    return tuple(made)


def _apply(made: list[Extent], index: int, transition: Transition, wanted: int) -> None:
    """Give the slots before and after a boundary their share of its transition."""
    before = made[index - 1] if index > 0 else None
    after = made[index] if index < len(made) else None
    frames = min([wanted, *(slot.frames // 2 for slot in (before, after) if slot)])
    lonely = before is None or after is None
    if frames < 2 or transition == Transition.CUT or (lonely and transition != Transition.FADE):
        return
    early = frames // 2
    late = frames - early
    handles = transition == Transition.CROSSFADE
    if before:
        made[index - 1] = before.model_copy(update={"trail": early, "tail": late if handles else 0})
    if after:
        made[index] = after.model_copy(update={"lead": late, "head": early if handles else 0})


def plan(inputs: ComposeInputs) -> Plan:
    """The pieces of a film, in order; equal pieces appear as often as they are shown.

    Raises:
        BadInput: A slot is shorter than one frame, or slots are out of order.
    """
    slots, fps = inputs.slots, inputs.format.fps
    cuts_s = [*(slot.start_s for slot in slots), inputs.end_s]
    spread = extents(cuts_s, [slot.transition for slot in slots], fps, inputs.closing)
    strips = [_strip(*pair, inputs.format) for pair in zip(slots, spread, strict=True)]
    frames = sum(extent.frames for extent in spread)
    pieces = [
        piece
        for index in range(len(slots))
        for piece in _pieces(index, spread, strips, inputs.format)
    ]
    return Plan(
        pieces=tuple(pieces),
        sound=SoundInputs(
            song=inputs.song,
            start_s=cuts_s[0],
            frames=frames,
            fps=fps,
            fade_in_s=inputs.sound_fade_in_s,
            fade_out_s=inputs.sound_fade_out_s,
        ),
        cut_frames=tuple(extent.first for extent in spread),
        hard_cuts=tuple(extent.first for extent in spread if not extent.head),
        frames=frames,
        previews=tuple(slot.slot_id for slot in slots if slot.clip.preview),
        warnings=tuple(_warnings(slots, strips, spread, fps)),
    )


def _pieces(
    index: int, spread: Sequence[Extent], strips: Sequence[Strip], shape: FilmFormat
) -> Iterator[PieceInputs]:
    """The pieces of one slot: its opening transition, its body, its closing fade."""
    extent, strip = spread[index], strips[index]
    begin, end = extent.body
    if extent.head:
        before = spread[index - 1]
        leaving = _from(strips[index - 1], before.body[1])
        yield _piece("blend", (leaving, strip), extent.head + extent.lead, shape)
    elif extent.lead:
        yield _piece("fade_in", (strip,), extent.lead, shape)
    yield _piece("body", (_from(strip, begin),), end - begin, shape)
    if extent.trail and not extent.tail:
        yield _piece("fade_out", (_from(strip, end),), extent.trail, shape)


def _piece(kind: str, strips: tuple[Strip, ...], frames: int, shape: FilmFormat) -> PieceInputs:
    width, height = shape.size
    return PieceInputs.model_validate(
        {
            "kind": kind,
            "strips": strips,
            "frames": frames,
            "width": width,
            "height": height,
            "fps": shape.fps,
            "fit": shape.fit,
        }
    )


def _from(strip: Strip, begin: int) -> Strip:
    return strip.model_copy(update={"begin": begin})


def _strip(slot: FilmSlot, extent: Extent, shape: FilmFormat) -> Strip:
    clip = slot.clip
    wanted_s = extent.needed / shape.fps
    length_s = max(clip.duration_s - slot.in_s, 1 / clip.fps)
    speed = min(1.0, max(SLOWEST, length_s / wanted_s))
    return Strip(
        clip=clip.blob,
        begin=0,
        in_s=slot.in_s,
        length_s=tidy_s(length_s),
        speed=tidy_s(speed),
        ready=_ready(clip, extent, shape) and slot.in_s == 0,
        focus=slot.focus,
    )


def _ready(clip: Clip, extent: Extent, shape: FilmFormat) -> bool:
    """Whether the studio's own encoder made this clip for exactly this place."""
    same = (clip.width, clip.height) == shape.size and clip.fps == shape.fps
    return clip.preview and same and clip.frames == extent.needed


def _warnings(
    slots: Sequence[FilmSlot], strips: Sequence[Strip], spread: Sequence[Extent], fps: int
) -> Iterator[str]:
    for number, (slot, strip, extent) in enumerate(zip(slots, strips, spread, strict=True), 1):
        if slot.clip.preview or strip.speed == 1.0:
            continue
        missing_s = extent.needed / fps - strip.length_s
        line = f"Slot {number}: the clip is {missing_s:.1f} s short, so it runs at "
        line += f"{strip.speed:.0%} of its speed"
        if strip.speed <= SLOWEST and strip.length_s / SLOWEST < extent.needed / fps - 1 / fps:
            line += " and then backwards"
        yield f"{line}."
