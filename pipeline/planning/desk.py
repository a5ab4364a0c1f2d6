"""The plan laid out beside its slots, as the rules of the linter read it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.model import Character, Location, ScenePlan, Shot, Slot, Word
from pipeline.planning.findings import Fix, Limits, Patch
from pipeline.planning.inputs import kept_fields
from pipeline.planning.parts import Stretch, stretches


@dataclass(frozen=True)
class Row:
    """One slot with its shot."""

    slot: Slot
    shot: Shot


@dataclass(frozen=True)
class Desk:
    """``rows`` are in film order and hold only slots that have a shot."""

    plan: ScenePlan
    slots: tuple[Slot, ...]
    rows: tuple[Row, ...]
    parts: tuple[Stretch, ...]
    sung: frozenset[str]
    limits: Limits

    @classmethod
    def of(
        cls, plan: ScenePlan, slots: Sequence[Slot], words: Sequence[Word], limits: Limits
    ) -> Desk:
        shots = {shot.slot_id: shot for shot in plan.shots}
        rows = tuple(Row(slot, shots[slot.id]) for slot in slots if slot.id in shots)
        return cls(plan, tuple(slots), rows, stretches(slots), _sung(slots, words), limits)

    @property
    def characters(self) -> dict[str, Character]:
        return {one.id: one for one in self.plan.characters}

    @property
    def locations(self) -> dict[str, Location]:
        return {one.id: one for one in self.plan.locations}

    def name_of(self, character_id: str) -> str:
        """What people call a character; its id in quotes where nobody defined it."""
        found = self.characters.get(character_id)
        return found.name if found else f"“{character_id}”"

    def rows_of(self, stretch: Stretch) -> list[Row]:
        inside = {slot.id for slot in stretch.slots}
        return [row for row in self.rows if row.slot.id in inside]


def free(shot: Shot, *fields: str) -> bool:
    """Whether none of the fields is locked."""
    return not kept_fields(shot) & set(fields)


def offer(shot: Shot, label: str, **fields: object) -> Fix | None:
    """A fix that gives one shot new values, unless one of the fields is locked."""
    return Fix(label, (Patch(shot.slot_id, fields),)) if free(shot, *fields) else None


def number(slot: Slot) -> str:
    """How people count: the first slot is 1."""
    return str(slot.index + 1)


def _sung(slots: Sequence[Slot], words: Sequence[Word]) -> frozenset[str]:
    """Ids of the slots in which somebody is heard singing."""
    if not words:
        return frozenset(slot.id for slot in slots if slot.lyric.strip())
    ordered = sorted(words, key=lambda word: word.end_s)
    ends = [word.end_s for word in ordered]
    found = set()
    for slot in slots:
        first = bisect_left(ends, slot.start_s)
        if first < len(ordered) and ordered[first].start_s < slot.end_s:
            found.add(slot.id)
    return frozenset(found)
