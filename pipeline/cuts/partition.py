"""The partition of a song into slots, found by one global optimisation.

Dynamic programming over all candidate times: among all chains of cuts that cover the excerpt
exactly, with every slot within the limits, the one with the lowest sum of

    cost of each cut      where it lies: section, bar, beat, gap between words, free
    cost of each slot     how far its length is from the wish, which follows energy and pace
    cost of the money     seconds that must be bought but are not seen

Cuts that a person locked or set are fixed points, between which the optimum is found on its own;
a slot that a person joined is not divided again, as long as it is within the limits.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.cuts.candidates import (
    Candidates,
    Floats,
    Score,
    candidates_of,
    energy_area,
    with_free_times,
)
from pipeline.cuts.identity import cut_id
from pipeline.cuts.limits import SLACK_S, SlotLimits
from pipeline.model import Cut
from pipeline.timebase import clock

# The wished length at middling energy: 8 s at pace 0, 4 s at pace 0.5, 2 s at pace 1.
MIDDLE_LENGTH_S = 4.0
PACE_RANGE = 4.0
# The quietest stretches wish for slots this many times as long as the loudest.
ENERGY_RANGE = 3.2
LENGTH_WEIGHT = 2.0
# No film is served by a slot longer than this, whatever the model can deliver.
LONGEST_WISH_S = 30.0
SHORT_COST, SHORT_WEIGHT = 10.0, 50.0
# A slot that must be shorter than the limit is still at least this long.
SHORTEST_S = 0.25


@dataclass(frozen=True)
class Wishes:
    """Everything that a stretch's optimum depends on, besides its candidates."""

    score: Score
    pace: float
    limits: SlotLimits


@dataclass(frozen=True)
class _Edges:
    """Every allowed slot: ``first[k] -> last[k]`` are candidate indices, sorted by ``last``."""

    first: np.ndarray[tuple[int], np.dtype[np.int64]]
    bounds: np.ndarray[tuple[int], np.dtype[np.int64]]
    lengths_s: Floats


def partition(
    wishes: Wishes, locked: Sequence[Cut] = ()
) -> tuple[tuple[Cut, ...], tuple[str, ...]]:
    """Cuts that cover the excerpt exactly, the first at its start; and warnings in words.

    Guarantees: strictly rising times inside the excerpt; locked cuts stay in place; every slot at
    most ``max_s`` long; every slot at least ``min_s`` long unless locked cuts or the length of
    the song make that impossible, which a warning says.
    """
    score = wishes.score
    fixed = [cut for cut in locked if score.start_s < cut.time_s < score.end_s]
    found = candidates_of(score)
    warnings = [] if score.beats_s else ["No beats were heard, so the cuts follow the energy."]
    cuts = [_start(score, locked)]
    for left, right in _stretches(score, fixed):
        whole = cuts[-1].whole and right - left <= wishes.limits.max_s + SLACK_S
        cuts[-1] = cuts[-1].model_copy(update={"whole": whole})
        inner, remarks = _solve(found.between(left, right), (left, right), wishes)
        cuts += [] if whole else inner
        warnings += remarks
        cuts += [cut for cut in fixed if cut.time_s == right]
    return _named(cuts), tuple(warnings)


def _start(score: Score, locked: Sequence[Cut]) -> Cut:
    for cut in locked:
        if cut.time_s == score.start_s:
            return cut.model_copy(update={"on": "start"})
    return Cut(id="start", time_s=score.start_s, on="start")


def _named(cuts: Sequence[Cut]) -> tuple[Cut, ...]:
    """New cuts named by their time, around the names that locked cuts already carry."""
    taken = {cut.id for cut in cuts if cut.id not in ("start", "inner")}
    result = []
    for cut in cuts:
        is_new = cut.id in ("start", "inner")
        name = cut_id(cut.time_s, taken) if is_new else cut.id
        taken.add(name)
        result.append(cut.model_copy(update={"id": name}))
    return tuple(result)


def _stretches(score: Score, fixed: Sequence[Cut]) -> list[tuple[float, float]]:
    marks = sorted({score.start_s, score.end_s, *(cut.time_s for cut in fixed)})
    return list(itertools.pairwise(marks))


