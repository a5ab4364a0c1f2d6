"""Which of the words that an aligner placed are to be believed.

An aligner places every word somewhere. Where it is lost, it squeezes words into the shortest
time that their sounds allow, or holds one until the next that it recognises. So lines are judged
by their pace, against bounds and against the rest of the song. The aligner's own score is no
help: music was measured to match a wrong place better than a voice matches the right one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from math import log2
from statistics import median

from pipeline.lyrics.transcriber import Spoken

# Seconds a letter: below the first nobody can follow, above the second nobody holds a whole line.
SQUEEZED_S, HELD_S = 0.035, 0.8
# A line's pace as a multiple of the song's.
SLOWEST, FASTEST = 2.6, 0.56
LONGEST_WORD_S, LONGEST_INNER_S, LONGEST_PAUSE_S = 6.0, 3.0, 2.5
PLACED_SHARE = 0.6
OVERLAP_S = 0.3
BEST, LEAST = 0.9, 0.55
USUAL_PACE_S = 0.11


@dataclass(frozen=True)
class Found:
    """A word of the text and where it was placed, if it was. ``index`` counts all words."""

    index: int
    text: str
    line: int
    span: Spoken | None = None

    @property
    def letters(self) -> int:
        return max(1, sum(sign.isalnum() for sign in self.text))

    def moved(self, span: Spoken | None, by_s: float) -> Found:
        """The same word at a place that is counted from ``by_s``."""
        if span is None:
            return replace(self, span=None)
        return replace(self, span=Spoken(span.start_s + by_s, span.end_s + by_s))


def spoken(words: Iterable[Found]) -> list[Spoken]:
    """The places of the words that have one."""
    return [one.span for one in words if one.span is not None]


def lines_of(words: Sequence[Found]) -> dict[int, list[Found]]:
    """Words by line."""
    return {line: list(group) for line, group in groupby(words, lambda one: one.line)}


def pace_of(words: Sequence[Found]) -> float:
    """Seconds a letter at which a line is sung, without its pauses; 0 where nothing is placed."""
    placed = [one for one in words if one.span is not None]
    sung_s = sum(span.end_s - span.start_s for span in spoken(placed))
    return sung_s / max(1, sum(one.letters for one in placed))


def usual_pace(words: Sequence[Found]) -> float:
    """The median pace of the lines of a song."""
    paces = [pace for line in lines_of(words).values() if (pace := pace_of(line))]
    return median(paces) if paces else USUAL_PACE_S


def believable(words: Sequence[Found], usual_s: float) -> frozenset[int]:
    """Lines whose words stand where words could be sung, at about the song's usual pace."""
    lines = lines_of(words).items()
    return frozenset(line for line, mine in lines if _plausible(mine, usual_s))


def _plausible(words: Sequence[Found], usual_s: float) -> bool:
    spans = spoken(words)
    if len(spans) < PLACED_SHARE * len(words):
        return False
    lengths_s = [span.end_s - span.start_s for span in spans]
    pause_s = max((b.start_s - a.end_s for a, b in pairwise(spans)), default=0.0)
    pace_s = pace_of(words)
    return (
        max(SQUEEZED_S, FASTEST * usual_s) <= pace_s <= min(HELD_S, SLOWEST * usual_s)
        and lengths_s[-1] <= LONGEST_WORD_S
        and max(lengths_s[:-1], default=0.0) <= LONGEST_INNER_S
        and pause_s <= LONGEST_PAUSE_S
    )


def settled(good: frozenset[int], words: Sequence[Found]) -> frozenset[int]:
    """Believable lines with believable neighbours: an aligner goes astray for lines at a time."""
    lines = list(lines_of(words))
    if len(good) == len(lines):
        return good
    inner = [
        line
        for index, line in enumerate(lines)
        if set(lines[max(0, index - 1) : index + 2]) <= good
    ]
    return frozenset(inner)


def accompanied(good: frozenset[int], words: Sequence[Found]) -> frozenset[int]:
    """Believable lines beside another one; a lone line among lost ones is chance."""
    lines = list(lines_of(words))
    if len(lines) <= 2:
        return good
    return frozenset(
        line
        for index, line in enumerate(lines)
        if line in good
        and good & {*lines[max(0, index - 1) : index], *lines[index + 1 : index + 2]}
    )


def in_order(words: Sequence[Found]) -> list[Found]:
    """Words of the lines that begin after the line before them has ended."""
    kept: list[Found] = []
    for mine in lines_of(words).values():
        spans = spoken(mine)
        if not kept or spans[0].start_s >= spoken(kept)[-1].end_s - OVERLAP_S:
            kept += mine
    return kept


def oddness(words: Sequence[Found], usual_s: float) -> float:
    """How far a line's pace is from the usual one, in octaves."""
    return abs(log2(max(pace_of(words), 1e-6) / usual_s))


def quality_of(words: Sequence[Found], usual_s: float) -> float:
    """How well the times of a believed line are known, 0..1, by how usual its pace is."""
    return round(LEAST + (BEST - LEAST) * max(0.0, 1.0 - oddness(words, usual_s)), 3)
