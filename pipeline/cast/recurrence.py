"""Where, how often and how far apart somebody appears in the film."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.model import ScenePlan, Slot


@dataclass(frozen=True)
class Appearance:
    """Seconds of song time. ``longest_gap_s`` lies between two appearances, else 0."""

    slots: tuple[int, ...]
    seconds: float
    longest_gap_s: float
    gap_start_s: float = 0.0
    gap_end_s: float = 0.0


def appearance(plan: ScenePlan, slots: Sequence[Slot], subject_id: str) -> Appearance:
    """When a character or a location is on screen, by the plan's shots."""
    shown = {
        shot.slot_id
        for shot in plan.shots
        if subject_id in shot.character_ids or subject_id == shot.location_id
    }
    seen = [slot for slot in slots if slot.id in shown]
    gaps = [
        (after.start_s - before.end_s, before.end_s, after.start_s)
        for before, after in itertools.pairwise(seen)
    ]
    longest, start_s, end_s = max(gaps, default=(0.0, 0.0, 0.0))
    return Appearance(
        slots=tuple(slot.index for slot in seen),
        seconds=sum(slot.duration_s for slot in seen),
        longest_gap_s=longest,
        gap_start_s=start_s,
        gap_end_s=end_s,
    )
