"""Beat times from onset strength and a local period, by dynamic programming (Ellis 2007)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.analyze.spectrum import Floats

TIGHTNESS = 6000.0
"""Ellis has 680 for a tempo that is known to some per cent; the local period is known to half a
percent here, and a chain that may bend more slips onto loud off-beats."""
SHORTEST, LONGEST = 0.7, 1.45
"""An interval between two beats lies within these multiples of the local period."""


def beat_frames(envelope: Floats, period: NDArray[np.float64]) -> NDArray[np.int64]:
    """Frames of the best chain of beats.

    Args:
        envelope: Onset strength, standard deviation about 1.
        period: Local period in frames, one value a frame.
    """
    shortest = max(2, int(period.min() * SHORTEST))
    longest = int(period.max() * LONGEST) + 1
    lags = np.arange(shortest, longest + 1)
    strength = np.asarray(envelope, dtype=np.float64)
    score = np.concatenate([np.full(longest, 0.0), np.zeros(len(strength))])
    back = np.zeros(len(strength), dtype=np.int64)
    log_lags = np.log(lags)
    for first in range(0, len(strength), shortest):
        rows = np.arange(first, min(first + shortest, len(strength)))
        penalty = -TIGHTNESS * (log_lags[None] - np.log(period[rows])[:, None]) ** 2
        candidates = score[rows[:, None] + longest - lags[None]] + penalty
        best = candidates.argmax(axis=1)
        value = candidates[np.arange(len(rows)), best]
        score[rows + longest] = strength[rows] + value
        back[rows] = rows - lags[best]
    return _traced(score[longest:], back, int(period[-1]))


def _traced(score: NDArray[np.float64], back: NDArray[np.int64], period: int) -> NDArray[Any]:
    """Follow the chain from the best of the last period's frames."""
    tail = max(1, int(period * 1.2))
    first = max(0, len(score) - tail)
    frame = first + int(score[first:].argmax())
    chain: list[int] = []
    while frame >= 0:
        chain.append(frame)
        frame = int(back[frame])
    return np.array(chain[::-1], dtype=np.int64)
