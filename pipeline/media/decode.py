"""The one decoder: analysis and film read the same samples, so beats and picture agree.

Song time 0 is the first decoded sample. Every format that people have is read by FFmpeg through
PyAV; damage is skipped, counted and said. Channels are averaged here, because FFmpeg's own
downmix changes the level.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import NotAudio, OutOfBounds
from pipeline.media.audio_source import ONLY_AUDIO, Chunk, Damage, Header, Source
from pipeline.media.downmix import Downmix
from pipeline.timebase import clock, tidy_s

Audio = NDArray[np.float32]
MIN_DURATION_S = 3.0
MAX_LOSS = 0.01
SIDE_GAIN = 0.7071
"""Centre and surround speakers enter each ear 3 dB lower (ITU-R BS.775)."""
LEFT = frozenset({"FL", "BL", "SL", "FLC", "WL"})
RIGHT = frozenset({"FR", "BR", "SR", "FRC", "WR"})
USUAL_LAYOUTS = {3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}


@dataclass(frozen=True)
class AudioFacts:
    """What decoding the whole file found.

    Attributes:
        duration_s: Length of the decoded samples, whatever the header declares.
        bad_packets: Packets that could not be decoded and were skipped.
        warnings: Sentences for people.
    """

    duration_s: float
    sample_rate_hz: int
    channels: int
    codec: str
    warnings: tuple[str, ...]
    bad_packets: int


def facts(
    path: Path, max_duration_s: float = 7200.0, min_duration_s: float = MIN_DURATION_S
) -> AudioFacts:
    """Decode a whole file, without keeping it, and say what it holds.

    Raises:
        NotAudio: No sound can be decoded from it.
        OutOfBounds: It is shorter than ``min_duration_s``, or longer than ``max_duration_s``;
            in the second case decoding stops at the limit.
    """
    with Source(path) as source:
        header, duration_s = source.header, 0.0
        samples_at: dict[int, int] = {}
        channels = 0
        for frame in source.frames():
            rate_hz, channels = frame.sample_rate, channels or frame.layout.nb_channels
            samples_at[rate_hz] = samples_at.get(rate_hz, 0) + frame.samples
            duration_s = sum(count / rate for rate, count in samples_at.items())
            if duration_s > max_duration_s:
                raise OutOfBounds(
                    f"The song is longer than {clock(max_duration_s)[:-3]}.",
                    "Cut it, or raise the limit in the settings.",
                )
    _check_length(duration_s, min_duration_s, source.damage)
    warnings = damage_warnings(source.damage, header, duration_s)
    bad_packets = source.damage.bad_packets
    codec = header.codec.removesuffix("float")
    first_hz = next(iter(samples_at))
    return AudioFacts(tidy_s(duration_s), first_hz, channels, codec, warnings, bad_packets)


def _check_length(duration_s: float, min_duration_s: float, damage: Damage) -> None:
    if duration_s == 0 and damage.bad_packets:
        raise NotAudio("Nothing in this file could be decoded as sound.", ONLY_AUDIO)
    if duration_s == 0:
        raise NotAudio("The file has a header but no sound in it.", ONLY_AUDIO)
    if duration_s < min_duration_s:
        raise OutOfBounds(
            f"The song lasts {duration_s:.1f} seconds.",
            f"A film needs at least {min_duration_s:g} seconds of music.",
        )


def damage_warnings(damage: Damage, header: Header, duration_s: float) -> tuple[str, ...]:
    """Sentences on what was lost; empty for a sound file."""
    found = []
    if damage.bad_packets:
        found.append(
            f"{damage.bad_packets} damaged pieces of the file could not be decoded and were left "
            "out; the rest is used."
        )
    declared_s = header.declared_s
    if declared_s and abs(declared_s - duration_s) > MAX_LOSS * declared_s:
        found.append(
            f"The file says that it lasts {clock(declared_s)}, but {clock(duration_s)} could be "
            "decoded; the decoded length is used."
        )
    if damage.bad_values:
        found.append(f"{damage.bad_values} samples were not numbers and are read as silence.")
    return tuple(found)


def mono_blocks(path: Path, rate_hz: int, damage: Damage | None = None) -> Iterator[Audio]:
    """The mean of all channels at a given rate, as consecutive float32 arrays of shape (n,).

    Two channels that cancel each other give half their difference instead.

    Args:
        path: The sound file.
        rate_hz: Rate of the samples given out.
        damage: Filled in while reading.

    Raises:
        NotAudio: The file holds no sound.
    """
    found, downmix = damage or Damage(), Downmix()
    with Source(path, found) as source:
        found.declared_s = source.header.declared_s
        mixed = (
            Chunk(downmix.mix(chunk.samples), chunk.rate_hz, ("M",)) for chunk in source.chunks()
        )
        for block in _at_rate(mixed, rate_hz):
            yield block[0]
    found.channels_cancel = downmix.mostly_opposed


def stereo_blocks(
    path: Path, start_s: float = 0.0, end_s: float | None = None, rate_hz: int | None = None
) -> Iterator[Audio]:
    """Left and right from ``start_s`` to ``end_s``, as consecutive arrays of shape (2, n).

    Decodes from the first sample, because a seek is not exact in every format. One channel is
    given to both ears; surround is folded down.

    Args:
        path: The sound file.
        start_s: Song time of the first sample given out.
        end_s: Song time before which the last one lies; None for the whole rest.
        rate_hz: Rate of the samples given out; None keeps the file's own.

    Raises:
        NotAudio: The file holds no sound.
    """
    with Source(path) as source:
        rate = rate_hz or source.header.rate_hz
        first = round(start_s * rate)
        last = None if end_s is None else round(end_s * rate)
        folded = (Chunk(_two_ears(c), c.rate_hz, ("FL", "FR")) for c in source.chunks())
        yield from _between(_at_rate(folded, rate), first, last)


def samples(path: Path, start_s: float, end_s: float) -> tuple[Audio, int]:
    """The stretch as one array of shape (2, n) with its rate; see :func:`stereo_blocks`."""
    with Source(path) as source:
        rate_hz = source.header.rate_hz
    blocks = list(stereo_blocks(path, start_s, end_s, rate_hz))
    return (np.concatenate(blocks, axis=1) if blocks else np.zeros((2, 0), np.float32)), rate_hz


def _between(blocks: Iterable[Audio], first: int, last: int | None) -> Iterator[Audio]:
    """The samples with index ``first <= i < last`` of a stream of blocks."""
    position = 0
    for block in blocks:
        begin = max(0, first - position)
        end = block.shape[1] if last is None else min(block.shape[1], last - position)
        if end > begin:
            yield block[:, begin:end]
        position += block.shape[1]
        if last is not None and position >= last:
            return


def _two_ears(chunk: Chunk) -> Audio:
    """Fold any number of speakers down to two, never louder than the loudest speaker."""
    count = chunk.samples.shape[0]
    if count == 1:
        return np.repeat(chunk.samples, 2, axis=0)
    if count == 2:
        return chunk.samples
    weights = np.zeros((2, count), np.float32)
    for index, speaker in enumerate(_speakers(chunk)):
        weights[:, index] = _gains(speaker)
    weights /= np.maximum(1.0, weights.sum(axis=1, keepdims=True))
    return np.asarray(weights @ chunk.samples, dtype=np.float32)


def _speakers(chunk: Chunk) -> tuple[str, ...]:
    """Names of the speakers; a file that gives none has FFmpeg's usual order."""
    usual = USUAL_LAYOUTS.get(len(chunk.speakers))
    if usual is None or chunk.speakers[0] != "NONE":
        return chunk.speakers
    return tuple(channel.name for channel in av.AudioLayout(usual).channels)


