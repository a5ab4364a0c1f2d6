"""What a clip really holds, found by decoding it to its last frame.

Headers lie: a truncated file opens and names frames that are not there. So everything here is
counted, and a clip that would break a film is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import av
import numpy as np

from pipeline.errors import OutputUnusable
from pipeline.media.video_fit import HDR_TRANSFERS, shown_size
from pipeline.media.video_read import WAY_OUT, open_video

MAX_PIXELS = 4096 * 2304
MAX_DURATION_S = 180.0
MAX_STREAMS = 16
MAX_BYTES = 2_000_000_000
MIN_SIDE = 64
BLACK_LUMA = 24.0
FROZEN_CHANGE = 0.15
BLACK_WORTH_S = 0.4
FROZEN_WORTH_S = 1.0
SAMPLE_STEP = 8
STEADY_TOLERANCE = 0.2


@dataclass(frozen=True)
class Stretch:
    """Seconds of clip time, end excluded."""

    start_s: float
    end_s: float


@dataclass(frozen=True)
class ClipFacts:
    """Counted, not declared, but for ``declared_frames`` (0 when the header names none).

    ``width`` and ``height`` are what a viewer sees: upright, with square pixels. ``fps`` comes
    from the middle distance of frames; ``steady`` says that all distances are alike.
    """

    width: int
    height: int
    frames: int
    declared_frames: int
    fps: float
    duration_s: float
    steady: bool
    rotation: int
    pixel_aspect: float
    codec: str
    pixel_format: str
    hdr: bool
    has_sound: bool
    black: tuple[Stretch, ...]
    frozen: tuple[Stretch, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know before using the clip, in plain words."""
        found = [f"Black from {one.start_s:.1f} s to {one.end_s:.1f} s." for one in self.black]
        found += [
            f"Nothing moves from {one.start_s:.1f} s to {one.end_s:.1f} s." for one in self.frozen
        ]
        if self.hdr:
            found.append("High dynamic range; it is brought to the film's normal range.")
        return tuple(found)


@dataclass
class _Tally:
    """What one pass over the frames collects."""

    times_s: list[float] = field(default_factory=list)
    lumas: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    first: av.VideoFrame | None = None


def check_clip(path: Path) -> ClipFacts:
    """Decode a clip to its last frame and say what it holds.

    Raises:
        OutputUnusable: It cannot be opened, breaks off, is black throughout, or is beyond the
            limits of size and length.
    """
    if path.stat().st_size == 0:
        raise OutputUnusable("The file is empty.", WAY_OUT)
    if path.stat().st_size > MAX_BYTES:
        raise OutputUnusable("The clip is larger than 2 GB.", WAY_OUT)
    with open_video(path) as (container, stream):
        _require_bounds(container, stream)
        tally = _decode_all(container, stream)
        facts = _facts(container, stream, tally)
    _require_usable(facts)
    return facts


def _require_bounds(container: Any, stream: Any) -> None:
    context = stream.codec_context
    if len(container.streams) > MAX_STREAMS:
        raise OutputUnusable(f"The file holds more than {MAX_STREAMS} streams.", WAY_OUT)
    if context.width * context.height > MAX_PIXELS:
        raise OutputUnusable(f"{context.width} x {context.height} is too large.", WAY_OUT)
    if min(context.width, context.height) < MIN_SIDE:
        raise OutputUnusable(f"{context.width} x {context.height} is too small.", WAY_OUT)
    if container.duration and container.duration / av.time_base > MAX_DURATION_S:
        raise OutputUnusable(f"The clip is longer than {MAX_DURATION_S:.0f} s.", WAY_OUT)


def _decode_all(container: Any, stream: Any) -> _Tally:
    tally = _Tally()
    start, base = stream.start_time or 0, float(stream.time_base)
    before: np.ndarray[Any, np.dtype[np.int16]] | None = None
    try:
        for frame in container.decode(stream):
            if frame.pts is None:
                continue
            when = (frame.pts - start) * base
            if when > MAX_DURATION_S:
                raise OutputUnusable(f"The clip is longer than {MAX_DURATION_S:.0f} s.", WAY_OUT)
            small = _thumb(frame)
            tally.times_s.append(when)
            tally.lumas.append(float(small.mean()))
            tally.changes.append(255.0 if before is None else float(np.abs(small - before).mean()))
            before = small
            tally.first = tally.first or frame
    except av.FFmpegError as error:
        raise OutputUnusable("The clip breaks off: it stops decoding.", WAY_OUT) from error
    return tally


def _thumb(frame: av.VideoFrame) -> np.ndarray[Any, np.dtype[np.int16]]:
    """Every eighth pixel of the brightness, 0..255, whatever the format."""
    if frame.format.name not in ("yuv420p", "yuvj420p", "yuv444p", "yuv422p"):
        frame = frame.reformat(width=frame.width // 2, height=frame.height // 2, format="gray")
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return rows[::SAMPLE_STEP, : plane.width : SAMPLE_STEP].astype(np.int16)


def _facts(container: Any, stream: Any, tally: _Tally) -> ClipFacts:
    first = tally.first
    if first is None:
        raise OutputUnusable("The clip holds no picture that decodes.", WAY_OUT)
    aspect = stream.sample_aspect_ratio or Fraction(1)
    steps = [after - before for before, after in pairwise(tally.times_s)]
    step = median(steps) if steps else 1 / float(stream.average_rate or 24)
    wide, high = shown_size(first.width, first.height, aspect, first.rotation)
    return ClipFacts(
        width=round(wide),
        height=round(high),
        frames=len(tally.times_s),
        declared_frames=stream.frames,
        fps=round(1 / step, 3) if step > 0 else 24.0,
        duration_s=tally.times_s[-1] + max(step, 0.0),
        steady=all(abs(one - step) <= step * STEADY_TOLERANCE for one in steps),
        rotation=first.rotation,
        pixel_aspect=float(aspect),
        codec=stream.codec_context.name,
        pixel_format=first.format.name,
        hdr=first.color_trc in HDR_TRANSFERS,
        has_sound=bool(container.streams.audio),
        black=_stretches(tally.times_s, [luma < BLACK_LUMA for luma in tally.lumas], step),
        frozen=_long(
            _stretches(tally.times_s, [one < FROZEN_CHANGE for one in tally.changes], step),
            FROZEN_WORTH_S,
        ),
    )


def _stretches(
    times_s: Sequence[float], marks: Sequence[bool], step_s: float
) -> tuple[Stretch, ...]:
    """Runs of marked frames that last long enough to be seen."""
    found: list[Stretch] = []
    begin: float | None = None
    for when, mark in [*zip(times_s, marks, strict=True), (times_s[-1] + step_s, False)]:
        if mark and begin is None:
            begin = when
        if not mark and begin is not None:
            found.append(Stretch(begin, when))
            begin = None
    return _long(tuple(found), BLACK_WORTH_S)


def _long(stretches: Sequence[Stretch], worth_s: float) -> tuple[Stretch, ...]:
    return tuple(one for one in stretches if one.end_s - one.start_s >= worth_s)


def _require_usable(facts: ClipFacts) -> None:
    if facts.frames < facts.declared_frames - 1:
        raise OutputUnusable(
            f"The clip breaks off: {facts.frames} of {facts.declared_frames} frames decode.",
            WAY_OUT,
        )
    if sum(one.end_s - one.start_s for one in facts.black) >= facts.duration_s * 0.98:
        raise OutputUnusable("The clip is black from beginning to end.", WAY_OUT)
