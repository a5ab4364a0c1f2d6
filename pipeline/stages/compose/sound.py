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

from pipeline.media.audio_source import Source
from pipeline.media.decode import stereo_blocks
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
    song = bench.path(inputs.song)
    with Source(song) as source:
        rate = source.header.rate_hz
    rate = rate if rate in KEPT_RATES_HZ else OTHER_RATE_HZ
    wanted = round(Fraction(inputs.frames, inputs.fps) * rate)
    end_s = inputs.start_s + (wanted + 1) / rate
    stretch = _Stretch(wanted)
    path = bench.scratch(".m4a")
    with _Writer(path, rate) as writer:
        for block in stretch.cut(stereo_blocks(song, inputs.start_s, end_s, rate)):
            bench.progress(writer.written / wanted)
            writer.write(_faded(block, writer.written, wanted, rate, inputs))
    return Sound(
        blob=bench.keep_file(path, ".m4a"),
        sample_rate_hz=rate,
        samples=wanted,
        silence_s=stretch.missing / rate,
    )


class _Stretch:
    """Gives out exactly the wanted samples, and counts those that the song did not hold."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.missing = wanted

    def cut(self, blocks: Iterator[Block]) -> Iterator[Block]:
        """Blocks of shape (2, n), ``wanted`` samples in all."""
        for block in blocks:
            taken = block[:, : self.missing]
            self.missing -= taken.shape[1]
            if taken.shape[1]:
                yield taken
        for begin in range(0, self.missing, CHUNK):
            yield np.zeros((2, min(CHUNK, self.missing - begin)), np.float32)


def _faded(block: Block, begin: int, total: int, rate: int, inputs: SoundInputs) -> Block:
    """A block whose first sample is number ``begin``, with the fades laid over it."""
    if inputs.fade_in_s == inputs.fade_out_s == 0:
        return block
    at = np.arange(begin, begin + block.shape[1], dtype=np.float32)
    rise = _ramp(at, inputs.fade_in_s * rate)
    fall = _ramp(total - 1 - at, inputs.fade_out_s * rate)
    return np.asarray(block * rise * fall, np.float32)


def _ramp(distance: Block, length: float) -> Block:
    """0 at the edge, 1 from ``length`` samples on."""
    return np.ones_like(distance) if length < 1 else np.clip(distance / length, 0.0, 1.0)


class _Writer:
    """AAC into an mp4 whose edit list hides the encoder's delay."""

    def __init__(self, path: Path, rate: int) -> None:
        self.written = 0
        self._container = av.open(str(path), "w", format="mp4")
        stream: Any = self._container.add_stream("aac", rate=rate)
        stream.codec_context.layout = "stereo"
        stream.codec_context.bit_rate = min(BITRATE, BITS_PER_SAMPLE * 2 * rate)
        self._stream = stream
        self._rate = rate

    def write(self, block: Block) -> None:
        planes = np.ascontiguousarray(block)
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout="stereo")
        frame.sample_rate = self._rate
        frame.pts = self.written
        frame.time_base = Fraction(1, self._rate)
        self.written += block.shape[1]
        self._container.mux(self._stream.encode(frame))

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is None:
            self._container.mux(self._stream.encode(None))
        self._container.close()


SOUND: Stage[SoundInputs, Sound] = Stage("sound", 2, SoundInputs, Sound, make)
