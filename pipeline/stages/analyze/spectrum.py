"""The one spectrogram: log-spaced bands, chroma, level and waveform peaks in a single pass.

Frame ``i`` is centred on sample ``i * HOP`` of the mono signal at :data:`RATE_HZ`. librosa gives
the frequency scales and the A-weighting of hearing; the transform is scipy's, in float32, block
by block, so that an hour of sound never lies in memory at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 22_050
WINDOW = 2048
HOP = 220
FPS = RATE_HZ / HOP
BLOCK_FRAMES = 256
PEAKS_PER_S = 100
LOWEST_HZ, HIGHEST_HZ = 30.0, 10_800.0
CHROMA_HZ = (100.0, 2_000.0)
BANDS_PER_OCTAVE = 12
FLOOR = 1e-5
ATTACK_PER_FRAME = 2
CHROMA_EVERY = 4
"""Chroma is kept for every fourth frame (25 a second): harmony moves no faster."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Spectrum:
    """What one pass over the samples leaves.

    Attributes:
        bands: Natural logarithm of band magnitude (full-scale sine about 0), shape (frames, bands).
        centres_hz: Centre of each band.
        chroma: Magnitude per pitch class from C, shape (frames / CHROMA_EVERY, 12).
        level: A-weighted magnitude per frame, linear.
        flatness: Spectral flatness per chroma frame, 0 (tones) to 1 (noise).
        attack: Energy of the differenced signal, ATTACK_PER_FRAME values a frame; its rises are
            sharper in time than the window of the spectrum.
        peaks: int8 pairs (minimum, maximum) of the samples at PEAKS_PER_S, shape (n, 2).
        samples: Count of mono samples at RATE_HZ.
    """

    bands: Floats
    centres_hz: Floats
    chroma: Floats
    level: Floats
    flatness: Floats
    attack: Floats
    peaks: NDArray[np.int8]
    samples: int

    @property
    def duration_s(self) -> float:
        return self.samples / RATE_HZ


@dataclass(frozen=True)
class Banks:
    """Matrices from FFT bins to what is kept."""

    bands: Any
    centres_hz: Floats
    chroma: Floats
    loudness: Floats


@lru_cache(maxsize=1)
def banks() -> Banks:
    """Triangular bands a semitone apart, pitch-class folding and squared A-weighting."""
    import librosa
    from scipy.sparse import csr_array

    bins_hz = librosa.fft_frequencies(sr=RATE_HZ, n_fft=WINDOW)
    bands, centres_hz = _triangles(bins_hz)
    inside = (bins_hz >= CHROMA_HZ[0]) & (bins_hz <= CHROMA_HZ[1])
    pitch = librosa.hz_to_midi(np.maximum(bins_hz, 1.0)) % 12
    distance = np.abs((pitch[:, None] - np.arange(12)[None] + 6) % 12 - 6)
    chroma = np.maximum(0, 1 - distance) * inside[:, None]
    weights = librosa.A_weighting(np.maximum(bins_hz, 1.0), min_db=None)
    loudness = 10 ** (weights / 10)
    return Banks(
        csr_array(bands.T.astype(np.float32)),
        centres_hz.astype(np.float32),
        chroma.astype(np.float32),
        loudness.astype(np.float32),
    )


