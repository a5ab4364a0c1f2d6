"""The best path through a film, slot by slot, with one bounded resource. Pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.int64]

NEVER = np.int64(1) << 60
"""A price beyond all prices: what cannot be."""

Path = list[tuple[int, int, int]]
"""For each slot: offer, candidate it begins at, candidate it ends at."""

Move = tuple[int, int, int, int, int]
"""From, to, resource used, value gained, offer."""


@dataclass(frozen=True)
class Options:
    """All ways from one boundary's candidates to the next's, for one slot, by offer.

    ``price``, ``changes`` and ``quality`` have the shape (offers, from, to); a price of
    ``NEVER`` marks what cannot be.
    """

    price: Matrix
    changes: Matrix
    quality: Matrix


def best_moves(options: Options, used: Matrix, gained: Matrix) -> list[Move]:
    """All ways through a slot, but for those that use no less and gain no more than another."""
    found: list[Move] = []
    _, begins, ends = options.price.shape
    possible = options.price < NEVER
    for begin, end in np.ndindex(begins, ends):
        offers = np.flatnonzero(possible[:, begin, end] & (used[:, begin, end] < NEVER))
        ways = sorted(
            (int(used[one, begin, end]), -int(gained[one, begin, end]), int(one)) for one in offers
        )
        best = None
        for cost, loss, offer in ways:
            if best is None or loss < best:
                found.append((begin, end, cost, -loss, offer))
                best = loss
    return found


def fill(
    moves: list[list[Move]], begins: int, width: int, start: Matrix | None = None
) -> list[list[NDArray[np.int64]]]:
    """For each boundary and candidate: the best value for each amount of resource used."""
    first = [np.full(width, -NEVER, dtype=np.int64) for _ in range(begins)]
    for candidate, row in enumerate(first):
        at = int(start[candidate]) if start is not None else 0
        if at < width:
            row[at] = 0
    tables = [first]
    for ways in moves:
        ends = 1 + max((way[1] for way in ways), default=0)
        after = [np.full(width, -NEVER, dtype=np.int64) for _ in range(ends)]
        for begin, end, used, gained, _ in ways:
            if used < width:
                reached = tables[-1][begin][: width - used] + gained
                np.maximum(after[end][used:], reached, out=after[end][used:])
        tables.append(after)
    return tables


def trace(
    moves: list[list[Move]], tables: list[list[NDArray[np.int64]]], to: int, used: int
) -> Path:
    """The path that led to a value, found again from the tables."""
    path: Path = []
    for index in range(len(moves) - 1, -1, -1):
        value = int(tables[index + 1][to][used])
        for begin, end, cost, gained, offer in moves[index]:
            before = used - cost
            if end == to and before >= 0 and int(tables[index][begin][before]) + gained == value:
                path.insert(0, (offer, begin, end))
                to, used = begin, before
                break
    return path
