"""Choices that look free and are repeatable: the same question always gets the same answer.

Every choice is a hash of what it is about, so a choice for one slot does not move when another
slot is added, which a shared random stream would do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Dice:
    """Answers drawn from a salt: brief, song and take."""

    salt: str

    def roll(self, *question: object) -> float:
        """A number in 0..1 (1 excluded) for a question."""
        text = "\x1f".join((self.salt, *map(str, question)))
        return int.from_bytes(blake2b(text.encode(), digest_size=7).digest()) / 2**56

    def weighted(self, weights: Mapping[T, float], *question: object) -> T:
        """A key of the mapping, by weight; the first key when all weights are nought."""
        total = sum(max(0.0, weight) for weight in weights.values())
        mark = self.roll(*question) * total
        for key, weight in weights.items():
            mark -= max(0.0, weight)
            if mark < 0:
                return key
        return next(iter(weights))

    def one_of(self, items: Sequence[T], *question: object) -> T:
        return items[int(self.roll(*question) * len(items))]
