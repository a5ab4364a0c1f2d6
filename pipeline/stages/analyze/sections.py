"""Sections: edges by checkerboard novelty (Foote 2000), snapped to bars; labels by repetition.

Features are means over beats of log band magnitudes and chroma; timbre carries the sections of
popular music more than harmony does.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.analyze.beatwise import means
from pipeline.stages.analyze.envelopes import Envelopes
from pipeline.stages.analyze.spectrum import CHROMA_EVERY, FPS, Floats

KERNEL_BARS = 4
SHORTEST_S = 6.0
THRESHOLDS = (0.75, 0.25, 0.04)
"""Least strength of an edge at density 0, 0.5 and 1."""
CHROMA_SHARE = 0.7
SAME = 0.5
SIMILARITY_SIZE = 256
STEP_WITHOUT_BEATS_S = 0.5

Times = NDArray[np.float64]


@dataclass(frozen=True)
class Ruler:
    """Where features are averaged: times of ``steps``, and which of them may be an edge."""

    steps_s: Times
    edges: NDArray[np.int64]
    steps_per_bar: int


def ruler(beats: Times, downbeats: NDArray[np.int64], metre: int, duration_s: float) -> Ruler:
    """Beats and bars; steps of half a second where there are none."""
    if len(beats) >= 8 and len(downbeats) >= 2:
        return Ruler(beats, downbeats, metre)
    steps = np.arange(0.0, max(duration_s, STEP_WITHOUT_BEATS_S), STEP_WITHOUT_BEATS_S)
    return Ruler(steps, np.arange(0, len(steps), 2), 4)


def step_features(env: Envelopes, steps_s: Times) -> Floats:
    """Mean features from each step to the next, each dimension standardised; (steps, d)."""
    edges = np.append(np.round(steps_s * FPS).astype(int), len(env.level))
    bands = means(env.sound_bands, edges)
    chroma = env.chroma / (env.chroma.sum(axis=1, keepdims=True) + 1e-4)
    harmony = means(chroma, edges // CHROMA_EVERY)
    parts = [_scaled(bands), _scaled(harmony) * np.float32(CHROMA_SHARE)]
    joined = np.concatenate(parts, axis=1)
    return np.asarray(joined / np.sqrt(joined.shape[1]), dtype=np.float32)


def _scaled(values: Floats) -> Floats:
    """Zero mean; one common scale, so that bands that hardly move do not shout."""
    centred = values - values.mean(axis=0)
    return np.asarray(centred / (centred.std() + 1e-6), dtype=np.float32)


def novelty(features: Floats, half: int) -> Times:
    """Checkerboard novelty at each step, in 0..1 (1 is the strongest edge of any song).

    Args:
        features: Standardised features, shape (steps, d).
        half: Half of the kernel's width in steps.
    """
    padded = np.pad(features, ((half, half), (0, 0)), mode="edge")
    position = np.arange(-half, half) + 0.5
    taper = np.exp(-0.5 * (position / (0.5 * half)) ** 2)
    sign = np.sign(position)
    weight = (taper * sign).astype(np.float32)
    norm = float(taper.sum()) ** 2 / 4
    out = np.zeros(len(features))
    for index in range(len(features)):
        block = weight @ padded[index : index + 2 * half]
        out[index] = float(block @ block)
    return np.asarray(1 - np.exp(-1.3 * out / norm))


def edges_of(curve: Times, rule: Ruler, density: float) -> list[tuple[int, float]]:
    """Steps that begin a section with their strength, strongest edges first kept.

    Args:
        curve: Novelty at each step.
        rule: Steps and allowed edges.
        density: 0 keeps only the strongest edges, 1 nearly all.
    """
    least = float(np.interp(density, [0, 0.5, 1], THRESHOLDS))
    half = rule.steps_per_bar // 2
    found = []
    for edge in rule.edges:
        around = curve[max(0, edge - half) : edge + half + 1]
        found.append((int(edge), float(around.max()) if len(around) else 0.0))
    kept: list[tuple[int, float]] = []
    end_s = float(rule.steps_s[-1])
    for edge, strength in sorted(found, key=lambda item: -item[1]):
        time_s = float(rule.steps_s[edge])
        others = [float(rule.steps_s[other]) for other, _ in kept]
        free = all(abs(time_s - other) >= SHORTEST_S for other in [0.0, end_s, *others])
        if strength >= least and free:
            kept.append((edge, strength))
    return sorted(kept)


def groups(features: Floats, bounds: list[int]) -> list[int]:
    """A number per section; sections that sound alike share it (average linkage)."""
    centres = np.stack([features[a:b].mean(axis=0) for a, b in pairwise(bounds)])
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    members = [[index] for index in range(len(centres))]
    while apart.min() <= SAME:
        left, right = sorted(np.unravel_index(int(apart.argmin()), apart.shape))
        one, other = len(members[left]), len(members[right])
        joined = (one * apart[left] + other * apart[right]) / (one + other)
        apart[left], apart[:, left] = joined, joined
        apart[right], apart[:, right], apart[left, left] = np.inf, np.inf, np.inf
        members[left] += members[right]
        members[right] = []
    numbers = np.zeros(len(centres), dtype=int)
    for group, indices in enumerate(sorted((m for m in members if m), key=min)):
        numbers[indices] = group
    return [int(number) for number in numbers]


def similarity(features: Floats) -> NDArray[np.uint8]:
    """Self-similarity as a square picture of at most 256 pixels, 255 where steps are equal."""
    count = min(SIMILARITY_SIZE, len(features))
    edges = np.linspace(0, len(features), count + 1).astype(int)
    small = means(features, edges)
    unit = small / (np.linalg.norm(small, axis=1, keepdims=True) + 1e-9)
    return np.asarray(np.round(np.clip(unit @ unit.T, 0, 1) * 255), dtype=np.uint8)
