"""Slots: where the film cuts.

In: what was heard, the pace, locked cuts, the limits of the models in use. Out: the cuts, the
first at the start of the excerpt. The unit of work is the whole excerpt, because the optimum is
global. Nothing can fail: a song that cannot be divided as wished gets a warning instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.cuts.candidates import Score
from pipeline.cuts.limits import SlotLimits
from pipeline.cuts.partition import Wishes, partition
from pipeline.model import AudioAnalysis, Cut, Frozen, Lyrics, Unit
from pipeline.stage import Stage, Workbench

# Finer energy would make the key longer and move no cut.
ENERGY_STEP_S = 0.5


class SlotInputs(Score):
    """The complete list of what the cuts depend on."""

    pace: Unit = 0.5
    locked: tuple[Cut, ...] = ()
    limits: SlotLimits = SlotLimits()


class SlotPlan(Frozen):
    """Cuts in order of time, and what could not be done as wished, in words."""

    cuts: tuple[Cut, ...]
    warnings: tuple[str, ...] = ()


def score_of(analysis: AudioAnalysis, lyrics: Lyrics, span: tuple[float, float]) -> Score:
    """What the partition needs of an analysis.

    Args:
        analysis: The analysis with the person's corrections of the grid already applied.
        lyrics: Words in song time; none are fine.
        span: Start and end of the excerpt, in seconds of song time.
    """
    start_s, end_s = span
    energy, step_s = coarse(analysis.energy, analysis.energy_step_s)
    return Score(
        start_s=start_s,
        end_s=min(end_s, analysis.duration_s),
        beats_s=analysis.beats_s,
        downbeats_s=analysis.downbeats_s,
        sections=analysis.sections,
        energy=energy,
        energy_step_s=step_s,
        words=tuple(sorted((word.start_s, max(word.start_s, word.end_s)) for word in lyrics.words)),
    )


def coarse(energy: Sequence[float], step_s: float) -> tuple[tuple[float, ...], float]:
    """Energy averaged to steps of about half a second, and that step in seconds."""
    group = max(1, round(ENERGY_STEP_S / step_s))
    groups = [energy[place : place + group] for place in range(0, len(energy), group)]
    return tuple(round(sum(one) / len(one), 4) for one in groups), step_s * group


def cut_song(inputs: SlotInputs, bench: Workbench) -> SlotPlan:
    """The globally best cuts for these inputs."""
    del bench
    cuts, warnings = partition(Wishes(inputs, inputs.pace, inputs.limits), inputs.locked)
    return SlotPlan(cuts=cuts, warnings=warnings)


SLOTS: Stage[SlotInputs, SlotPlan] = Stage("slots", 1, SlotInputs, SlotPlan, cut_song)