def _gains(speaker: str) -> tuple[float, float]:
    """How loud a speaker is in the left and the right ear; the subwoofer is left out."""
    if speaker in {"FL", "FR"}:
        return float(speaker == "FL"), float(speaker == "FR")
    if speaker == "LFE":
        return 0.0, 0.0
    if speaker in LEFT or speaker in RIGHT:
        return SIDE_GAIN * (speaker in LEFT), SIDE_GAIN * (speaker in RIGHT)
    return SIDE_GAIN, SIDE_GAIN


def _at_rate(chunks: Iterable[Chunk], rate_hz: int) -> Iterator[Audio]:
    """Resample a stream of chunks; a change of rate inside the file is followed."""
    resampler: av.AudioResampler | None = None
    from_hz = 0
    for chunk in chunks:
        if resampler is not None and chunk.rate_hz != from_hz:
            yield from _arrays(resampler.resample(None))
            resampler = None
        if chunk.rate_hz == rate_hz:
            yield chunk.samples
            continue
        if resampler is None:
            layout = "mono" if chunk.samples.shape[0] == 1 else "stereo"
            resampler, from_hz = av.AudioResampler("fltp", layout, rate_hz), chunk.rate_hz
        yield from _arrays(resampler.resample(_frame(chunk)))
    if resampler is not None:
        yield from _arrays(resampler.resample(None))


def _frame(chunk: Chunk) -> av.AudioFrame:
    layout = "mono" if chunk.samples.shape[0] == 1 else "stereo"
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(chunk.samples), "fltp", layout)
    frame.sample_rate = chunk.rate_hz
    return frame


def _arrays(frames: Iterable[av.AudioFrame]) -> Iterator[Audio]:
    for frame in frames:
        yield np.asarray(frame.to_ndarray(), dtype=np.float32)
