"""The cheapest, or the best that a budget buys, over all cuts and all models at once. Exact.

A boundary between two slots may lie on any of its candidate beats; a slot may be made with any of
its offers. The best path through the boundaries, slot by slot, is found by dynamic programming:

    cheapest       no resource                        minimise the price, then the changes
    within budget  resource: changes made so far      minimise the price; take the fewest changes
    best quality   resource: money above the least    maximise quality x seconds, then few changes

Method: shortest path with one bounded resource (R. Bellman 1957); the money axis counts only what
is spent above the least that the rest of the film can cost, which keeps it short. Pure functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import BudgetRefused
from pipeline.money.paths import NEVER, Matrix, Options, Path, best_moves, fill, trace
from pipeline.money.usd import dollars

Goal = Literal["cheapest", "within budget", "best quality"]
WIDEST = 32_768
"""Steps of the money axis. A finer price list is rounded up to it: never over the budget."""
TENTHS = 10
BIG = 4096
"""Weight of a quality point against a change: more changes than this are not possible."""


@dataclass(frozen=True)
class Offer:
    """A model that can fill a slot, with its price for every length.

    ``ladder`` holds (longest slot in seconds, micro-dollars), rising; ``quality`` is 0..100.
    """

    model: str
    quality: int
    ladder: tuple[tuple[float, int], ...]


@dataclass(frozen=True)
class Puzzle:
    """What may change.

    Args:
        present_s: The n + 1 boundaries as they are, in seconds of song time.
        candidates_s: For each boundary, rising, where it may lie; its present place among them.
        offers: For each of the n slots, at least one offer.
        present: For each slot, the model it has now.
        shortest_s: No slot becomes shorter than this, unless it is already.
    """

    present_s: tuple[float, ...]
    candidates_s: tuple[tuple[float, ...], ...]
    offers: tuple[tuple[Offer, ...], ...]
    present: tuple[str, ...]
    shortest_s: float


@dataclass(frozen=True)
class Solution:
    """Boundaries in seconds, a model for each slot, the price in micro-dollars.

    ``exact`` is False only where a very fine price list had to be rounded up.
    """

    bounds_s: tuple[float, ...]
    models: tuple[str, ...]
    price_usd_micro: int
    exact: bool = True


def optimise(puzzle: Puzzle, goal: Goal, budget_usd_micro: int = 0) -> Solution:
    """The best choice of boundaries and models for a goal.

    Raises:
        BudgetRefused: when no choice at all serves every slot, or none within the budget.
    """
    slots = [_options(puzzle, index) for index in range(len(puzzle.offers))]
    least = _least_to_go(slots)
    cheapest = int(least[0].min())
    if cheapest >= NEVER:
        raise BudgetRefused("No model can make every clip of this film.", "Split the long slots.")
    if goal == "cheapest":
        return _traced(puzzle, slots, _cheapest(slots))
    if cheapest > budget_usd_micro:
        raise BudgetRefused(
            f"The least this film can cost is {dollars(cheapest)}.",
            f"That is {dollars(cheapest - budget_usd_micro)} above the budget: raise it, "
            "or keep some clips as previews.",
        )
    if goal == "within budget":
        return _traced(puzzle, slots, _fewest_changes(slots, budget_usd_micro))
    return _best_quality(puzzle, slots, least, budget_usd_micro)


def price_now(puzzle: Puzzle) -> int | None:
    """Micro-dollars of the present boundaries and models; None when they cannot be bought."""
    total = 0
    for index, offers in enumerate(puzzle.offers):
        length = puzzle.present_s[index + 1] - puzzle.present_s[index]
        found = [offer for offer in offers if offer.model == puzzle.present[index]]
        prices = _ladder_price(found[0], np.array([length])) if found else [NEVER]
        total += int(prices[0])
    return total if total < NEVER else None


# --- options of one slot --------------------------------------------------------------------


def _options(puzzle: Puzzle, index: int) -> Options:
    begin = np.array(puzzle.candidates_s[index])
    end = np.array(puzzle.candidates_s[index + 1])
    lengths = end[None, :] - begin[:, None]
    now_s = puzzle.present_s[index + 1] - puzzle.present_s[index]
    allowed = lengths >= min(puzzle.shortest_s, now_s) - 1e-9
    moved = (end != puzzle.present_s[index + 1]).astype(np.int64)[None, :]
    tenths = np.rint(end * TENTHS)[None, :] - np.rint(begin * TENTHS)[:, None]
    prices, changes, quality = [], [], []
    for offer in puzzle.offers[index]:
        prices.append(np.where(allowed, _ladder_price(offer, lengths), NEVER))
        changes.append(
            np.broadcast_to(moved + (offer.model != puzzle.present[index]), lengths.shape)
        )
        quality.append((offer.quality * tenths).astype(np.int64))
    return Options(np.stack(prices), np.stack(changes).astype(np.int64), np.stack(quality))


def _ladder_price(offer: Offer, lengths: NDArray[np.float64]) -> Matrix:
    """Price of each length: the least of all rungs that are long enough."""
    longest = np.array([rung[0] for rung in offer.ladder])
    prices = np.array([*(rung[1] for rung in offer.ladder), NEVER], dtype=np.int64)
    least = np.minimum.accumulate(prices[::-1])[::-1]
    found: Matrix = least[np.searchsorted(longest + 1e-6, lengths)]
    return found


def _least_to_go(slots: list[Options]) -> list[Matrix]:
    """For each boundary's candidates, the least that all later slots can cost."""
    last = slots[-1].price.shape[2]
    least = [np.zeros(last, dtype=np.int64)]
    for options in reversed(slots):
        ways = options.price.min(axis=0) + least[0][None, :]
        least.insert(0, np.minimum(ways.min(axis=1), NEVER))
    return least


