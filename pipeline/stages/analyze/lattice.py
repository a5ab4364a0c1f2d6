"""One exact tempo, where a song has one: the whole song then votes for one lattice of beats.

Music made on a computer keeps one tempo to the sample. A chain of beats that is tracked from beat
to beat slips there onto loud off-beats; a lattice cannot. Whether a song has one exact tempo
shows in the phase of its onsets at two to eight pulses a beat: it stands still from the
first window to the last. Those pulses are used since on-beats and off-beats agree on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.analyze.spectrum import FPS, Floats

HARMONICS = (1, 2, 3, 4)
SUBDIVISIONS = (2, 3, 4, 6, 8)
SPREAD = 0.03
"""The exact period lies within this share of the one that windows of eight seconds showed."""
FINE = 8
WINDOW_S = 8.0
STANDS_STILL = 0.965
"""Length of the summed phases over their summed lengths; played music stays below."""
LEAST_S = 24.0
PHASES = 96


@dataclass(frozen=True)
class Lattice:
    """Beats at ``first + n * period``, in frames."""

    first: float
    period: float

    def frames(self, count: int) -> NDArray[np.float64]:
        """All beats within ``count`` frames."""
        return np.arange(self.first, count - 1, self.period)


def find_lattice(strength: Floats, period: float) -> Lattice | None:
    """The lattice that a whole song keeps to, or None where its tempo moves.

    Args:
        strength: Onset strength at FPS frames a second.
        period: About the period of the beat, in frames.
    """
    if len(strength) < LEAST_S * FPS:
        return None
    centred = np.asarray(strength - strength.mean(), dtype=np.float64)
    about = _about_period(centred, period)
    still, pulses = max((_stillness(_turned(centred, n / about)), n) for n in SUBDIVISIONS)
    if still < STANDS_STILL:
        return None
    exact = _settled(centred, about, pulses)
    return Lattice(_strongest_phase(strength, exact), exact)


def _about_period(centred: NDArray[np.float64], period: float) -> float:
    """The period at which the harmonics of the whole song's spectrum are largest together."""
    from scipy.fft import next_fast_len, rfft

    size = int(next_fast_len(len(centred) * FINE))
    magnitude = np.abs(rfft(centred, size))
    steps = int(2 * SPREAD / period * len(centred) * 2 * HARMONICS[-1]) + 3
    trial = np.exp(np.linspace(-SPREAD, SPREAD, steps)) / period
    total = np.zeros(steps)
    for harmonic in HARMONICS:
        place = np.minimum(trial * harmonic * size, len(magnitude) - 2)
        low = place.astype(int)
        part = place - low
        total += magnitude[low] * (1 - part) + magnitude[low + 1] * part
    return float(1 / trial[int(total.argmax())])


def _turned(centred: NDArray[np.float64], frequency: float) -> NDArray[np.complex128]:
    """The song's component at a frequency (cycles a frame), window by window."""
    turned = centred * np.exp(-2j * np.pi * frequency * np.arange(len(centred)))
    return np.add.reduceat(turned, np.arange(0, len(centred), round(WINDOW_S * FPS)))


def _stillness(parts: NDArray[Any]) -> float:
    """How little the phase moves between windows, 0..1."""
    return float(np.abs(parts.sum()) / (np.abs(parts).sum() + 1e-9))


def _settled(centred: NDArray[np.float64], period: float, pulses: int) -> float:
    """The period with the rest of the drift of its pulses' phase taken out."""
    for _ in range(2):
        parts = _turned(centred, pulses / period)
        weight = np.abs(parts)
        angle = np.angle(parts * np.conj(parts.sum()))
        at = (np.arange(len(parts)) - np.average(np.arange(len(parts)), weights=weight)) * WINDOW_S
        slope = np.sum(weight * at * angle) / (np.sum(weight * at**2) * FPS + 1e-12)
        period = pulses / (pulses / period + slope / (2 * np.pi))
    return float(period)


def _strongest_phase(strength: Floats, period: float) -> float:
    numbers = np.arange(int((len(strength) - 2 * period) / period))
    phases = np.arange(PHASES) / PHASES * period
    sums = [strength[np.round(p + numbers * period).astype(int)].sum() for p in phases]
    return float(phases[int(np.argmax(sums))])
