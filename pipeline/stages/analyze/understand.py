"""ANALYZE: from what was heard to beats, bars, sections, energy and mood.

In: what LISTEN kept, and the person's corrections. Out: an AudioAnalysis. Unit of work: one song.
A song without a pulse is a normal outcome: it gets sections and energy, no beats, and a warning.
"""

from __future__ import annotations

import io
from itertools import pairwise
from typing import Any

import numpy as np

from pipeline.model import AudioAnalysis, Frozen, Mood, Section, Tempo
from pipeline.project import GridChoice
from pipeline.stage import Stage, Workbench
from pipeline.stages.analyze import mood, sections
from pipeline.stages.analyze.envelopes import Envelopes, envelopes
from pipeline.stages.analyze.labels import name_sections
from pipeline.stages.analyze.listen import Heard, unpacked
from pipeline.stages.analyze.pulse import Times, beat_strength, sample
from pipeline.stages.analyze.rhythm import Rhythm, rhythm_of
from pipeline.stages.analyze.spectrum import PEAKS_PER_S
from pipeline.timebase import tidy_s

SURE_CLARITY = 0.35
SURE_MARGIN = 1.5
TEMPO_BEATS = 8
NO_PULSE = (
    "No steady pulse was found, so there are no beats; cuts follow sections and energy instead."
)


class AnalyzeInputs(Frozen):
    heard: Heard
    grid: GridChoice = GridChoice()


def understand(inputs: AnalyzeInputs, bench: Workbench) -> AudioAnalysis:
    """Beats, bars, sections, energy and mood of one song."""
    spectrum = unpacked(bench.path(inputs.heard.features))
    span = mood.sounding(spectrum.level)
    if span is None:
        return _silent(inputs.heard)
    bench.progress(0.1, "hearing attacks and harmony")
    env = envelopes(spectrum)
    bench.progress(0.4, "finding the beat")
    rhythm = rhythm_of(spectrum, env, span, inputs.grid)
    bench.progress(0.7, "finding the sections")
    energy = mood.energy_curve(spectrum.level)
    parts, picture = sections_of(env, rhythm, energy, inputs.grid.section_density)
    bpm = bpm_of(rhythm.beats)
    return AudioAnalysis(
        duration_s=inputs.heard.duration_s,
        tempo_bpm=bpm,
        tempo_confidence=_tempo_confidence(rhythm),
        tempo_alternatives=_alternatives(rhythm, bpm),
        metre=rhythm.bars.metre,
        beats_s=_tidy(rhythm.beats),
        beat_confidence=_beat_confidence(env, rhythm),
        beat_energy=_rounded(_at(energy, rhythm.beats)),
        downbeats_s=_tidy(rhythm.beats[rhythm.bars.downbeats]),
        downbeat_confidence=round(rhythm.bars.confidence, 3),
        grid=rhythm.kind,
        swing=round(rhythm.swing, 3),
        sections=parts,
        mood=mood.mood_of(mood.measure(spectrum, env.all, bpm), heard=True),
        energy=_rounded(energy),
        energy_step_s=mood.ENERGY_STEP_S,
        confidence=_confidence(rhythm),
        warnings=(*inputs.heard.warnings, *_warnings(rhythm)),
        peaks=inputs.heard.peaks,
        peaks_per_s=PEAKS_PER_S,
        similarity=bench.keep_bytes(picture, ".npz"),
    )


def _silent(heard: Heard) -> AudioAnalysis:
    length = max(1, int(np.ceil(heard.duration_s / mood.ENERGY_STEP_S)))
    whole = Section(start_s=0, end_s=heard.duration_s, label="A", energy=0)
    return AudioAnalysis(
        duration_s=heard.duration_s,
        tempo_bpm=None,
        tempo_confidence=0,
        sections=(whole,),
        mood=_silent_mood(),
        energy=(0.0,) * length,
        warnings=(*heard.warnings, "The song is silent.", NO_PULSE),
        peaks=heard.peaks,
        peaks_per_s=PEAKS_PER_S,
    )


def _silent_mood() -> Mood:
    return mood.mood_of(mood.Measured("no key", 0, 0, 0, 0, 0, None), heard=False)


def sections_of(
    env: Envelopes, rhythm: Rhythm, energy: Times, density: float
) -> tuple[tuple[Section, ...], bytes]:
    """Sections, and the self-similarity with its axis as an .npz."""
    duration_s = rhythm.duration_s
    rule = sections.ruler(rhythm.beats, rhythm.bars.downbeats, rhythm.bars.metre, duration_s)
    features = sections.step_features(env, rule.steps_s)
    curve = sections.novelty(features, sections.KERNEL_BARS * rule.steps_per_bar)
    edges = sections.edges_of(curve, rule, density)
    bounds = [0, *(edge for edge, _ in edges), len(features)]
    times = [0.0, *(tidy_s(float(rule.steps_s[edge])) for edge, _ in edges), tidy_s(duration_s)]
    spans = list(pairwise(times))
    loud = [_mean_between(energy, *span) for span in spans]
    names = name_sections(sections.groups(features, bounds), loud, spans)
    strengths = [1.0, *(strength for _, strength in edges)]
    parts = tuple(
        Section(start_s=a, end_s=b, label=name, energy=round(e, 3), strength=round(s, 3))
        for (a, b), name, e, s in zip(spans, names, loud, strengths, strict=True)
    )
    return parts, _picture(features, rule, curve)


