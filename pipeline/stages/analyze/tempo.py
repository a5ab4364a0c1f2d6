"""Tempo over time from the autocorrelation of onset strength.

Windows of eight seconds are autocorrelated; a comb over one to four periods and a log-normal
prior pick the beat's period for the whole song, then a Viterbi path follows its changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.analyze.spectrum import FPS, Floats

WINDOW_S, HOP_S = 8.0, 1.0
SLOWEST_BPM, FASTEST_BPM = 40.0, 240.0
PRIOR_BPM, PRIOR_OCTAVES = 130.0, 0.6
COMB = (1.0, 0.5, 0.33, 0.25)
STEPS_PER_OCTAVE = 96
CHANGE_COST = 30.0
WANDER = 0.55
"""A change of tempo inside a song stays within this many octaves of its main tempo."""


@dataclass(frozen=True)
class Tempogram:
    """``strength`` has shape (windows, tempi); window ``i`` is centred on ``i * HOP_S``."""

    strength: NDArray[np.float64]
    periods: NDArray[np.float64]

    @property
    def bpm(self) -> NDArray[np.float64]:
        return 60 * FPS / self.periods


def tempogram(envelope: Floats) -> Tempogram:
    """Comb-filtered autocorrelation, normalised so that a perfect pulse gives about 1."""
    octaves = np.log2(FASTEST_BPM / SLOWEST_BPM)
    count = int(octaves * STEPS_PER_OCTAVE) + 1
    periods = 60 * FPS / FASTEST_BPM * 2 ** (np.arange(count) / STEPS_PER_OCTAVE)
    correlation = _autocorrelation(envelope)
    lags = np.arange(correlation.shape[1])
    strength = np.zeros((len(correlation), count))
    for multiple, weight in enumerate(COMB, start=1):
        wanted = np.minimum(periods * multiple, lags[-1] - 1)
        low = wanted.astype(int)
        part = wanted - low
        strength += weight * (correlation[:, low] * (1 - part) + correlation[:, low + 1] * part)
    return Tempogram(strength / sum(COMB), periods)


def _autocorrelation(envelope: Floats) -> NDArray[np.float64]:
    """Unbiased autocorrelation of each window about its mean, by FFT; 1 at lag 0."""
    from scipy.fft import irfft, rfft

    window, hop = round(WINDOW_S * FPS), round(HOP_S * FPS)
    padded = np.pad(envelope, (window // 2, window // 2))
    view = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    centred = view - view.mean(axis=1, keepdims=True)
    size = 2 * window
    raw = irfft(np.abs(rfft(centred, size, axis=1)) ** 2, size, axis=1)[:, :window]
    unbiased = raw / (window - np.arange(window) * 0.75)
    loud = centred.var(axis=1) + 0.1 * envelope.var() + 1e-9
    return np.asarray(unbiased / loud[:, None])


def prior(bpm: NDArray[np.float64]) -> NDArray[np.float64]:
    """How common a tempo is: log-normal around PRIOR_BPM."""
    return np.asarray(np.exp(-0.5 * (np.log2(bpm / PRIOR_BPM) / PRIOR_OCTAVES) ** 2))


def overall(gram: Tempogram) -> NDArray[np.float64]:
    """Strength of each tempo over the whole song, weighted by the prior."""
    return np.asarray(np.maximum(gram.strength.mean(axis=0), 0) * prior(gram.bpm))


def path(gram: Tempogram, period: float) -> NDArray[np.float64]:
    """Local period in frames for each window, near a song's main period (Viterbi)."""
    near = np.abs(np.log2(gram.periods / period)) <= WANDER
    usual = prior(gram.bpm[near])
    gain, periods = gram.strength[:, near] * usual / usual.max(), gram.periods[near]
    jump = np.abs(np.log2(periods[:, None] / periods[None]))
    cost = CHANGE_COST * np.minimum(jump, 0.12) * 0.2
    score = gain[0] - 0.2 * np.abs(np.log2(periods / period))
    back = np.zeros(gain.shape, dtype=np.int64)
    for index in range(1, len(gain)):
        total = score[None, :] - cost
        back[index] = total.argmax(axis=1)
        score = total[np.arange(len(periods)), back[index]] + gain[index]
    chosen = np.zeros(len(gain), dtype=np.int64)
    chosen[-1] = int(score.argmax())
    for index in range(len(gain) - 1, 0, -1):
        chosen[index - 1] = back[index, chosen[index]]
    return np.asarray(periods[chosen])


def peaks(gram: Tempogram, most: int = 6) -> list[tuple[float, float]]:
    """The strongest tempi as (period in frames, weighted strength), strongest first."""
    values = overall(gram)
    inner = (values[1:-1] >= values[:-2]) & (values[1:-1] > values[2:])
    places = np.flatnonzero(inner) + 1
    best = places[np.argsort(-values[places])][:most]
    return [(float(gram.periods[i]), float(values[i])) for i in best]


def per_frame(periods: NDArray[Any], frames: int) -> NDArray[np.float64]:
    """Local period of every frame, from one value a window."""
    centres = np.arange(len(periods)) * round(HOP_S * FPS)
    return np.asarray(np.interp(np.arange(frames), centres, periods))
