"""Energy over time, and a mood that is computed from what was measured, evidence included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Mood
from pipeline.stages.analyze.envelopes import moving_mean
from pipeline.stages.analyze.spectrum import CHROMA_EVERY, FPS, Floats, Spectrum

ENERGY_STEP_S = 0.1
ENERGY_SMOOTH_S = 0.4
RANGE_DB = 30.0
SILENT_LEVEL = 2e-4
"""About -70 dB of full scale, A-weighted: below it there is nothing to hear."""
# Krumhansl and Kessler 1982: how well each pitch class fits a major and a minor key.
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
KEYS = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
MOODS = (
    (0.25, 0.25, "euphoric"),
    (-0.25, 0.25, "tense"),
    (0.25, -0.25, "serene"),
    (-0.25, -0.25, "melancholic"),
)


@dataclass(frozen=True)
class Measured:
    """What the mood is computed from.

    Attributes:
        key: Name of the best-fitting key.
        major: Fit of the best major key minus that of the best minor key, -1..1.
        tonal: Fit of the best key, 0..1; low for noise and drums.
        brightness_hz: Energy-weighted mean frequency.
        onsets_per_s: Distinct attacks a second.
        range_db: Loud against quiet parts.
        bpm: Tempo, None where there is no pulse.
    """

    key: str
    major: float
    tonal: float
    brightness_hz: float
    onsets_per_s: float
    range_db: float
    bpm: float | None


def energy_curve(level: Floats) -> NDArray[np.float64]:
    """Loudness in 0..1 every ENERGY_STEP_S: 1 is the song's loud parts, 0 is 30 dB below."""
    smooth = np.sqrt(moving_mean(level**2, ENERGY_SMOOTH_S))
    count = max(1, int(np.ceil(len(level) / FPS / ENERGY_STEP_S)))
    index = np.minimum((np.arange(count) * ENERGY_STEP_S * FPS).astype(int), len(smooth) - 1)
    loud = float(np.quantile(smooth, 0.95))
    if loud < SILENT_LEVEL:
        return np.zeros(count)
    decibel = 20 * np.log10(np.maximum(smooth[index], 1e-7) / loud)
    return np.asarray(np.clip(1 + decibel / RANGE_DB, 0, 1) * 0.95)


def sounding(level: Floats) -> tuple[float, float] | None:
    """First and last second of sound; None for silence."""
    loud = float(np.quantile(level, 0.95))
    heard = np.flatnonzero(level > max(SILENT_LEVEL, 0.01 * loud))
    if loud < SILENT_LEVEL or len(heard) == 0:
        return None
    return float(heard[0] / FPS), float((heard[-1] + 1) / FPS)


def measure(spectrum: Spectrum, onset: Floats, bpm: float | None) -> Measured:
    """Everything the mood needs, from the stored spectrum and one onset envelope."""
    key, major, tonal = _key(spectrum.chroma)
    weight = np.exp(spectrum.bands[::CHROMA_EVERY].astype(np.float32)).mean(axis=0)
    brightness = float((weight * spectrum.centres_hz).sum() / (weight.sum() + 1e-9))
    peak = (onset[1:-1] > onset[:-2]) & (onset[1:-1] >= onset[2:]) & (onset[1:-1] > 0.8)
    onsets = float(peak.sum() / max(1.0, len(onset) / FPS))
    loud, quiet = np.quantile(spectrum.level, [0.95, 0.1])
    spread = float(20 * np.log10((loud + 1e-6) / (quiet + 1e-6)))
    return Measured(key, major, tonal, brightness, onsets, spread, bpm)


def _key(chroma: Floats) -> tuple[str, float, float]:
    """Best key's name, major minus minor fit, and the best fit (correlations)."""
    total = np.sqrt(chroma).sum(axis=0)
    if total.std() < 1e-9:
        return "no key", 0.0, 0.0

    def fits(profile: tuple[float, ...]) -> NDArray[np.float64]:
        return np.array([np.corrcoef(np.roll(profile, k), total)[0, 1] for k in range(12)])

    major, minor = fits(MAJOR), fits(MINOR)
    is_major = major.max() >= minor.max()
    root = int((major if is_major else minor).argmax())
    name = f"{KEYS[root]} {'major' if is_major else 'minor'}"
    best = float(max(major.max(), minor.max()))
    return name, float(major.max() - minor.max()), max(0.0, best)


def mood_of(found: Measured, heard: bool) -> Mood:
    """A mood with its evidence; "silent" where there is nothing to hear."""
    if not heard:
        return Mood(
            label="silent", valence=0, arousal=-1, confidence=1, evidence=("Nothing is audible.",)
        )
    mode = np.tanh(4 * found.major) * min(1.0, found.tonal * 1.2)
    pace = np.tanh(((found.bpm or 80) - 110) / 45)
    bright = np.tanh((found.brightness_hz - 1400) / 900)
    busy = np.tanh((found.onsets_per_s - 3.5) / 2.5)
    steady = np.tanh((14 - found.range_db) / 10)
    valence = float(np.clip(0.65 * mode + 0.2 * bright + 0.15 * pace, -1, 1))
    arousal = float(np.clip(0.35 * pace + 0.35 * busy + 0.15 * bright + 0.15 * steady, -1, 1))
    sure = float(np.clip(np.hypot(valence, arousal) * (0.4 + 0.6 * found.tonal), 0, 1))
    return Mood(
        label=_label(valence, arousal),
        valence=round(valence, 3),
        arousal=round(arousal, 3),
        confidence=round(sure, 3),
        evidence=_evidence(found),
    )


def _label(valence: float, arousal: float) -> str:
    if abs(valence) < 0.15 and abs(arousal) < 0.15:
        return "balanced"
    if abs(valence) < 0.15:
        return "driving" if arousal > 0 else "calm"
    if abs(arousal) < 0.15:
        return "warm" if valence > 0 else "dark"
    return min(MOODS, key=lambda m: (m[0] - valence) ** 2 + (m[1] - arousal) ** 2)[2]


def _evidence(found: Measured) -> tuple[str, ...]:
    tempo = f"Tempo {found.bpm:.0f} BPM." if found.bpm else "No steady pulse."
    return (
        f"Closest key {found.key} (fit {found.tonal:.2f}, major over minor {found.major:+.2f}).",
        tempo,
        f"Mean frequency {found.brightness_hz:.0f} Hz.",
        f"{found.onsets_per_s:.1f} attacks a second.",
        f"Loud and quiet parts lie {found.range_db:.0f} dB apart.",
    )