def _picture(features: Any, rule: sections.Ruler, curve: Times) -> bytes:
    """``similarity`` uint8 (n, n), ``steps_s`` and ``novelty`` per beat."""
    file = io.BytesIO()
    np.savez_compressed(
        file,
        similarity=sections.similarity(features),
        steps_s=rule.steps_s.astype(np.float32),
        novelty=curve.astype(np.float32),
    )
    return file.getvalue()


def _mean_between(energy: Times, start_s: float, end_s: float) -> float:
    first = int(start_s / mood.ENERGY_STEP_S)
    part = energy[first : max(first + 1, int(end_s / mood.ENERGY_STEP_S))]
    return float(part.mean()) if len(part) else 0.0


def bpm_of(beats: Times) -> float | None:
    """Beats a minute by the median over bars: single beats are known to a frame only."""
    if len(beats) < 2:
        return None
    span = min(TEMPO_BEATS, len(beats) - 1)
    return round(float(60 * span / np.median(beats[span:] - beats[:-span])), 2)


def _tempo_confidence(rhythm: Rhythm) -> float:
    """Clarity of the pulse times the share of the tempo among its rivals."""
    if rhythm.pulse is None:
        return 0.0
    rival = max((share for _, share in rhythm.pulse.alternatives[1:]), default=0.0)
    first = rhythm.pulse.alternatives[0][1]
    ahead = first / (first + rival)
    return round(min(1.0, rhythm.pulse.clarity / SURE_CLARITY) * ahead, 3)


def _alternatives(rhythm: Rhythm, bpm: float | None) -> tuple[Tempo, ...]:
    """Double, half, three-two and two-three of the tempo; 0.5 was heard as strongly as it."""
    if rhythm.pulse is None or bpm is None:
        return ()
    own = rhythm.pulse.strength_at(bpm)
    found = []
    for factor in (2.0, 0.5, 1.5, 2 / 3):
        other = rhythm.pulse.strength_at(bpm * factor)
        share = other / (own + other) if other > 0 else 0.0
        found.append(Tempo(bpm=round(bpm * factor, 2), confidence=round(share, 3)))
    return tuple(sorted(found, key=lambda tempo: -tempo.confidence))


def _beat_confidence(env: Envelopes, rhythm: Rhythm) -> tuple[float, ...]:
    """Per beat, how much more happens on it than between it and the next."""
    if rhythm.pulse is None or len(rhythm.beats) < 2:
        return ()
    gaps = np.append(np.diff(rhythm.beats), rhythm.beats[-1] - rhythm.beats[-2])
    strength = beat_strength(env)
    on = sample(strength, rhythm.beats)
    between = sample(strength, rhythm.beats + gaps / 2)
    window = np.ones(5) / 5
    share = np.convolve(on, window, "same") / (np.convolve(on + between, window, "same") + 0.5)
    return _rounded(np.clip(share, 0, 1) * min(1.0, rhythm.pulse.clarity / SURE_CLARITY))


def _confidence(rhythm: Rhythm) -> float:
    """Mean of how sure tempo, phase and bars are; 0 without a pulse."""
    if rhythm.pulse is None:
        return 0.0
    phase = float(np.clip(rhythm.pulse.phase_margin / (2 * SURE_MARGIN), 0, 1))
    return round((_tempo_confidence(rhythm) + phase + rhythm.bars.confidence) / 3, 3)


def _warnings(rhythm: Rhythm) -> tuple[str, ...]:
    if rhythm.pulse is None:
        return (NO_PULSE,)
    found = []
    if rhythm.pulse.clarity < SURE_CLARITY / 2:
        found.append("The pulse is weak; check the beats by ear.")
    if rhythm.pulse.phase_margin < SURE_MARGIN / 2:
        found.append("The grid may sit between the beats; shift it by half a beat if it does.")
    if rhythm.bars.confidence < 0.3:
        found.append("Where bars begin is a guess; shift them by a beat if they are wrong.")
    return tuple(found)


def _at(energy: Times, times_s: Times) -> Times:
    index = np.clip((times_s / mood.ENERGY_STEP_S).astype(int), 0, len(energy) - 1)
    return np.asarray(energy[index])


def _rounded(values: Times) -> tuple[float, ...]:
    return tuple(round(float(value), 3) for value in values)


def _tidy(times: Times) -> tuple[float, ...]:
    return tuple(tidy_s(float(time)) for time in times)


ANALYZE = Stage("analyze", 5, AnalyzeInputs, AudioAnalysis, understand)
