"""Swing: where the note between two beats falls."""

from __future__ import annotations

import numpy as np

from pipeline.stages.analyze.envelopes import Envelopes
from pipeline.stages.analyze.pulse import Times, sample

PLACES = np.arange(0.44, 0.75, 0.01)
TRIPLET = 2 / 3
AHEAD = 1.25
"""A late off-beat must be this much stronger than the straight one to count as swing."""


def swing_of(env: Envelopes, beats: Times) -> float:
    """0 for straight eighths, 1 for triplet swing (or later), from the mean off-beat onset."""
    if len(beats) < 16:
        return 0.0
    gaps = np.diff(beats)
    curve = env.high + env.all
    profile = np.array([sample(curve, beats[:-1] + gaps * place, 0).mean() for place in PLACES])
    straight = float(profile[PLACES < 0.53].max())
    late = float(profile[PLACES > 0.55].max())
    if late < AHEAD * straight or late < 1.1 * float(curve.mean()):
        return 0.0
    place = float(PLACES[PLACES > 0.55][profile[PLACES > 0.55].argmax()])
    return float(np.clip((place - 0.5) / (TRIPLET - 0.5), 0, 1))
