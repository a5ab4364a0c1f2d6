"""Which part of the song a slot serves: intro, verse, chorus, bridge and so on.

Names are taken as they are. Where the analysis could only say A, B, C, the part is inferred from
what returns and how loud it is; where it says nothing, from the energy of stretches of 45 s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.knowledge import library
from pipeline.model import Slot

CLEARLY_LOUDER = 0.05


@dataclass(frozen=True)
class Stretch:
    """Consecutive slots of one part. ``number`` counts the returns of the part from 0."""

    part: str
    number: int
    slots: tuple[Slot, ...]

    @property
    def energy(self) -> float:
        """Mean energy weighted by length, 0..1."""
        return _energy(self.slots)


def stretches(slots: Sequence[Slot]) -> tuple[Stretch, ...]:
    """The song as parts, in order; every slot is in exactly one of them."""
    runs = [tuple(run) for _, run in groupby(slots, key=lambda slot: slot.section.casefold())]
    pieces = [piece for run in runs for piece in _short_enough(run, alone=len(runs) == 1)]
    named = _parts_of(pieces)
    counts: dict[str, int] = {}
    found = []
    for piece, part in zip(pieces, named, strict=True):
        found.append(Stretch(part, counts.get(part, 0), piece))
        counts[part] = counts.get(part, 0) + 1
    return tuple(found)


def part_named(label: str) -> str | None:
    """The part that a label names outright, or None for A, B, C and unknown words."""
    word = re.sub(r"[\d\s_]+$", "", label.casefold().strip())
    for part, habits in library.parts().items():
        if word in habits.names or word == part:
            return part
    return None


def _energy(slots: Sequence[Slot]) -> float:
    length = sum(slot.duration_s for slot in slots) or 1.0
    return sum(slot.energy * slot.duration_s for slot in slots) / length


def _short_enough(run: tuple[Slot, ...], alone: bool) -> Iterator[tuple[Slot, ...]]:
    """A song without any structure is cut into stretches; a known part is left whole."""
    if not alone or part_named(run[0].section):
        yield run
        return
    begin, step_s = run[0].start_s, library.limits().stretch_s
    for _, piece in groupby(run, key=lambda slot: int((slot.start_s - begin) / step_s)):
        yield tuple(piece)


def _parts_of(pieces: Sequence[tuple[Slot, ...]]) -> list[str]:
    named = [part_named(piece[0].section) for piece in pieces]
    inferred = _inferred(pieces, any(part == "chorus" for part in named))
    return [name or guess for name, guess in zip(named, inferred, strict=True)]


def _inferred(pieces: Sequence[tuple[Slot, ...]], has_chorus: bool) -> list[str]:
    labels = [piece[0].section.casefold() for piece in pieces]
    if len(set(labels)) == 1:
        return _by_energy(pieces)
    loudest = "" if has_chorus else _loudest_returning(pieces, labels)
    mean = _energy([slot for piece in pieces for slot in piece])
    return [
        "chorus" if label == loudest else _edge(index, labels, _energy(pieces[index]) < mean)
        for index, label in enumerate(labels)
    ]


def _by_energy(pieces: Sequence[tuple[Slot, ...]]) -> list[str]:
    energies = [_energy(piece) for piece in pieces]
    mean = sum(energies) / len(energies)
    return ["chorus" if energy > mean + CLEARLY_LOUDER else "verse" for energy in energies]


def _loudest_returning(pieces: Sequence[tuple[Slot, ...]], labels: Sequence[str]) -> str:
    """The label most like a chorus: it returns, or else it is clearly the loudest."""
    unknown = [label for label in dict.fromkeys(labels) if not part_named(label)]
    energy = {
        label: _energy(
            [s for piece, own in zip(pieces, labels, strict=True) if own == label for s in piece]
        )
        for label in unknown
    }
    returning = [label for label in unknown if labels.count(label) > 1]
    pool = returning if len(returning) > 1 or len(unknown) == 1 else unknown
    return max(pool, key=lambda label: energy[label], default="")


def _edge(index: int, labels: Sequence[str], quiet: bool) -> str:
    if labels.count(labels[index]) > 1:
        return "verse"
    if index == 0:
        return "intro" if quiet else "verse"
    return "outro" if index == len(labels) - 1 else "bridge"
