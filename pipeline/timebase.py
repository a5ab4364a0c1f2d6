"""Seconds, frames and beats: the only rounding of time in the project.

Song time is seconds (float, from the first decoded sample). Film time is frames (int) at a
rational rate. A film's frame index always comes from the absolute time of a cut, and lengths
are differences of indices: nothing accumulates.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

MICROSECOND_DIGITS = 6


def frame_at(time_s: float, fps: int | Fraction, origin_s: float = 0.0) -> int:
    """Index of the frame nearest to a song time, halves upwards.

    Args:
        time_s: Song time in seconds.
        fps: Frames per second of the film.
        origin_s: Song time at which the film begins.
    """
    return floor((Fraction(time_s) - Fraction(origin_s)) * Fraction(fps) + Fraction(1, 2))


def time_of(frame: int, fps: int | Fraction, origin_s: float = 0.0) -> float:
    """Song time in seconds at which a frame begins."""
    return float(Fraction(frame) / Fraction(fps) + Fraction(origin_s))


def frame_bounds(cuts_s: Sequence[float], fps: int | Fraction) -> tuple[int, ...]:
    """Frame index of each cut; the first cut is the origin, so the first index is 0."""
    return tuple(frame_at(cut, fps, cuts_s[0]) for cut in cuts_s)


def to_microseconds(time_s: float) -> int:
    """Whole microseconds of a time in seconds, halves away from zero."""
    return int((Decimal(repr(time_s)) * 1_000_000).to_integral_value(ROUND_HALF_UP))


def tidy_s(time_s: float) -> float:
    """The same time with at most six decimals, as it is stored and hashed."""
    return to_microseconds(time_s) / 1_000_000


def nearest(times_s: Sequence[float], time_s: float) -> float | None:
    """The entry of a sorted sequence closest to a time; the earlier one on a tie."""
    if not times_s:
        return None
    right = bisect_left(times_s, time_s)
    around = times_s[max(0, right - 1) : right + 1]
    return min(around, key=lambda candidate: abs(candidate - time_s))


def clock(time_s: float) -> str:
    """``m:ss.cc`` for people."""
    centis = round(max(0.0, time_s) * 100)
    return f"{centis // 6000}:{centis // 100 % 60:02d}.{centis % 100:02d}"
