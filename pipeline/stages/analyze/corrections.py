"""A person's corrections of the grid: octaves of the tempo, half a beat, a nudge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.project import GridChoice
from pipeline.stages.analyze.envelopes import Envelopes
from pipeline.stages.analyze.pulse import Times, beat_strength, sample


def octaves_of(factor: float) -> int:
    """How often a tempo factor doubles (positive) or halves; 0 when it is no power of two."""
    power = float(np.log2(factor))
    return round(power) if abs(power - round(power)) < 1e-6 else 0


def at_octave(beats: Times, env: Envelopes, octaves: int) -> Times:
    """The same grid with beats put between, or with every second beat, the stronger ones."""
    for _ in range(octaves):
        between = beats[:-1] + np.diff(beats) / 2
        last = beats[-1] + (beats[-1] - beats[-2]) / 2
        beats = np.sort(np.concatenate([beats, between, [last]]))
    for _ in range(-octaves):
        if len(beats) < 4:
            break
        strength = sample(beat_strength(env), beats)
        odd = strength[1::2].mean() > strength[::2].mean()
        beats = beats[1::2] if odd else beats[::2]
    return beats


def shifted(beats: Times, env: Envelopes, octaves: int, choice: GridChoice) -> Times:
    """The grid at so many octaves, with each shift by half a beat made where a person made it.

    A shift at a slower tempo moves nothing here: beats put between those of a shifted grid are
    those of the unshifted one.
    """
    here = (0,) if choice.half_beat else ()
    level = 0
    for above in sorted({*choice.half_beat_octaves, *here}, reverse=True):
        if above < 0:
            break
        beats = moved(at_octave(beats, env, octaves + above - level))
        level = octaves + above
    return at_octave(beats, env, octaves - level)


def moved(beats: Times) -> Times:
    """The grid half a beat later, with a beat in front."""
    gaps = np.diff(beats)
    later = np.append(beats[:-1] + gaps / 2, beats[-1] + gaps[-1] / 2)
    first = later[0] - gaps[0]
    return np.concatenate([[first], later]) if first >= 0 else later


def inside(beats: Times, duration_s: float) -> tuple[Times, NDArray[np.bool_]]:
    kept = (beats >= 0) & (beats < duration_s)
    return beats[kept], kept
