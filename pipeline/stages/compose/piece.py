"""Encoding one piece of film.

In: strips of one clip, or of two that blend. Out: a closed stretch of H.264 in the store.
Unit of work: one piece, so that a swapped take costs its own frames and nothing else. A preview
made for its place is not encoded again: the piece points into the preview's own file. Fails with
``OutputUnusable`` when a clip does not decode.
"""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.encode import VideoWriter
from pipeline.media.mux import Span, copyable
from pipeline.media.video_fit import Target, converter
from pipeline.media.video_read import shown_at
from pipeline.stage import Stage, Workbench
from pipeline.stages.compose.inputs import Piece, PieceInputs, Strip

PROGRESS_EVERY_FRAMES = 12
BLACK_LUMA = 16
NEUTRAL_CHROMA = 128


def make(inputs: PieceInputs, bench: Workbench) -> Piece:
    """The piece, encoded unless its clip already holds it."""
    strip = inputs.strips[0]
    if inputs.kind == "body" and strip.ready:
        span = Span(bench.path(strip.clip), strip.begin, inputs.frames)
        if copyable(span, (inputs.width, inputs.height), inputs.fps):
            return Piece(blob=strip.clip, first=strip.begin, frames=inputs.frames)
    return encode(inputs, bench)


def encode(inputs: PieceInputs, bench: Workbench) -> Piece:
    """The piece as a file of its own, whatever its clips are."""
    path = bench.scratch(".mp4")
    size = (inputs.width, inputs.height)
    with VideoWriter(path, size, inputs.fps, threads=bench.threads) as writer:
        for index, frame in enumerate(_frames(inputs, bench)):
            if index % PROGRESS_EVERY_FRAMES == 0:
                bench.progress(index / inputs.frames)
            writer.write(frame)
    return Piece(blob=bench.keep_file(path, ".mp4"), frames=inputs.frames)


def _frames(inputs: PieceInputs, bench: Workbench) -> Iterator[av.VideoFrame]:
    first = _strip_frames(inputs, inputs.strips[0], bench)
    if inputs.kind == "body":
        yield from first
    elif inputs.kind == "blend":
        second = _strip_frames(inputs, inputs.strips[1], bench)
        for index, (leaving, coming) in enumerate(zip(first, second, strict=True)):
            share = (index + 1) / (inputs.frames + 1)
            yield _planes_frame(_mix(_planes(leaving), _planes(coming), share))
    else:
        for index, frame in enumerate(first):
            risen = (index + 1) / (inputs.frames + 1)
            share = risen if inputs.kind == "fade_in" else 1 - risen
            planes = _planes(frame)
            yield _planes_frame(_mix(_black(planes), planes, share))


def _strip_frames(inputs: PieceInputs, strip: Strip, bench: Workbench) -> Iterator[av.VideoFrame]:
    """Frames of one clip at the film's times, size and colours."""
    path = bench.path(strip.clip)
    target = Target(inputs.width, inputs.height, inputs.fit, strip.focus)
    convert = None
    for shown in shown_at(path, times_s(strip, inputs.frames, inputs.fps), bench.threads):
        convert = convert or converter(shown.frame, shown.pixel_aspect, target)
        yield convert(shown.frame)


def times_s(strip: Strip, frames: int, fps: int) -> list[float]:
    """Clip time of each film frame; past the end the clip runs back and forth."""
    wanted = ((strip.begin + index) / fps * strip.speed for index in range(frames))
    return [strip.in_s + _folded(time_s, strip.length_s) for time_s in wanted]


def _folded(time_s: float, length_s: float) -> float:
    rest = time_s % (2 * length_s)
    return rest if rest < length_s else max(0.0, 2 * length_s - rest - 1e-9)


def _planes(frame: av.VideoFrame) -> NDArray[np.uint8]:
    return np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)


def _planes_frame(planes: NDArray[np.uint8]) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def _mix(under: NDArray[np.uint8], over: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    """``share`` of ``over`` on the rest of ``under``."""
    # Here, not above: pages import this module, and only workers need the library.
    import cv2

    return np.asarray(cv2.addWeighted(under, 1 - share, over, share, 0), np.uint8)


def _black(like: NDArray[np.uint8]) -> NDArray[np.uint8]:
    black = np.full_like(like, NEUTRAL_CHROMA)
    black[: like.shape[0] * 2 // 3] = BLACK_LUMA
    return black


PIECE: Stage[PieceInputs, Piece] = Stage("piece", 1, PieceInputs, Piece, make)
