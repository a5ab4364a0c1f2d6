"""One channel out of several: the mean, or the difference where the mean would cancel.

Some files hold one channel upside down (a wrongly wired lead, a "widener"); the mean of such a
pair is nearly silent, and nothing could be heard in it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

OPPOSED, AGREED = -0.6, -0.2
"""Correlation of two channels below which they cancel, and above which they agree again."""


class Downmix:
    """Mixes consecutive blocks of one file; what was heard so far decides.

    Attributes:
        opposed: Samples that were mixed as a difference.
        total: All samples mixed.
    """

    def __init__(self) -> None:
        self.opposed = self.total = 0
        self._products = np.zeros(3)
        self._flipped = False

    def mix(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """One channel, shape (1, n), from shape (channels, n)."""
        count = samples.shape[1]
        self.total += count
        if samples.shape[0] == 2 and self._cancels(samples):
            self.opposed += count
            return np.asarray((samples[:1] - samples[1:]) / 2, dtype=np.float32)
        return np.asarray(samples.mean(axis=0, keepdims=True), dtype=np.float32)

    @property
    def mostly_opposed(self) -> bool:
        """More than half of the file had channels that cancel each other."""
        return self.opposed > self.total / 2

    def _cancels(self, samples: NDArray[np.float32]) -> bool:
        left, right = samples
        now = (float(left @ right), float(left @ left), float(right @ right))
        self._products += np.array(now, dtype=np.float64)
        both, one, other = self._products
        limit = AGREED if self._flipped else OPPOSED
        self._flipped = bool(both < limit * np.sqrt(one * other) and both < 0)
        return self._flipped