def _triangles(bins_hz: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Bands of equal area at semitone spacing; where bins are wider, one band a bin."""
    count = int(np.log2(HIGHEST_HZ / LOWEST_HZ) * BANDS_PER_OCTAVE)
    wanted = LOWEST_HZ * 2.0 ** (np.arange(count + 1) / BANDS_PER_OCTAVE)
    corners = np.unique(np.round(wanted / bins_hz[1]).astype(int))
    matrix = np.zeros((len(bins_hz), len(corners) - 2))
    for band, (low, mid, high) in enumerate(
        zip(corners[:-2], corners[1:-1], corners[2:], strict=True)
    ):
        matrix[low : mid + 1, band] = np.linspace(0, 1, mid - low + 1)
        matrix[mid : high + 1, band] = np.linspace(1, 0, high - mid + 1)
    return matrix / matrix.sum(axis=0), bins_hz[corners[1:-1]]


class _Gatherer:
    """Collects features of consecutive frames, and peaks of consecutive samples."""

    def __init__(self) -> None:
        self.window = np.hanning(WINDOW + 1)[:-1].astype(np.float32) * np.float32(4 / WINDOW)
        self.parts: list[tuple[NDArray[np.float16], Floats, Floats, Floats]] = []

    def frames(self, samples: Floats, count: int) -> None:
        """Take ``count`` frames beginning every HOP samples of ``samples``."""
        from scipy.fft import rfft

        tables = banks()
        view = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[: count * HOP : HOP]
        spectrum = rfft(view * self.window, axis=1)
        magnitude = np.abs(spectrum)
        bands = np.log((tables.bands @ magnitude.T).T + np.float32(FLOOR)).astype(np.float16)
        level = np.sqrt((magnitude * magnitude) @ tables.loudness)
        coarse = magnitude[::CHROMA_EVERY]
        flat = np.exp(np.log(coarse + 1e-7).mean(axis=1)) / (coarse.mean(axis=1) + 1e-7)
        self.parts.append((bands, coarse @ tables.chroma, level, flat))


def listen(blocks: Iterable[Floats]) -> Spectrum:
    """One pass over consecutive mono blocks at RATE_HZ.

    Memory grows by about 25 kB a second of sound.
    """
    gatherer, peaks, attack = _Gatherer(), _Peaks(), _Attack()
    held: list[Floats] = [np.zeros(WINDOW // 2, np.float32)]
    waiting, total = WINDOW // 2, 0
    need = (BLOCK_FRAMES - 1) * HOP + WINDOW
    for block in blocks:
        peaks.take(block)
        attack.take(block)
        held.append(block)
        waiting, total = waiting + len(block), total + len(block)
        if waiting >= need:
            rest = _drain(gatherer, np.concatenate(held), need)
            held, waiting = [rest], len(rest)
    _finish(gatherer, np.concatenate(held), total)
    bands, chroma, level, flat = (
        np.concatenate(part) for part in zip(*gatherer.parts, strict=True)
    )
    centres_hz, energy = banks().centres_hz, attack.energy()
    return Spectrum(bands, centres_hz, chroma, level, flat, energy, peaks.pairs(), total)


def _drain(gatherer: _Gatherer, samples: Floats, need: int) -> Floats:
    """Take all whole blocks of frames; give back what is not used up."""
    at = 0
    while len(samples) - at >= need:
        gatherer.frames(samples[at : at + need], BLOCK_FRAMES)
        at += BLOCK_FRAMES * HOP
    return samples[at:]


def _finish(gatherer: _Gatherer, samples: Floats, total: int) -> None:
    """Take the frames whose centre lies in the last samples, padded with silence."""
    done = sum(len(part[2]) for part in gatherer.parts)
    count = max(1, -(-total // HOP) - done) if total else 1
    padded = np.zeros((count - 1) * HOP + WINDOW, np.float32)
    padded[: min(len(samples), len(padded))] = samples[: len(padded)]
    gatherer.frames(padded, count)


class _Attack:
    """Energy of sample differences, HOP / ATTACK_PER_FRAME samples a value."""

    def __init__(self) -> None:
        self.rest: Floats = np.zeros(1, np.float32)
        self.found: list[Floats] = []

    def take(self, block: Floats) -> None:
        step = HOP // ATTACK_PER_FRAME
        samples = np.concatenate([self.rest, block])
        count = (len(samples) - 1) // step
        difference = np.diff(samples[: count * step + 1])
        self.found.append(np.square(difference).reshape(count, step).mean(axis=1))
        self.rest = samples[count * step :]

    def energy(self) -> Floats:
        return np.concatenate(self.found) if self.found else np.zeros(1, np.float32)


class _Peaks:
    """Minimum and maximum of every hundredth of a second."""

    def __init__(self) -> None:
        self.done = 0
        self.rest: Floats = np.zeros(0, np.float32)
        self.found: list[Floats] = []

    def take(self, block: Floats) -> None:
        samples = np.concatenate([self.rest, block])
        origin = self._edge(self.done)
        count = (origin + len(samples)) * PEAKS_PER_S // RATE_HZ - self.done
        self.rest = samples[self._keep(samples, origin, count) :]

    def pairs(self) -> NDArray[np.int8]:
        """All pairs; full scale is 127."""
        if len(self.rest):
            self.found.append(np.array([[self.rest.min(), self.rest.max()]], np.float32))
            self.rest = self.rest[:0]
        if not self.found:
            return np.zeros((0, 2), np.int8)
        scaled = np.concatenate(self.found) * 127
        return np.clip(np.round(scaled), -127, 127).astype(np.int8)

    def _keep(self, samples: Floats, origin: int, count: int) -> int:
        """Store ``count`` pairs; give the number of samples used up."""
        if count <= 0:
            return 0
        edges = self._edge(self.done + np.arange(count + 1)) - origin
        used = samples[: edges[-1]]
        low = np.minimum.reduceat(used, edges[:-1])
        high = np.maximum.reduceat(used, edges[:-1])
        self.found.append(np.stack([low, high], axis=1))
        self.done += count
        return int(edges[-1])

    @staticmethod
    def _edge(index: Any) -> Any:
        """First sample of a pair: pairs are 220 or 221 samples long."""
        return -(-index * RATE_HZ // PEAKS_PER_S)
