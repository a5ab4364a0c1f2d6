"""The demo song's instruments: mono float32 notes made from sines and seeded noise.

Every function returns samples at :data:`RATE_HZ`, peak about 1, and gives the same samples for
the same arguments.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]
RATE_HZ = 44_100
NOISE_SEED = 112


def _seconds(duration_s: float) -> NDArray[np.float32]:
    count = round(duration_s * RATE_HZ)
    return np.arange(count, dtype=np.float32) / np.float32(RATE_HZ)


def _noise(count: int, seed: int) -> Audio:
    return np.random.default_rng(NOISE_SEED + seed).uniform(-1, 1, count).astype(np.float32)


def hertz(midi: float) -> float:
    """Frequency of a MIDI note number."""
    return float(440.0 * 2.0 ** ((midi - 69) / 12))


def _gate(time_s: NDArray[Any], attack_s: float, release_s: float) -> NDArray[Any]:
    """Linear rise and fall, so that a note neither clicks in nor out."""
    end_s = len(time_s) / RATE_HZ
    return np.minimum(1, time_s / attack_s) * np.minimum(1, (end_s - time_s) / release_s)


def _peak_one(samples: NDArray[Any]) -> Audio:
    return (samples / max(1e-9, float(np.abs(samples).max()))).astype(np.float32)


@lru_cache(maxsize=256)
def kick() -> Audio:
    """A sine that falls from 160 to 48 Hz, with a short click."""
    time_s = _seconds(0.32)
    phase = 2 * np.pi * (48 * time_s + 112 / 28 * (1 - np.exp(-28 * time_s)))
    body = np.sin(phase) * np.exp(-9 * time_s)
    click = _noise(len(time_s), 1) * np.exp(-time_s * 900) * 0.4
    return _peak_one((body + click) * _gate(time_s, 0.0008, 0.03))


@lru_cache(maxsize=256)
def snare() -> Audio:
    """Bright noise over a 190 Hz drum tone."""
    time_s = _seconds(0.24)
    rattle = np.diff(_noise(len(time_s) + 1, 2)) * np.exp(-time_s * 20)
    tone = np.sin(2 * np.pi * 190 * time_s) * np.exp(-time_s * 26)
    return _peak_one((0.7 * rattle + 0.8 * tone) * _gate(time_s, 0.0006, 0.03))


@lru_cache(maxsize=256)
def clap() -> Audio:
    """Three quick bursts of noise, then a tail."""
    time_s = _seconds(0.22)
    bursts = sum(np.exp(-np.abs(time_s - at) * 420) for at in (0.0, 0.011, 0.022))
    tail = np.exp(-time_s * 24) * 0.5
    return _peak_one(np.diff(_noise(len(time_s) + 1, 3)) * (bursts + tail))


@lru_cache(maxsize=256)
def hat() -> Audio:
    """Twice differentiated noise: nearly all of it lies above 6 kHz."""
    time_s = _seconds(0.07)
    return _peak_one(np.diff(_noise(len(time_s) + 2, 4), n=2) * np.exp(-time_s * 70))


@lru_cache(maxsize=256)
def bass(midi: int, duration_s: float) -> Audio:
    """A round bass: seven harmonics whose upper ones die first."""
    time_s = _seconds(duration_s)
    phase = 2 * np.pi * hertz(midi) * time_s
    wave = sum(np.sin(k * phase) / k * np.exp(-time_s * 2.2 * (k - 1)) for k in range(1, 8))
    return _peak_one(wave * np.exp(-time_s * 0.9) * _gate(time_s, 0.004, 0.03))


@lru_cache(maxsize=256)
def pluck(midi: int, duration_s: float) -> Audio:
    """A plucked string with a little vibrato: the melody."""
    time_s = _seconds(duration_s)
    vibrato = 0.06 * np.sin(2 * np.pi * 5.2 * time_s) * np.minimum(1, time_s * 3)
    phase = 2 * np.pi * hertz(midi) * time_s + vibrato
    wave = sum(np.sin(k * phase) / k**1.3 * np.exp(-time_s * (1.2 + 1.4 * k)) for k in range(1, 7))
    return _peak_one(wave * _gate(time_s, 0.003, 0.05))


@lru_cache(maxsize=64)
def pad(notes: tuple[int, ...], duration_s: float) -> NDArray[np.float32]:
    """A soft chord, shape (2, n): each voice twice, detuned against the other ear."""
    time_s = _seconds(duration_s)
    ears = [np.sum([_voice(n, c, time_s) for n in notes], axis=0) for c in (-5.0, 5.0)]
    shaped = np.stack(ears) * _gate(time_s, 0.12, 0.25)
    return _peak_one(shaped)


def _voice(note: int, cents: float, time_s: NDArray[Any]) -> NDArray[Any]:
    phase = 2 * np.pi * hertz(note + cents / 100) * time_s + note
    slow = 1 + 0.15 * np.sin(2 * np.pi * 0.7 * time_s + note)
    wave: NDArray[Any] = np.sum([np.sin(k * phase) / k**1.6 for k in range(1, 6)], axis=0)
    return wave * slow


def room(dry: NDArray[np.float32], wet: float) -> NDArray[np.float32]:
    """Add a seeded reverb of 1.2 s to stereo samples of shape (2, n), keeping their length."""
    from scipy.signal import oaconvolve

    time_s = _seconds(1.2)
    tail = [_noise(len(time_s), seed) * np.exp(-time_s * 5.5) for seed in (11, 12)]
    echo = oaconvolve(dry, np.stack(tail), axes=1)[:, : dry.shape[1]]
    return np.asarray(dry + wet * _peak_one(echo), dtype=np.float32)
