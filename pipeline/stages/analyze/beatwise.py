"""What changes from one stretch of beats to the next: harmony, bass and the whole sound.

New chords, new bass notes and new sections begin on beats, and mostly on downbeats. The change
is measured between the means over some steps before and after each step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.analyze.envelopes import Envelopes
from pipeline.stages.analyze.spectrum import CHROMA_EVERY, FPS, Floats

Times = NDArray[np.float64]
QUIET_CHROMA = 0.05


def means(values: Floats, edges: NDArray[Any]) -> Floats:
    """Mean of the rows from each edge to the next, at least one row each."""
    total = np.cumsum(np.concatenate([np.zeros_like(values[:1]), values]), axis=0, dtype=np.float64)
    low = np.clip(edges[:-1], 0, len(values) - 1)
    high = np.clip(np.maximum(edges[1:], low + 1), 1, len(values))
    return np.asarray((total[high] - total[low]) / (high - low)[:, None], dtype=np.float32)


def stepwise(env: Envelopes, steps_s: Times) -> dict[str, Floats]:
    """Mean ``chord`` (unit chroma), ``bass`` and ``sound`` from each step to the next."""
    last = steps_s[-1] + float(np.median(np.diff(steps_s)))
    edges = np.append(steps_s, last) * FPS
    frames = np.round(edges).astype(int)
    chord = np.sqrt(means(env.chroma, np.round(edges / CHROMA_EVERY).astype(int)))
    length = np.linalg.norm(chord, axis=1, keepdims=True) + QUIET_CHROMA
    return {
        "chord": chord / length,
        "bass": means(env.bass_bands, frames),
        "sound": means(env.sound_bands, frames),
    }


def change(values: Floats, width: int) -> Times:
    """Distance between the means of the ``width`` rows before and from each row on."""
    count = len(values)
    total = np.cumsum(np.concatenate([np.zeros_like(values[:1]), values]), axis=0, dtype=np.float64)
    at = np.arange(count)

    def mean(first: NDArray[Any], last: NDArray[Any]) -> NDArray[Any]:
        first, last = np.clip(first, 0, count), np.clip(last, 0, count)
        return np.asarray((total[last] - total[first]) / np.maximum(1, last - first)[:, None])

    return np.asarray(np.linalg.norm(mean(at, at + width) - mean(at - width, at), axis=1))


def summits(curve: Times) -> Times:
    """How far each value stands out above the mean of its two neighbours, never negative."""
    out = np.zeros_like(curve)
    out[1:-1] = np.maximum(0, curve[1:-1] - (curve[:-2] + curve[2:]) / 2)
    return out
