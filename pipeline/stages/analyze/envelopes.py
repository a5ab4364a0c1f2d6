"""Onset strength and change of harmony over time, from the stored spectrogram.

The onset envelopes follow SuperFlux (Böck and Widmer 2013): positive change of log magnitude over
two frames against the frequency-wise maximum of the earlier frame, which ignores vibrato.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.analyze.spectrum import CHROMA_EVERY, FPS, Floats, Spectrum

LAG = 2
LATER = 2
"""The window sees an attack before its centre does: strengths are moved this many frames."""
LOW_HZ, BASS_HZ, HIGH_HZ = 160.0, 230.0, 2_500.0
LOUD_QUANTILE = 0.99
DYNAMIC = 300.0
"""Magnitudes 50 dB under the loud ones still count; below, the logarithm flattens."""
MEAN_S, GAIN_S = 1.0, 8.0
HARMONY_S, BASS_S, TIMBRE_S = 0.2, 0.15, 0.2
SETTLE_S = 0.035
SHARPEN_S = 0.6


@dataclass(frozen=True)
class Envelopes:
    """Arrays at FPS frames a second; ``low``, ``mid``, ``high`` and ``all`` are onset strengths.

    ``harmony`` is the change of chroma, ``bass`` the change of the bass spectrum, ``timbre`` the
    change of the whole spectrum, each between the stretches just before and just after a frame.
    ``bass_bands`` and ``sound_bands`` are compressed magnitudes, ``chroma`` is as stored.
    """

    low: Floats
    mid: Floats
    high: Floats
    all: Floats
    harmony: Floats
    bass: Floats
    timbre: Floats
    level: Floats
    chroma: Floats
    bass_bands: Floats
    sound_bands: Floats


def envelopes(spectrum: Spectrum) -> Envelopes:
    """All envelopes of a song; memory is about twice that of the bands in float32."""
    loud = compressed(spectrum)
    flux = superflux(loud)
    centres = spectrum.centres_hz
    low, high = centres < LOW_HZ, centres > HIGH_HZ
    chroma = np.repeat(spectrum.chroma, CHROMA_EVERY, axis=0)[: len(loud)]
    chroma = np.sqrt(chroma / (np.quantile(spectrum.chroma.sum(axis=1), LOUD_QUANTILE) + 1e-9))
    every = slice(None, None, 4)
    return Envelopes(
        low=steady(flux[:, low].mean(axis=1)),
        mid=steady(flux[:, ~low & ~high].mean(axis=1)),
        high=steady(flux[:, high].mean(axis=1)),
        all=steady(flux.mean(axis=1)),
        harmony=step_change(chroma, HARMONY_S),
        bass=step_change(loud[:, centres < BASS_HZ], BASS_S),
        timbre=step_change(loud[:, every], TIMBRE_S),
        level=spectrum.level,
        chroma=spectrum.chroma,
        bass_bands=loud[:, centres < BASS_HZ],
        sound_bands=threes(loud),
    )


def compressed(spectrum: Spectrum) -> Floats:
    """Log-compressed band magnitudes whose scale does not depend on the song's level."""
    magnitude = np.exp(spectrum.bands.astype(np.float32))
    loud = float(np.quantile(magnitude[:: max(1, len(magnitude) // 2000)], LOUD_QUANTILE))
    return np.log10(1 + magnitude * np.float32(DYNAMIC / max(loud, 1e-4)))


def threes(loud: Floats) -> Floats:
    """Bands averaged in threes."""
    count = loud.shape[1] // 3 * 3
    return np.asarray(loud[:, :count].reshape(len(loud), -1, 3).mean(axis=2), dtype=np.float32)


def superflux(loud: Floats) -> Floats:
    """Positive change against the maximum of neighbouring bands two frames before."""
    earlier = loud[:-LAG]
    widest = earlier.copy()
    np.maximum(widest[:, 1:], earlier[:, :-1], out=widest[:, 1:])
    np.maximum(widest[:, :-1], earlier[:, 1:], out=widest[:, :-1])
    flux = np.zeros_like(loud)
    np.maximum(loud[LAG:-LATER] - widest[:-LATER], 0, out=flux[LAG + LATER :])
    return flux


def moving_mean(values: Floats, seconds: float) -> Floats:
    """Centred mean over a stretch, along the first axis; the ends use what there is."""
    half = max(1, round(seconds * FPS / 2))
    total = np.cumsum(np.concatenate([np.zeros_like(values[:1]), values]), axis=0, dtype=np.float64)
    index = np.arange(len(values))
    first, last = np.maximum(0, index - half), np.minimum(len(values), index + half + 1)
    count = (last - first).reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray((total[last] - total[first]) / count, dtype=np.float32)


def steady(envelope: Floats) -> Floats:
    """Remove the local mean and even out the local strength."""
    centred = np.maximum(0, envelope - moving_mean(envelope, MEAN_S))
    spread = np.sqrt(moving_mean(centred**2, GAIN_S))
    return np.asarray(centred / (spread + 0.25 * spread.mean() + 1e-6), dtype=np.float32)


def step_change(values: Floats, span_s: float) -> Floats:
    """How far the means just after and just before each frame differ, peaks kept, scaled."""
    span, gap = round(span_s * FPS), round(SETTLE_S * FPS)
    total = np.cumsum(np.concatenate([np.zeros_like(values[:1]), values]), axis=0, dtype=np.float64)
    count = len(values)
    at = np.arange(count)

    def mean(first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.float64]:
        first, last = np.clip(first, 0, count), np.clip(last, 0, count)
        width = np.maximum(1, last - first)[:, None]
        return np.asarray((total[last] - total[first]) / width)

    after = mean(at + gap, at + gap + span)
    before = mean(at - gap - span, at - gap)
    change = np.sqrt(np.mean((after - before) ** 2, axis=1))
    sharp = np.asarray(change, dtype=np.float32)
    return steady(np.maximum(0, sharp - moving_mean(sharp, SHARPEN_S)))
