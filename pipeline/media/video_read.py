"""Opening films and clips safely, and picking their frames by time.

A downloaded file is hostile until proven otherwise: only containers of single files are opened,
only from disk, so that a playlist that calls itself mp4 reaches nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av

from pipeline.errors import OutputUnusable

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,ogg"
SAFE = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
# Time bases of a thousandth of a second move a frame by half of that; twice it is safe.
TIME_EPSILON_S = 0.001
SEEK_WORTH_S = 1.0
BACKWARD_CHUNK = 48
WAY_OUT = "Make the clip again, or choose another take."


@contextmanager
def open_video(path: Path) -> Iterator[tuple[Any, Any]]:
    """The container and its first video stream.

    Raises:
        OutputUnusable: It cannot be opened, or holds no moving pictures.
    """
    try:
        container = av.open(str(path), options=SAFE)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise OutputUnusable("The file is not a video that can be opened.", WAY_OUT) from error
    with container:
        streams = [one for one in container.streams.video if not _is_cover(one)]
        if not streams:
            raise OutputUnusable("The file holds no moving pictures.", WAY_OUT)
        yield container, streams[0]


@dataclass(frozen=True)
class Shown:
    """A decoded frame and the shape of its pixels, width over height."""

    frame: av.VideoFrame
    pixel_aspect: Fraction


def frames_at(path: Path, times_s: Sequence[float], threads: int = 1) -> Iterator[av.VideoFrame]:
    """The frames of :func:`shown_at` alone."""
    return (shown.frame for shown in shown_at(path, times_s, threads))


def shown_at(path: Path, times_s: Sequence[float], threads: int = 1) -> Iterator[Shown]:
    """For each wanted time the latest frame shown at or before it.

    Works for constant and variable rates alike. Past the end the last frame is repeated; times
    may turn around, as a clip played back and forth does.

    Args:
        path: The clip.
        times_s: Seconds from the clip's first frame, one a wanted frame.
        threads: Decoder threads.

    Raises:
        OutputUnusable: The clip cannot be decoded.
    """
    for run, backward in _runs(times_s):
        if not backward:
            yield from _rising(path, run, threads)
            continue
        for begin in range(0, len(run), BACKWARD_CHUNK):
            chunk = sorted(run[begin : begin + BACKWARD_CHUNK])
            yield from reversed(list(_rising(path, chunk, threads)))


def _runs(times_s: Sequence[float]) -> Iterator[tuple[list[float], bool]]:
    """Stretches of times that only rise or only fall, and whether they fall."""
    run: list[float] = list(times_s[:1])
    backward = False
    for before, now in pairwise(times_s):
        falls = now < before
        if falls != backward and len(run) > 1:
            yield run, backward
            run = []
        backward = falls
        run.append(now)
    if run:
        yield run, backward


def _rising(path: Path, times_s: Sequence[float], threads: int) -> Iterator[Shown]:
    with open_video(path) as (container, stream):
        _set_threads(stream, threads)
        aspect = stream.sample_aspect_ratio or Fraction(1)
        try:
            for frame in _latest(_decoded(container, stream, times_s[0]), times_s):
                yield Shown(frame, aspect)
        except av.FFmpegError as error:
            raise OutputUnusable("The clip is damaged and stops decoding.", WAY_OUT) from error


def _set_threads(stream: Any, threads: int) -> None:
    stream.thread_type = "AUTO" if threads > 1 else "SLICE"
    stream.codec_context.thread_count = threads


def _decoded(container: Any, stream: Any, from_s: float) -> Iterator[tuple[float, av.VideoFrame]]:
    """Frames with their time from the first frame; those long before ``from_s`` are left out.

    Clips often hold one key frame only. What has to be decoded before the wanted frame is then
    decoded as far as other frames lean on it, and no further.
    """
    start, base = stream.start_time or 0, float(stream.time_base)
    needed = _latest_stamp(container, stream, from_s) if from_s > SEEK_WORTH_S else start
    if needed > start:
        container.seek(needed, stream=stream)
    for packet in container.demux(stream):
        early = packet.pts is not None and packet.pts < needed
        stream.codec_context.skip_frame = "NONREF" if early else "DEFAULT"
        for frame in packet.decode():
            if frame.pts is not None and frame.pts >= needed:
                yield (frame.pts - start) * base, frame


def _latest_stamp(container: Any, stream: Any, from_s: float) -> int:
    """Time stamp of the frame shown at a time, read from the packets; the file is rewound."""
    start = stream.start_time or 0
    limit = start + (from_s + TIME_EPSILON_S) / float(stream.time_base)
    stamps = [packet.pts for packet in container.demux(stream) if packet.pts is not None]
    container.seek(start, stream=stream)
    return max((stamp for stamp in stamps if stamp <= limit), default=start)


def _latest(
    decoded: Iterator[tuple[float, av.VideoFrame]], times_s: Sequence[float]
) -> Iterator[av.VideoFrame]:
    current = next(decoded, None)
    if current is None:
        raise OutputUnusable("The clip holds no picture that decodes.", WAY_OUT)
    coming = next(decoded, None)
    for wanted in times_s:
        while coming is not None and coming[0] <= wanted + TIME_EPSILON_S:
            current, coming = coming, next(decoded, None)
        yield current[1]


def _is_cover(stream: Any) -> bool:
    """Album art travels as a video stream of one picture."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)
