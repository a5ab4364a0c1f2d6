"""Bars from evidence: metre by how well each bar length explains the beats, then their phase.

Chords, bass notes and the whole sound change on downbeats, bass drums mark them, and cymbals mark
them less than the beats between; a Viterbi path allows a bar of another length where the music
clearly has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.analyze.beatwise import change, stepwise
from pipeline.stages.analyze.envelopes import Envelopes
from pipeline.stages.analyze.pulse import Times, sample

METRE_PRIOR = {3: 0.0, 4: 0.06, 5: -0.03, 6: -0.2, 7: -0.05}
"""Six explains whatever three does, and pairs of bars besides: it has to do much better."""
ACCENTS = {
    "low": 0.95,
    "timbre": 0.45,
    "bass": 0.25,
    "high": -0.3,
    "chord2": 1.1,
    "chord4": 0.4,
    "bass2": 0.8,
    "sound4": 0.75,
    "sound8": 1.4,
}
"""Envelopes at the beat, and changes over as many beats as the name says."""
EVIDENCE = {"harmony": 1.0, "bass": 1.0, "timbre": 1.0, "low": 1.0, "mid": 0.5, "high": 0.5}
CHANGES = {"chord2": 2, "chord4": 4, "bass2": 2, "sound4": 4, "sound8": 8}
IRREGULAR_COST = 40.0
"""A bar of another length has to pay off over some dozen bars: chords and drums of half a bar
look like a shifted bar for about eight."""


@dataclass(frozen=True)
class Bars:
    """Indices of the beats that begin a bar, the metre, and how sure the phase is (0..1)."""

    downbeats: NDArray[np.int64]
    metre: int
    confidence: float


def find_bars(env: Envelopes, beats: Times, metre: int | None = None, shift: int = 0) -> Bars:
    """Downbeats of a song.

    Args:
        env: Envelopes of the whole song.
        beats: Beats in seconds.
        metre: Beats in a bar when a person said so.
        shift: Beats by which a person moved the downbeat.
    """
    features = bar_features(env, beats)
    chosen = metre or _metre(features, len(beats))
    accent = np.sum([w * features[name] for name, w in ACCENTS.items()], axis=0)
    places = _places(accent, chosen)
    confidence = _margin(accent, places, chosen)
    downbeats = np.flatnonzero((places - shift) % chosen == 0)
    return Bars(downbeats, chosen, confidence)


def bar_features(env: Envelopes, beats: Times) -> dict[str, Times]:
    """One standardised value a beat for every name in EVIDENCE and ACCENTS."""
    found = {name: _standard(np.sqrt(sample(getattr(env, name), beats))) for name in EVIDENCE}
    values = stepwise(env, beats)
    for name, width in CHANGES.items():
        curve = change(values[name[:-1]], width)
        found[name] = _standard(curve**2 if width == 8 else curve)
    return found


def _standard(values: Times) -> Times:
    """Zero mean and unit deviation; square roots keep one crash from deciding."""
    return np.asarray((values - values.mean()) / (values.std() + 1e-9))


def _metre(features: dict[str, Times], count: int) -> int:
    """The bar length whose position in the bar explains most of the features' variance."""
    usable = [m for m in METRE_PRIOR if count >= 4 * m]
    scores = {m: METRE_PRIOR[m] + _explained(features, m) for m in usable}
    return max(scores, key=scores.__getitem__) if scores else 4


def _explained(features: dict[str, Times], metre: int) -> float:
    """Adjusted share of variance explained, in stretches so that a slipped bar costs little."""
    count = len(next(iter(features.values())))
    stretch = max(8 * metre, 48)
    total = weight = 0.0
    for first in range(0, max(1, count - stretch // 2), stretch):
        for name, share in EVIDENCE.items():
            part = features[name][first : first + stretch]
            total += share * len(part) * _adjusted(part, metre)
            weight += share * len(part)
    return total / max(weight, 1e-9)


def _adjusted(values: Times, metre: int) -> float:
    """Adjusted R² of the mean at each position of a bar."""
    if len(values) <= metre + 1:
        return 0.0
    place = np.arange(len(values)) % metre
    means = np.bincount(place, values, metre) / np.maximum(1, np.bincount(place, minlength=metre))
    centred = values - values.mean()
    left = float(np.sum((values - means[place]) ** 2)) / (len(values) - metre)
    return 1 - left / (float(np.sum(centred**2)) / (len(values) - 1) + 1e-9)


def _places(accent: Times, metre: int) -> NDArray[np.int64]:
    """Position in the bar of every beat, 0 on downbeats (Viterbi)."""
    score = np.zeros(metre)
    score[0] += accent[0]
    back = np.zeros((len(accent), metre), dtype=np.int64)
    for index in range(1, len(accent)):
        regular = np.roll(score, 1)
        best = int(score.argmax())
        jump = score[best] - IRREGULAR_COST
        back[index] = np.where(regular >= jump, np.roll(np.arange(metre), 1), best)
        score = np.maximum(regular, jump)
        score[0] += accent[index]
    places = np.zeros(len(accent), dtype=np.int64)
    places[-1] = int(score.argmax())
    for index in range(len(accent) - 1, 0, -1):
        places[index - 1] = back[index, places[index]]
    return places


def _margin(accent: Times, places: NDArray[Any], metre: int) -> float:
    """How far the chosen position's accent stands out over the next best, in 0..1."""
    if metre == 1:
        return 1.0
    counts = np.maximum(1, np.bincount(places, minlength=metre))
    means = np.bincount(places, accent, metre) / counts
    rest = np.delete(means, 0)
    noise = accent.std() / np.sqrt(counts[0]) + 1e-9
    return float(1 / (1 + np.exp(-((means[0] - rest.max()) / noise - 2.0) / 1.5)))
