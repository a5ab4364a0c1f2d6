"""Where a song may be cut, and what a cut there costs.

Costs are in the unit of the partition's objective, where 1 is about what one slot pays for
being half or twice as long as wished. Lower is better; a cut on a section's edge is negative:
worth making for its own sake.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.cuts.limits import SlotLimits
from pipeline.model import Frozen, Seconds, Section, Unit

Floats = NDArray[np.float64]

SECTION_COST, SECTION_STRENGTH_COST = -1.5, -1.5
BAR_COST, BEAT_COST, LYRIC_COST, FREE_COST = 0.0, 0.9, 0.6, 1.6
FREE_AMONG_BEATS_COST = 6.0
FOUR_BARS_COST, TWO_BARS_COST = -0.5, -0.25
PHRASE_COST, MID_WORD_COST = -0.4, 1.2

# A section's edge this far from a beat, in beats, is the beat's own edge.
EDGE_REACH_BEATS = 0.55
# Words start and end softly: a cut this close to either end does not break the word.
WORD_HEAD_S, WORD_TAIL_S = 0.08, 0.05
PHRASE_GAP_S, LYRIC_GAP_S = 0.6, 0.25
STRETCH_S, STRETCH_BEATS = 2.0, 2.5
FREE_STEP_S = 0.25
NOVELTY_REACH_S = 1.5
SAME_TIME_S = 1e-3


class Score(Frozen):
    """What the partition hears of a song, in song time.

    ``energy`` is sampled every ``energy_step_s`` from second 0; ``words`` are the start and end
    of each sung word, sorted; ``downbeats_s`` lie on beats; ``sections`` partition the song.
    """

    start_s: Seconds
    end_s: Seconds
    beats_s: tuple[Seconds, ...] = ()
    downbeats_s: tuple[Seconds, ...] = ()
    sections: tuple[Section, ...] = ()
    energy: tuple[Unit, ...] = ()
    energy_step_s: float = 0.5
    words: tuple[tuple[Seconds, Seconds], ...] = ()

    @property
    def beat_s(self) -> float:
        """Median time between beats; a moderate 0.5 s where there are none."""
        return float(np.median(np.diff(self.beats_s))) if len(self.beats_s) > 1 else 0.5


@dataclass(frozen=True)
class Candidates:
    """Sorted times strictly inside the excerpt, each with its cost and what it lies on."""

    times_s: Floats
    costs: Floats
    on: NDArray[np.str_]

    def between(self, start_s: float, end_s: float) -> Candidates:
        inside = (self.times_s > start_s + SAME_TIME_S) & (self.times_s < end_s - SAME_TIME_S)
        return Candidates(self.times_s[inside], self.costs[inside], self.on[inside])

    def joined(
        self, times_s: Floats, costs: Floats, on: str, apart_s: float = SAME_TIME_S
    ) -> Candidates:
        """With further times, except where one already lies within ``apart_s``."""
        own = np.sort(np.concatenate([self.times_s, [-np.inf, np.inf]]))
        right = np.searchsorted(own, times_s)
        fresh = np.minimum(times_s - own[right - 1], own[right] - times_s) > apart_s
        times = np.concatenate([self.times_s, times_s[fresh]])
        order = np.argsort(times, kind="stable")
        names = np.concatenate([self.on, np.full(int(fresh.sum()), on, dtype="<U8")])
        return Candidates(
            times[order], np.concatenate([self.costs, costs[fresh]])[order], names[order]
        )


def candidates_of(score: Score) -> Candidates:
    """Beats, bars, section edges, and lyric gaps and swells of energy where no beat is heard."""
    found = _off_beat_edges(_beats(score), score)
    marks = np.concatenate([[score.start_s], found.times_s, [score.end_s]])
    longest = max(STRETCH_S, STRETCH_BEATS * score.beat_s)
    for left, right in itertools.pairwise(marks):
        if right - left > longest:
            found = _fill(found, score, float(left), float(right))
    return _words_kept_whole(found, score)


def with_free_times(
    found: Candidates, start_s: float, end_s: float, limits: SlotLimits
) -> Candidates:
    """With times off every beat too, so that any length within the limits can be reached."""
    length = end_s - start_s
    times = np.arange(start_s, end_s, min(FREE_STEP_S, limits.max_s / 4))[1:]
    fewest = max(1, int(np.ceil(length / limits.max_s - 1e-9)))
    even = start_s + length * np.arange(1, fewest) / fewest
    times = np.unique(np.concatenate([times, even]))
    # Exact times stay even a hair beside a beat: the even division is what makes it always fit.
    costs = np.full(len(times), FREE_AMONG_BEATS_COST)
    return found.joined(times, costs, "free", apart_s=0.0)


def _beats(score: Score) -> Candidates:
    beats = np.array(sorted(set(score.beats_s)), dtype=float)
    beats = beats[(beats > score.start_s) & (beats < score.end_s)]
    costs, on = np.full(len(beats), BEAT_COST), np.full(len(beats), "beat", dtype="<U8")
    bars = nearest_index(beats, score.downbeats_s, SAME_TIME_S)
    costs[bars], on[bars] = BAR_COST, "bar"
    for weight, bar in _weighty_bars(score, beats):
        costs[bar] += weight
    for section in score.sections:
        edge = nearest_index(beats, [section.start_s], EDGE_REACH_BEATS * score.beat_s)
        costs[edge] = SECTION_COST + SECTION_STRENGTH_COST * section.strength
        on[edge] = "section"
    phrases = nearest_index(beats, _phrase_starts(score), score.beat_s / 2)
    costs[phrases] += PHRASE_COST
    return Candidates(beats, costs, on)


def _weighty_bars(score: Score, beats: Floats) -> list[tuple[float, int]]:
    """Every second and fourth bar, counted from the start of its section."""
    bars = nearest_index(beats, score.downbeats_s, SAME_TIME_S)
    starts = np.array(sorted(section.start_s for section in score.sections) or [score.start_s])
    homes = np.searchsorted(starts, beats[bars] + score.beat_s / 2, side="right")
    weighty, count, home = [], 0, -1
    for bar, its_home in zip(bars.tolist(), homes.tolist(), strict=True):
        count, home = (0, its_home) if its_home != home else (count + 1, home)
        if count % 2 == 0:
            weighty.append((FOUR_BARS_COST if count % 4 == 0 else TWO_BARS_COST, bar))
    return weighty


def _phrase_starts(score: Score) -> list[float]:
    starts, silent_since = [], 0.0
    for start, end in score.words:
        if start - silent_since >= PHRASE_GAP_S:
            starts.append(start)
        silent_since = max(silent_since, end)
    return starts


def _off_beat_edges(found: Candidates, score: Score) -> Candidates:
    """Section edges that lie on no beat, as in a free introduction."""
    edges = [
        section
        for section in score.sections
        if score.start_s < section.start_s < score.end_s
        and not len(
            nearest_index(found.times_s, [section.start_s], EDGE_REACH_BEATS * score.beat_s)
        )
    ]
    times = np.array([section.start_s for section in edges])
    costs = np.array([SECTION_COST + SECTION_STRENGTH_COST * one.strength for one in edges])
    return found.joined(times, costs, "section") if edges else found


def _fill(found: Candidates, score: Score, left: float, right: float) -> Candidates:
    """Candidates for a stretch without beats: gaps in the words, then swells of energy."""
    gaps = [
        (before[1] + after[0]) / 2
        for before, after in zip(score.words[:-1], score.words[1:], strict=True)
        if after[0] - before[1] >= LYRIC_GAP_S and left < (before[1] + after[0]) / 2 < right
    ]
    free = np.arange(left, right, FREE_STEP_S)[1:]
    novelty = _novelty(score, free)
    with_gaps = found.joined(np.array(gaps), np.full(len(gaps), LYRIC_COST), "lyric")
    return with_gaps.joined(free, FREE_COST - 1.5 * novelty, "free")


def _novelty(score: Score, times: Floats) -> Floats:
    """How much the energy changes at each time, 0..1 of the largest change."""
    area = energy_area(score)
    after = area(times + NOVELTY_REACH_S) - area(times)
    before = area(times) - area(times - NOVELTY_REACH_S)
    change = np.abs(after - before)
    largest = float(change.max(initial=0.0))
    return np.asarray(change / largest) if largest > 1e-6 else np.zeros(len(times))


def _words_kept_whole(found: Candidates, score: Score) -> Candidates:
    if not score.words:
        return found
    starts = np.array([start for start, _ in score.words])
    ends = np.array([end for _, end in score.words])
    word = np.searchsorted(starts, found.times_s - WORD_HEAD_S) - 1
    inside = (word >= 0) & (found.times_s < ends[np.maximum(word, 0)] - WORD_TAIL_S)
    return Candidates(found.times_s, found.costs + MID_WORD_COST * inside, found.on)


def nearest_index(times: Floats, wanted: Any, within_s: float) -> NDArray[np.int64]:
    """Index of the time nearest to each wanted one; those farther than ``within_s`` dropped."""
    targets = np.asarray(wanted, dtype=float)
    if not len(times) or not len(targets):
        return np.zeros(0, dtype=np.int64)
    right = np.clip(np.searchsorted(times, targets), 1, max(1, len(times) - 1))
    right = np.minimum(right, len(times) - 1)
    left = np.maximum(right - 1, 0)
    closer = np.where(np.abs(times[left] - targets) <= np.abs(times[right] - targets), left, right)
    return np.unique(closer[np.abs(times[closer] - targets) <= within_s])


def energy_area(score: Score) -> Any:
    """The integral of the energy from second 0, as a function of times in seconds.

    The energy is stretched so that the quiet and loud parts of this excerpt span 0..1: density
    of cuts follows what is loud for this song.
    """
    step = score.energy_step_s
    raw = np.asarray(score.energy or (0.5,), dtype=float)
    heard = raw[int(score.start_s / step) : int(np.ceil(score.end_s / step)) + 1]
    low, high = np.percentile(heard if len(heard) else raw, [5, 95])
    flat = high - low < 0.05
    level = np.full(len(raw), 0.5) if flat else np.clip((raw - low) / (high - low), 0, 1)
    edges = np.arange(len(raw) + 1) * step
    area = np.concatenate([[0.0], np.cumsum(level) * step])

    def at(times: Floats) -> Floats:
        beyond = np.maximum(times - edges[-1], 0.0) * level[-1]
        return np.asarray(np.interp(times, edges, area) + beyond)

    return at
