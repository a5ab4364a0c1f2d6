"""From envelopes to a chain of beats: tempo, path, beats, and which phase they sit on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.analyze import tempo
from pipeline.stages.analyze.beatwise import change, stepwise, summits
from pipeline.stages.analyze.envelopes import Envelopes
from pipeline.stages.analyze.lattice import find_lattice
from pipeline.stages.analyze.reading import true_period
from pipeline.stages.analyze.spectrum import FPS, Floats
from pipeline.stages.analyze.track import beat_frames

PHASE_WEIGHTS = {
    "low": 1.2,
    "mid": -1.0,
    "high": 3.0,
    "harmony": 0.4,
    "bass": 1.0,
    "timbre": 2.0,
}
"""Log-odds that a phase is the beat, per relative surplus of each envelope there: beats carry
change of bass, timbre and harmony, while off-beats carry middle voices."""
STRUCTURE_WEIGHTS = {"sound": 5.0, "bass": 3.0, "chord": 1.0}
"""The same for the summits of change over four beats: sections begin on beats."""
STRUCTURE_MOST, FLAT_SHARE = 4.5, 0.01
"""Structure never outvotes clear drums, and counts less in a song that hardly changes."""
PATTERN_WEIGHTS = {"low": (2, 1.0), "high": (4, 1.0)}
"""And for how unequal the beats of a group are: drums alternate on beats more than between."""
SAME_OCTAVES = 0.06
STEADY_OCTAVES, STEADY_SHARE = 0.06, 0.85
SILENT_SHARE = 0.15
"""Where so little of the beats' own strength sounds between them, no beat is."""
STRETCH_BEATS = 16
STRETCH_WEIGHT = 1.0
SWITCH_COST = 3.0
CLEAR, CLEAR_TONAL = 0.1, 0.045
"""Mean comb strength of the chosen tempo under which there is no pulse to follow. Noise and
speech stay below 0.07; music that holds its notes needs less, since strings have soft attacks."""

Times = NDArray[np.float64]


@dataclass(frozen=True)
class Pulse:
    """Beats before they are fitted to a grid.

    Attributes:
        beats_s: Times in seconds.
        clarity: Mean strength of the tempo in 0..1.
        phase_margin: Log-odds of the chosen phase over its rival; near 0 means a guess.
        alternatives: (bpm, share) of other tempi, strongest first.
        heard: Strength of every tempo over the whole song, prior included: (bpm, strength).
    """

    beats_s: Times
    clarity: float
    phase_margin: float
    bpm: float
    alternatives: tuple[tuple[float, float], ...]
    heard: tuple[NDArray[np.float64], NDArray[np.float64]]

    def strength_at(self, bpm: float) -> float:
        """How strongly a tempo was heard; 0 where nothing stands out, or no beat can be."""
        tempi, strength = self.heard
        near = strength[np.abs(np.log2(tempi / bpm)) < SAME_OCTAVES]
        stands_out = len(near) > 2 and 0 < near.argmax() < len(near) - 1
        return float(near.max()) if stands_out else 0.0


def find_pulse(env: Envelopes, factor: float = 1.0, tonal: bool = False) -> Pulse | None:
    """The song's beats, or None where there is no pulse.

    Args:
        env: Envelopes of the whole song.
        factor: Multiplies the heard tempo before beats are tracked.
        tonal: The song holds its notes, so that a weaker pulse is believed.
    """
    gram = tempo.tempogram(env.high + 0.5 * env.all)
    found = tempo.peaks(gram)
    if not found:
        return None
    period = found[0][0]
    clarity = strength_at(gram, period)
    if clarity < (CLEAR_TONAL if tonal else CLEAR):
        return None
    local = tempo.path(gram, period)
    multiple = true_period(env, local)
    beats, exact = _chain(env, local * multiple / factor, period * multiple / factor)
    if len(beats) < 4:
        return None
    beats, margin = settle_phase(env, beats, exact)
    bpm = float(60 / np.median(np.diff(beats)))
    others = _alternatives(found, factor)
    return Pulse(beats, min(1.0, clarity), margin, bpm, others, (gram.bpm, tempo.overall(gram)))


def _chain(env: Envelopes, local: Times, period: float) -> tuple[Times, bool]:
    """Beats of about a period, and whether they stand at one exact tempo."""
    strength = beat_strength(env)
    # Two tempi may share their sixteenths, so that a lattice would fit both.
    steady = np.mean(np.abs(np.log2(local / period)) < STEADY_OCTAVES) > STEADY_SHARE
    lattice = find_lattice(strength, period) if steady else None
    if lattice:
        return lattice.frames(len(strength)) / FPS, True
    return beat_frames(strength, tempo.per_frame(local, len(strength))) / FPS, False


def beat_strength(env: Envelopes) -> Floats:
    """What a chain of beats follows: drums, and the moments when bass or timbre change."""
    return np.asarray(env.high + env.low + env.timbre + env.bass)


