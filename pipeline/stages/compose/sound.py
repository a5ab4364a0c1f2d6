"""The sound under a film: the song's own samples, cut at the sample, encoded once.

In: the song and the stretch of it. Out: AAC in the store. Unit of work: the whole stretch, kept
beside the pieces, since it is most of what an otherwise unchanged film would cost. The decoder is
the one that the analysis used, so sample 0 of the film is sample 0 of the beats.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.stage import Stage, Workbench
from pipeline.stages.compose.inputs import Sound, SoundInputs

Block = NDArray[np.float32]

BITRATE = 256_000
# AAC holds at most 6 bits a sample and channel.
BITS_PER_SAMPLE = 5
KEPT_RATES_HZ = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
OTHER_RATE_HZ = 48_000
CHUNK = 65_536


def make(inputs: SoundInputs, bench: Workbench) -> Sound:
    """Encode the stretch; silence fills what lies beyond the song's end."""
    path = bench.scratch(".m4a")
    rate, blocks = _decoded(bench.path(inputs.song))
    first = round(inputs.start_s * rate)
    wanted = round(Fraction(inputs.frames, inputs.fps) * rate)
    stretch = _Stretch(wanted)
    shaped = _faded(stretch.cut(blocks, first), wanted, rate, inputs)
    out_rate = rate if rate in KEPT_RATES_HZ else OTHER_RATE_HZ
    with _Writer(path, rate, out_rate) as writer:
        for begin, block in shaped:
            writer.write(block)
            bench.progress(begin / wanted)
    return Sound(
        blob=bench.keep_file(path, ".m4a"),
        sample_rate_hz=out_rate,
        samples=wanted,
        silence_s=stretch.missing / rate,
    )


class _Stretch:
    """Cuts a stream of blocks at samples, and counts what the stream did not hold."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.missing = 0

    def cut(self, blocks: Iterator[Block], first: int) -> Iterator[Block]:
        """Exactly ``wanted`` samples from sample ``first`` on, in blocks of shape (n, 2)."""
        position, given = 0, 0
        for block in blocks:
            begin = max(0, first - position)
            taken = block[begin : begin + self.wanted - given]
            position += len(block)
            given += len(taken)
            if len(taken):
                yield taken
            if given >= self.wanted:
                return
        self.missing = self.wanted - given
        for begin in range(given, self.wanted, CHUNK):
            yield np.zeros((min(CHUNK, self.wanted - begin), 2), np.float32)


def _faded(
    blocks: Iterator[Block], total: int, rate: int, inputs: SoundInputs
) -> Iterator[tuple[int, Block]]:
    """Blocks with their first sample's index, and the fades laid over both ends."""
    begin = 0
    for block in blocks:
        at = np.arange(begin, begin + len(block), dtype=np.float32)
        rise = _ramp(at, inputs.fade_in_s * rate)
        fall = _ramp(total - 1 - at, inputs.fade_out_s * rate)
        yield begin, (block * (rise * fall)[:, None]).astype(np.float32)
        begin += len(block)


def _ramp(distance: Block, length: float) -> Block:
    """0 at the edge, 1 from ``length`` samples on."""
    return np.ones_like(distance) if length < 1 else np.clip(distance / length, 0.0, 1.0)


class _Writer:
    """AAC into an mp4 whose edit list hides the encoder's delay."""

    def __init__(self, path: Path, rate: int, out_rate: int) -> None:
        self._container = av.open(str(path), "w", format="mp4")
        stream: Any = self._container.add_stream("aac", rate=out_rate)
        stream.codec_context.layout = "stereo"
        stream.codec_context.bit_rate = min(BITRATE, BITS_PER_SAMPLE * 2 * out_rate)
        self._stream = stream
        self._rate = rate
        self._written = 0

    def write(self, block: Block) -> None:
        planes = np.ascontiguousarray(block.T)
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout="stereo")
        frame.sample_rate = self._rate
        frame.pts = self._written
        frame.time_base = Fraction(1, self._rate)
        self._written += len(block)
        self._container.mux(self._stream.encode(frame))

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is None:
            self._container.mux(self._stream.encode(None))
        self._container.close()


def _decoded(path: Path) -> tuple[int, Iterator[Block]]:
    """The song's rate and its blocks of shape (n, 2)."""
    with av.open(str(path)) as probe:
        rate = int(probe.streams.audio[0].rate)
    return rate, _blocks(path, rate)


def _blocks(path: Path, rate: int) -> Iterator[Block]:
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=rate)
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                yield np.asarray(part.to_ndarray().T, np.float32)


SOUND: Stage[SoundInputs, Sound] = Stage("sound", 1, SoundInputs, Sound, make)