def _solve(
    found: Candidates, span: tuple[float, float], wishes: Wishes
) -> tuple[list[Cut], list[str]]:
    """The best cuts strictly inside a span, giving up wishes before limits."""
    limits, length = wishes.limits, span[1] - span[0]
    if length < limits.min_s - SLACK_S and length <= limits.max_s:
        return [], [
            f"The stretch from {clock(span[0])} to {clock(span[1])} is shorter than "
            f"the {limits.min_s:g} s that the chosen model makes; a clip is trimmed."
        ]
    best = _best_chain(found, span, wishes, limits.min_s)
    if best is not None:
        return best, []
    dense = with_free_times(found, span[0], span[1], limits)
    best = _best_chain(dense, span, wishes, limits.min_s)
    if best is not None:
        return best, [
            f"Between {clock(span[0])} and {clock(span[1])} some cuts lie off the beat: "
            f"no beats divide it into slots of {limits.min_s:g} to {limits.max_s:g} s."
        ]
    best = _best_chain(dense, span, wishes, min(limits.min_s, SHORTEST_S, limits.max_s / 8))
    return best or [], [
        f"{length:.2f} s from {clock(span[0])} cannot be divided into slots of "
        f"{limits.min_s:g} to {limits.max_s:g} s, so some slots are shorter."
    ]


def _best_chain(
    found: Candidates, span: tuple[float, float], wishes: Wishes, min_s: float
) -> list[Cut] | None:
    """The cheapest chain of cuts inside a span, or None when no chain fits the limits."""
    times = np.concatenate([[span[0]], found.times_s, [span[1]]])
    edges = _edges(times, min_s, _reach_s(wishes.limits))
    costs = _slot_costs(times, edges, wishes)
    at_cut = np.concatenate([[0.0], found.costs, [0.0]])
    best, back = np.full(len(times), np.inf), np.full(len(times), -1)
    best[0] = 0.0
    for node in range(1, len(times)):
        here = slice(edges.bounds[node], edges.bounds[node + 1])
        if here.stop > here.start:
            sums = best[edges.first[here]] + costs[here]
            choice = int(np.argmin(sums))
            best[node] = sums[choice] + at_cut[node]
            back[node] = edges.first[here.start + choice]
    if not np.isfinite(best[-1]):
        return None
    return [
        Cut(id="inner", time_s=float(times[node]), on=str(found.on[node - 1]))
        for node in _walk(back)
    ]


def _reach_s(limits: SlotLimits) -> float:
    return min(limits.max_s, max(LONGEST_WISH_S, 3 * limits.min_s))


def _walk(back: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[int]:
    """Nodes of the best chain between the first and the last, in order."""
    chain, node = [], int(back[-1])
    while node > 0:
        chain.append(node)
        node = int(back[node])
    return chain[::-1]


def _edges(times: Floats, min_s: float, max_s: float) -> _Edges:
    low = np.searchsorted(times, times - max_s - SLACK_S, side="left")
    high = np.searchsorted(times, times - min_s + SLACK_S, side="right")
    counts = np.maximum(high - low, 0)
    bounds = np.concatenate([[0], np.cumsum(counts)])
    last = np.repeat(np.arange(len(times)), counts)
    first = np.arange(bounds[-1]) - bounds[last] + low[last]
    return _Edges(first, bounds, times[last] - times[first])


def _slot_costs(times: Floats, edges: _Edges, wishes: Wishes) -> Floats:
    """What each possible slot costs by its length, energy and price."""
    limits, lengths = wishes.limits, edges.lengths_s
    area = energy_area(wishes.score)(times)
    last = np.repeat(np.arange(len(times)), np.diff(edges.bounds))
    energy = (area[last] - area[edges.first]) / lengths
    wish = np.log2(MIDDLE_LENGTH_S * PACE_RANGE ** (0.5 - wishes.pace))
    wish = wish + (0.5 - energy) * np.log2(ENERGY_RANGE)
    wish = np.clip(wish, np.log2(limits.min_s), np.log2(limits.max_s))
    off = np.log2(lengths) - wish
    # Weighted by the time a slot takes, or else the sum would favour few, long slots.
    costs = LENGTH_WEIGHT * off**2 * lengths / 2**wish + limits.price_weight * _waste(
        lengths, limits
    )
    short = np.maximum(limits.min_s - lengths, 0.0) / limits.min_s
    return np.asarray(costs + (short > SLACK_S) * SHORT_COST + SHORT_WEIGHT * short**2)


def _waste(lengths: Floats, limits: SlotLimits) -> Floats:
    """Seconds that must be bought for each slot but are not seen in it."""
    if not limits.buyable_s or not limits.price_weight:
        return np.zeros(len(lengths))
    buyable = np.array(sorted(limits.buyable_s))
    place = np.searchsorted(buyable, lengths - SLACK_S)
    bought = np.where(place < len(buyable), buyable[np.minimum(place, len(buyable) - 1)], lengths)
    return np.asarray(bought - lengths)
