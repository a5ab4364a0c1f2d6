"""Beats and bars of a song with a person's corrections applied."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.project import GridChoice
from pipeline.stages.analyze.bars import Bars, find_bars
from pipeline.stages.analyze.corrections import inside, octaves_of, shifted
from pipeline.stages.analyze.envelopes import Envelopes
from pipeline.stages.analyze.grid import attack_offset_s, fit_grid
from pipeline.stages.analyze.pulse import Pulse, Times, find_pulse
from pipeline.stages.analyze.spectrum import Spectrum
from pipeline.stages.analyze.swing import swing_of
from pipeline.stages.analyze.tonality import is_tonal


@dataclass(frozen=True)
class Rhythm:
    """Beats and bars after all corrections; empty where there is no pulse."""

    beats: Times
    bars: Bars
    kind: Literal["fitted", "free", "none"]
    pulse: Pulse | None
    swing: float
    duration_s: float


def no_rhythm(duration_s: float) -> Rhythm:
    """What a song without a pulse has."""
    return Rhythm(np.zeros(0), Bars(np.zeros(0, np.int64), 4, 0.0), "none", None, 0.0, duration_s)


def rhythm_of(
    spectrum: Spectrum, env: Envelopes, span: tuple[float, float], choice: GridChoice
) -> Rhythm:
    """Beats fitted, aligned to the attacks, corrected; then bars on those beats."""
    octaves = octaves_of(choice.tempo_factor)
    pulse = find_pulse(env, choice.tempo_factor / 2.0**octaves, is_tonal(spectrum))
    if pulse is None:
        return no_rhythm(spectrum.duration_s)
    grid = fit_grid(pulse.beats_s, span)
    if len(grid.beats_s) < 4:
        return no_rhythm(spectrum.duration_s)
    heard = grid.beats_s + attack_offset_s(spectrum.attack, grid.beats_s)
    swing = swing_of(env, heard)
    beats = shifted(heard, env, octaves, choice)
    bars = find_bars(env, beats, choice.metre, choice.bar_shift)
    shown, kept = inside(beats + choice.nudge_s, spectrum.duration_s)
    bars = replace(bars, downbeats=_renumbered(bars, kept))
    return Rhythm(shown, bars, grid.kind, pulse, swing, spectrum.duration_s)


def _renumbered(bars: Bars, kept: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Indices of the downbeats among the beats that are kept."""
    position = np.cumsum(kept) - 1
    return np.asarray(position[bars.downbeats[kept[bars.downbeats]]], dtype=np.int64)