def strength_at(gram: tempo.Tempogram, period: float) -> float:
    """Mean over the song of the locally best strength within 4 % of a period or its path."""
    near = np.abs(np.log2(gram.periods / period)) < 0.06
    return float(gram.strength[:, near].max(axis=1).mean())


def _alternatives(
    found: list[tuple[float, float]], factor: float
) -> tuple[tuple[float, float], ...]:
    total = sum(value for _, value in found) or 1.0
    return tuple((60 * FPS / period * factor, value / total) for period, value in found)


def sample(envelope: Floats, times_s: Times, reach: int = 1) -> Times:
    """The envelope's maximum within ``reach`` frames of each time."""
    index = np.clip(np.round(times_s * FPS).astype(int), reach, len(envelope) - reach - 1)
    around = [envelope[index + step] for step in range(-reach, reach + 1)]
    return np.asarray(np.max(around, axis=0), dtype=np.float64)


def settle_phase(env: Envelopes, beats: Times, whole: bool = False) -> tuple[Times, float]:
    """Move stretches that sit between the beats by half a beat; give the mean log-odds too.

    Args:
        env: Envelopes of the whole song.
        beats: Beats in seconds.
        whole: All beats are moved or none, since they stand on one lattice.
    """
    gaps = np.diff(beats)
    half = beats[:-1] + gaps / 2
    odds = _phase_odds(env, beats[:-1], half)
    if _silent_between(env, beats[:-1], half):
        odds = -np.abs(odds)
    moved = np.full(len(odds), odds.mean() > 0) if whole else _stretches(odds)
    settled = np.where(moved, half, beats[:-1])
    if not moved.any():
        settled = beats
    elif not moved[-1]:
        settled = np.append(settled, beats[-1])
    margin = float(np.mean(np.where(moved, odds, -odds)))
    return _tidy(settled, float(np.median(gaps))), margin


def _silent_between(env: Envelopes, beats: Times, half: Times) -> bool:
    strength = beat_strength(env)
    return bool(sample(strength, half).mean() < SILENT_SHARE * sample(strength, beats).mean())


def _phase_odds(env: Envelopes, beats: Times, half: Times) -> Times:
    """Per beat, the log-odds (smoothed over a stretch) that the off-beat is the beat."""
    window = np.ones(min(STRETCH_BEATS, len(beats)))
    total = np.zeros(len(beats))
    for name, weight in PHASE_WEIGHTS.items():
        curve = getattr(env, name)
        on, off = (np.convolve(sample(curve, t), window, "same") for t in (beats, half))
        total += weight * (off - on) / (off + on + 1e-6)
    return total + _song_odds(env, beats, half)


def _song_odds(env: Envelopes, beats: Times, half: Times) -> float:
    """Log-odds from the song's structure and from the pattern of its drums."""
    steps = np.sort(np.concatenate([beats, half]))
    odds = 0.0
    values = stepwise(env, steps)
    for name, weight in STRUCTURE_WEIGHTS.items():
        peaks = summits(change(values[name], 8) ** 2)
        floor = FLAT_SHARE * float(values[name].var(axis=0).sum()) + 1e-9
        on, off = float(peaks[::2].mean()), float(peaks[1::2].mean())
        odds += weight * (off - on) / (off + on + floor)
    odds = float(np.clip(odds, -STRUCTURE_MOST, STRUCTURE_MOST))
    for name, (group, weight) in PATTERN_WEIGHTS.items():
        curve = sample(getattr(env, name), steps)
        unequal = [_unequal(curve[start::2], group) for start in (0, 1)]
        odds += weight * (unequal[1] - unequal[0]) / (float(curve.mean()) + 1e-9)
    return odds


def _unequal(values: Times, group: int) -> float:
    """Standard deviation of the mean at each place of a group."""
    whole = values[: len(values) // group * group].reshape(-1, group)
    return float(whole.mean(axis=0).std()) if len(whole) else 0.0


def _stretches(odds: Times) -> NDArray[np.bool_]:
    """Viterbi over beats with two states; a change of phase inside a song is rare."""
    gain = np.stack([-odds, odds], axis=1) / 2 * STRETCH_WEIGHT
    score, back = gain[0].copy(), np.zeros((len(odds), 2), dtype=int)
    for index in range(1, len(odds)):
        stay, switch = score, score[::-1] - SWITCH_COST * STRETCH_BEATS
        back[index] = np.where(stay >= switch, [0, 1], [1, 0])
        score = np.maximum(stay, switch) + gain[index]
    states = np.zeros(len(odds), dtype=int)
    states[-1] = int(score.argmax())
    for index in range(len(odds) - 1, 0, -1):
        states[index - 1] = back[index, states[index]]
    return states.astype(bool)


def _tidy(beats: Times, gap: float) -> Times:
    """Drop a beat that a change of phase left within half a gap of its neighbour."""
    keep: list[Any] = [beats[0]]
    for beat in beats[1:]:
        if beat - keep[-1] > 0.6 * gap:
            keep.append(beat)
    return np.array(keep)
