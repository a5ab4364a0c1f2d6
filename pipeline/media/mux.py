"""Joining pieces into one film by copying packets: exact, cheap, and never encoded twice.

A piece is a stretch of a file that :class:`~pipeline.media.encode.VideoWriter` wrote and that
begins and ends at a closed group of pictures. Time stamps are made anew: the k-th shown frame
gets ``pts = k``, the k-th packet ``dts = k - 2``, each lasting one frame, which holds for pieces
of any length, down to a single frame.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from pipeline.errors import InternalFault

# Two B-frames deep: the deepest reordering that the encoder's pyramid makes.
REORDER_FRAMES = 2
MAX_PIECE_FRAMES = 200_000


@dataclass(frozen=True)
class Span:
    """``frames`` shown frames of a file, from shown frame ``first`` on."""

    path: Path
    first: int
    frames: int


@dataclass(frozen=True)
class Packets:
    """Packets of a span in decoding order, with the shown index of each."""

    packets: tuple[av.Packet[Any], ...]
    shown: tuple[int, ...]


class NotCopyable(InternalFault):
    """The span does not begin and end at a closed group of pictures."""


class ForeignPiece(InternalFault):
    """A piece carries other parameter sets than the first one."""


def copyable(span: Span, size: tuple[int, int], fps: int) -> bool:
    """Whether a span can be copied into a film of this size and rate."""
    with _packets_only(span.path) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        fits = (context.width, context.height) == size and stream.average_rate == fps
        if context.name != "h264" or not fits:
            return False
        try:
            packets_of(container, span)
        except NotCopyable:
            return False
    return True


def packets_of(container: Any, span: Span) -> Packets:
    """The packets that hold exactly the shown frames of a span.

    Raises:
        NotCopyable: A frame of the span leans on one outside of it, or one is missing.
    """
    every = [packet for packet in container.demux(container.streams.video[0]) if packet.size]
    order = sorted(range(len(every)), key=lambda index: every[index].pts)
    rank = {index: shown for shown, index in enumerate(order)}
    stop = span.first + span.frames
    chosen = [index for index in range(len(every)) if span.first <= rank[index] < stop]
    _require_closed(every, rank, chosen, span)
    return Packets(
        tuple(every[index] for index in chosen),
        tuple(rank[index] - span.first for index in chosen),
    )


def _require_closed(
    every: Sequence[av.Packet[Any]], rank: dict[int, int], chosen: Sequence[int], span: Span
) -> None:
    """Refuse spans whose packets are not a run from one key frame to just before another."""
    whole = len(chosen) == span.frames and chosen == list(range(chosen[0], chosen[-1] + 1))
    if not whole or not every[chosen[0]].is_keyframe or rank[chosen[0]] != span.first:
        raise NotCopyable(f"{span.frames} frames from {span.first} on cannot be cut out whole.")
    after = chosen[-1] + 1
    if after < len(every) and not every[after].is_keyframe:
        raise NotCopyable(f"Frame {span.first + span.frames} does not begin a group of pictures.")


def parameter_sets_of(path: Path) -> bytes:
    """The SPS and PPS with which a file was encoded."""
    with _packets_only(path) as container:
        return container.streams.video[0].codec_context.extradata or b""


def join(spans: Sequence[Span], audio: Path | None, out: Path, fps: int) -> None:
    """Copy spans one after another, and the sound beside them, into an mp4.

    The index lies at the front of the file, so that a browser plays it while it loads.

    Args:
        spans: Stretches with equal parameter sets, in film order.
        audio: A file whose first sound stream is copied, from its own time zero.
        out: The film.
        fps: Frames per second.

    Raises:
        ForeignPiece: The spans were encoded differently, so one stream cannot hold them.
    """
    with (
        _packets_only(spans[0].path) as template,
        av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}) as film,
    ):
        video = film.add_stream_from_template(template.streams.video[0])
        video.time_base = Fraction(1, fps)
        expected = template.streams.video[0].codec_context.extradata
        lanes = [_film_packets(spans, video, fps, expected)]
        if audio is None:
            _write(film, lanes)
            return
        with av.open(str(audio)) as sound:
            lane = film.add_stream_from_template(sound.streams.audio[0])
            lanes.append(_sound_packets(sound, lane))
            _write(film, lanes)


def _packets_only(path: Path) -> Any:
    """A file opened without decoding its first frame, which would cost ten times as much."""
    return av.open(str(path), options={"codec_whitelist": "none"})


def _write(film: Any, lanes: Sequence[Iterator[tuple[float, int, av.Packet[Any]]]]) -> None:
    """Interleave by decoding time, so that neither stream waits in memory for the other."""
    for _when, _lane, packet in heapq.merge(*lanes, key=lambda entry: entry[:2]):
        film.mux(packet)


def _film_packets(
    spans: Sequence[Span], stream: Any, fps: int, expected: bytes | None
) -> Iterator[tuple[float, int, av.Packet[Any]]]:
    base = 0
    for span in spans:
        with _packets_only(span.path) as container:
            if container.streams.video[0].codec_context.extradata != expected:
                raise ForeignPiece("Two pieces of the film were encoded differently.")
            found = packets_of(container, span)
        for decoded, (packet, shown) in enumerate(zip(found.packets, found.shown, strict=True)):
            packet.stream = stream
            packet.time_base = Fraction(1, fps)
            packet.pts, packet.dts = base + shown, base + decoded - REORDER_FRAMES
            packet.duration = 1
            yield packet.dts / fps, 0, packet
        base += span.frames


def _sound_packets(sound: Any, stream: Any) -> Iterator[tuple[float, int, av.Packet[Any]]]:
    for packet in sound.demux(sound.streams.audio[0]):
        if packet.size and packet.dts is not None:
            when = float(packet.dts * packet.time_base)
            packet.stream = stream
            yield when, 1, packet


@dataclass(frozen=True)
class FilmFacts:
    """What a finished file holds, counted packet by packet.

    ``steady`` says that every frame follows the last by exactly one frame time and the first
    is shown at zero. ``keys`` are the shown indices of frames that begin a group of pictures.
    """

    frames: int
    steady: bool
    keys: frozenset[int]
    video_end_s: float
    audio_end_s: float | None


def measure(path: Path, fps: int) -> FilmFacts:
    """Count and time every packet of a finished film; nothing is decoded."""
    shown: list[tuple[int, bool]] = []
    ends: dict[str, float] = {}
    with _packets_only(path) as film:
        base = film.streams.video[0].time_base or Fraction(1, fps)
        for packet in film.demux():
            if not packet.size or packet.pts is None:
                continue
            if packet.stream.type == "video":
                shown.append((packet.pts, packet.is_keyframe))
            end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
            ends[packet.stream.type] = max(ends.get(packet.stream.type, 0.0), end)
    shown.sort()
    step = Fraction(1, fps) / base
    steady = all(pts == index * step for index, (pts, _key) in enumerate(shown))
    keys = frozenset(index for index, (_pts, key) in enumerate(shown) if key)
    return FilmFacts(len(shown), steady, keys, ends.get("video", 0.0), ends.get("audio"))
