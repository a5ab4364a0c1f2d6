"""A smaller copy of a film to look at, with the film's own sound."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer

CODING = {"preset": "veryfast", "crf": "28"}
KEY_EVERY_S = 2


def write_smaller(
    source: Path, out: Path, height: int, threads: int, report: Callable[[float], None]
) -> None:
    """Write a film at another height; every frame keeps its time, the sound its packets.

    Args:
        source: The film, constant frame rate.
        out: Where the copy is written, an MP4 that begins to play before all of it is there.
        height: Of the copy in pixels, even; the width follows.
        threads: How many the encoder may use.
        report: Told how far the work is, 0..1.
    """
    options = {"movflags": "+faststart"}
    with av.open(str(source)) as film, av.open(str(out), "w", "mp4", options=options) as copy:
        shown, heard = film.streams.video[0], film.streams.audio[0]
        rate = Fraction(shown.average_rate or 24)
        video = copy.add_stream("libx264", rate=rate, options=CODING)
        video.width, video.height = _even(shown.width * height / shown.height), height
        video.pix_fmt, video.thread_count = "yuv420p", threads
        video.codec_context.gop_size = round(KEY_EVERY_S * rate)
        length_s = max(1.0, (film.duration or 0) / av.time_base)
        sound = copy.add_stream_from_template(heard)
        for packet in film.demux(shown, heard):
            if packet.stream is shown:
                at_s = _shrink(shown.decode(packet), video, copy)
                report(min(1.0, at_s / length_s))
            elif packet.dts is not None:
                packet.stream = sound
                copy.mux(packet)
        copy.mux(video.encode(None))


def _shrink(frames: Iterable[av.VideoFrame], video: av.VideoStream, copy: OutputContainer) -> float:
    """Encode frames small; returns the time of the last one in seconds, 0 when there was none."""
    at_s = 0.0
    for frame in frames:
        copy.mux(video.encode(frame.reformat(video.width, video.height, "yuv420p")))
        at_s = frame.time or 0.0
    return at_s


def _even(pixels: float) -> int:
    return 2 * round(pixels / 2)
