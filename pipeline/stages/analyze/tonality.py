"""Is this music without drums, rather than speech or noise? Held harmony tells."""

from __future__ import annotations

import numpy as np

from pipeline.stages.analyze.spectrum import Spectrum

GROUP, APART = 4, 3
"""Chroma is averaged over 0.16 s, and compared with itself half a second later."""
STEADY, FLATTEST = 0.3, 0.3
AUDIBLE = 0.05


def is_tonal(spectrum: Spectrum) -> bool:
    """True when pitch classes stay for half a second and the spectrum has peaks.

    Speech glides (mean similarity up to 0.2), noise is flat (flatness above 0.8); music holds
    its notes.
    """
    loudness = spectrum.chroma.sum(axis=1)
    audible = np.sqrt(spectrum.chroma[loudness > AUDIBLE * np.quantile(loudness, 0.95)])
    count = len(audible) // GROUP
    if count <= 2 * APART or float(np.median(spectrum.flatness)) > FLATTEST:
        return False
    centred = audible - audible.mean(axis=1, keepdims=True)
    means = centred[: count * GROUP].reshape(count, GROUP, 12).mean(axis=1)
    unit = means / (np.linalg.norm(means, axis=1, keepdims=True) + 1e-9)
    return float((unit[:-APART] * unit[APART:]).sum(axis=1).mean()) > STEADY