# --- goals ----------------------------------------------------------------------------------


def _cheapest(slots: list[Options]) -> Path:
    """Least price; among equal prices the fewest changes."""
    score = [np.where(one.price < NEVER, one.price * BIG + one.changes, NEVER) for one in slots]
    tables = [np.zeros(slots[0].price.shape[1], dtype=np.int64)]
    for cost in score:
        ways = np.minimum(cost.min(axis=0) + tables[-1][:, None], NEVER)
        tables.append(ways.min(axis=0))
    path: Path = []
    to = int(tables[-1].argmin())
    for index in range(len(slots) - 1, -1, -1):
        ways = score[index][:, :, to] + tables[index][None, :]
        offer, begin = np.unravel_index(int(ways.argmin()), ways.shape)
        path.insert(0, (int(offer), int(begin), to))
        to = int(begin)
    return path


def _fewest_changes(slots: list[Options], budget: int) -> Path:
    """Fewest changes within the budget; among those the least price."""
    width = 2 * len(slots) + 1
    moves = [best_moves(options, options.changes, -options.price) for options in slots]
    tables = fill(moves, slots[0].price.shape[1], width)
    affordable = np.stack(tables[-1]) >= -budget
    fewest = int(np.flatnonzero(affordable.any(axis=0))[0])
    to = int(np.stack(tables[-1])[:, fewest].argmax())
    return trace(moves, tables, to, fewest)


def _best_quality(
    puzzle: Puzzle, slots: list[Options], least: list[Matrix], budget: int
) -> Solution:
    """Most quality x seconds within the budget; among those the fewest changes."""
    slack = budget - int(least[0].min())
    above = [_above_least(options, least, index) for index, options in enumerate(slots)]
    most = sum(int(options.price.max(where=options.price < NEVER, initial=0)) for options in slots)
    longest = min(slack, most)
    unit, exact = _unit(above, longest)
    moves = [
        best_moves(options, -(-extra // unit), options.quality * BIG - options.changes)
        for options, extra in zip(slots, above, strict=True)
    ]
    width = longest // unit + 1
    start = -(-(least[0] - least[0].min()) // unit)
    tables = fill(moves, len(start), width, start)
    final = np.stack(tables[-1])
    to, spent = np.unravel_index(int(final.argmax()), final.shape)
    found = _traced(puzzle, slots, trace(moves, tables, int(to), int(spent)))
    return Solution(found.bounds_s, found.models, found.price_usd_micro, exact)


def _above_least(options: Options, least: list[Matrix], index: int) -> Matrix:
    """What each way costs above the least that could still be paid from its beginning."""
    ahead = least[index + 1][None, None, :] - least[index][None, :, None]
    possible = (options.price < NEVER) & (least[index + 1][None, None, :] < NEVER)
    return np.where(possible, options.price + ahead, NEVER)


def _unit(above: list[Matrix], longest: int) -> tuple[int, bool]:
    """The coarsest step that loses nothing, and whether it could be kept."""
    unit = 0
    for extra in above:
        for amount in np.unique(extra[extra < NEVER]):
            unit = gcd(unit, int(amount))
    unit = unit or longest + 1
    if longest // unit < WIDEST:
        return unit, True
    return -(-longest // WIDEST), False


def _traced(puzzle: Puzzle, slots: list[Options], path: Path) -> Solution:
    first = puzzle.candidates_s[0][path[0][1]]
    ends = [puzzle.candidates_s[index + 1][end] for index, (_, _, end) in enumerate(path)]
    models = [puzzle.offers[index][offer].model for index, (offer, _, _) in enumerate(path)]
    total = sum(int(slots[index].price[way]) for index, way in enumerate(path))
    return Solution((first, *ends), tuple(models), total)
