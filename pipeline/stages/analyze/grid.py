"""A fitted grid where the song has one: stretches of constant tempo, carried to the ends.

Songs made on a computer have one exact tempo, or a few; a straight line through the beats then
gives every beat, also where the drums are silent. Played songs keep their own beats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.analyze.spectrum import ATTACK_PER_FRAME, FPS, Floats

STEADY_S = 0.009
LOOSE_S = 0.030
"""Steady: half of the beats lie within STEADY_S of a line, and 85 % within LOOSE_S."""
LEAST_BEATS = 16
MOST_STRETCHES, STRETCH_EVERY_S = 6, 120.0
"""So many steady stretches, and one more for every two minutes, still count as a grid."""
ALIGN_S = 0.045
ALIGN_CLEAR = 1.35
SMOOTH_S = 0.012

Times = NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """Beats of the whole sounding song and how they came about."""

    beats_s: Times
    kind: Literal["fitted", "free"]


@dataclass(frozen=True)
class _Line:
    """Beats ``first`` to ``last`` (indices) at ``offset_s + number * gap_s``."""

    first: int
    last: int
    gap_s: float
    offset_s: float

    def times(self, numbers: NDArray[Any]) -> Times:
        return np.asarray(self.offset_s + self.gap_s * numbers)


def fit_grid(beats: Times, sounding: tuple[float, float]) -> Grid:
    """Straighten tracked beats where they are steady and carry them over the sounding song.

    Args:
        beats: Tracked beats in seconds.
        sounding: First and last second in which there is sound.
    """
    numbers = _numbered(beats)
    lines = _lines(beats, numbers)
    if lines is None:
        return Grid(_carried(_smoothed(beats), sounding), "free")
    parts = []
    for index, line in enumerate(lines):
        end = numbers[line.last] + (0 if index + 1 < len(lines) else 1)
        parts.append(line.times(np.arange(numbers[line.first], max(end, numbers[line.first] + 1))))
    return Grid(_carried(_distinct(np.concatenate(parts)), sounding), "fitted")


def _numbered(beats: Times) -> NDArray[np.int64]:
    """Beat numbers; a gap of about two or three beats skips as many."""
    gaps = np.diff(beats)
    local = np.array([np.median(gaps[max(0, i - 8) : i + 9]) for i in range(len(gaps))])
    steps = np.maximum(1, np.round(gaps / local)).astype(np.int64)
    return np.concatenate([[0], np.cumsum(steps)])


def _line(beats: Times, numbers: NDArray[np.int64], first: int, last: int) -> _Line:
    """Robust straight line by three rounds of reweighted least squares."""
    x, y = numbers[first : last + 1].astype(float), beats[first : last + 1]
    weight = np.ones(len(x))
    gap = offset = 0.0
    for _ in range(4):
        mean_x, mean_y = np.average(x, weights=weight), np.average(y, weights=weight)
        spread = np.sum(weight * (x - mean_x) ** 2) + 1e-12
        gap = float(np.sum(weight * (x - mean_x) * (y - mean_y)) / spread)
        offset = float(mean_y - gap * mean_x)
        weight = 1 / (1 + ((y - offset - gap * x) / 0.012) ** 2)
    return _Line(first, last, gap, offset)


def _is_steady(beats: Times, numbers: NDArray[np.int64], line: _Line) -> bool:
    inside = slice(line.first, line.last + 1)
    error = np.abs(beats[inside] - line.times(numbers[inside]))
    return bool(np.median(error) < STEADY_S and np.quantile(error, 0.85) < LOOSE_S)


def _lines(beats: Times, numbers: NDArray[np.int64]) -> list[_Line] | None:
    """Few steady lines that hold all beats, or None when there are none such."""
    todo, done = [(0, len(beats) - 1)], []
    most = MOST_STRETCHES + int((beats[-1] - beats[0]) / STRETCH_EVERY_S)
    while todo:
        first, last = todo.pop()
        line = _line(beats, numbers, first, last)
        if _is_steady(beats, numbers, line):
            done.append(line)
        elif last - first < 2 * LEAST_BEATS or len(done) + len(todo) >= most:
            return None
        else:
            cut = _best_cut(beats, numbers, first, last)
            todo += [(first, cut), (cut, last)]
    return sorted(done, key=lambda line: line.first)


def _best_cut(beats: Times, numbers: NDArray[np.int64], first: int, last: int) -> int:
    """The beat at which two lines explain the stretch best, by least absolute error."""

    def cost(cut: int) -> float:
        total = 0.0
        for begin, end in ((first, cut), (cut, last)):
            line = _line(beats, numbers, begin, end)
            inside = slice(begin, end + 1)
            total += float(np.abs(beats[inside] - line.times(numbers[inside])).clip(0, 0.1).sum())
        return total

    low, high = first + LEAST_BEATS, last - LEAST_BEATS
    coarse = range(low, high + 1, max(1, (high - low) // 24))
    best = min(coarse, key=cost)
    step = max(1, (high - low) // 24)
    return min(range(max(low, best - step), min(high, best + step) + 1), key=cost)


def _smoothed(beats: Times) -> Times:
    """Free beats with single outliers pulled to the middle of their neighbours."""
    if len(beats) < 5:
        return beats
    middle = (beats[:-2] + beats[2:]) / 2
    local = np.diff(beats)
    off = np.abs(beats[1:-1] - middle) > 0.12 * np.minimum(local[:-1], local[1:])
    smooth = beats.copy()
    smooth[1:-1] = np.where(off, middle, beats[1:-1])
    return smooth


def _distinct(beats: Times) -> Times:
    """Sorted beats, without the doubles that two stretches leave where they meet."""
    ordered = np.sort(beats)
    gap = float(np.median(np.diff(ordered)))
    keep = np.concatenate([[True], np.diff(ordered) > 0.4 * gap])
    return np.asarray(ordered[keep])


def _carried(beats: Times, sounding: tuple[float, float]) -> Times:
    """Continue the first and last tempo to the ends of the sounding song."""
    gap_first = float(np.median(np.diff(beats[:9])))
    gap_last = float(np.median(np.diff(beats[-9:])))
    before = np.arange(beats[0] - gap_first, max(0.0, sounding[0]) - 0.06, -gap_first)[::-1]
    after = np.arange(beats[-1] + gap_last, sounding[1], gap_last)
    whole = np.concatenate([before, beats, after])
    return whole[(whole >= 0) & (whole >= sounding[0] - 0.06) & (whole <= sounding[1])]


def attack_curve(energy: Floats) -> Floats:
    """Rise of the logarithm of energy, ATTACK_PER_FRAME values a frame."""
    loud = float(np.quantile(energy, 0.98)) + 1e-12
    logs = np.log(energy / loud + 1e-3)
    kernel = np.ones(3, np.float32) / 3
    smooth = np.convolve(logs, kernel, "same")
    rise = np.zeros_like(smooth)
    rise[2:] = np.maximum(0, smooth[2:] - smooth[:-2])
    return np.asarray(rise, dtype=np.float32)


def attack_offset_s(energy: Floats, beats: Times) -> float:
    """How much later (positive) the attacks are than the beats; 0 when that is unclear."""
    rate = FPS * ATTACK_PER_FRAME
    curve = attack_curve(energy)
    reach = round(ALIGN_S * rate)
    centre = np.round(beats * rate).astype(int)
    centre = centre[(centre > reach) & (centre < len(curve) - reach - 1)]
    if len(centre) < 8:
        return 0.0
    steps = np.arange(-reach, reach + 1)
    profile = np.array([np.mean(np.minimum(curve[centre + s], 2.0)) for s in steps])
    width = max(1.0, SMOOTH_S * rate / 2)
    kernel = np.exp(-0.5 * (np.arange(-6, 7) / width) ** 2)
    profile = np.convolve(profile, kernel / kernel.sum(), "same")
    best = int(profile[6:-6].argmax()) + 6
    if profile[best] < ALIGN_CLEAR * np.median(profile):
        return 0.0
    return float(steps[best] + _vertex(profile, best)) / rate


def _vertex(profile: NDArray[Any], best: int) -> float:
    """Sub-sample position of a maximum, by a parabola."""
    if not 0 < best < len(profile) - 1:
        return 0.0
    left, middle, right = profile[best - 1 : best + 2]
    bend = left - 2 * middle + right
    return float(0.5 * (left - right) / bend) if bend < 0 else 0.0
