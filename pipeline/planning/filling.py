"""Giving shots to slots that have none, without touching what a person may have edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from pipeline.model import Character, Location, ScenePlan, Slot

Subject = TypeVar("Subject", Character, Location)


def filled(present: ScenePlan | None, fresh: ScenePlan, slots: Sequence[Slot]) -> ScenePlan:
    """The present plan, its missing shots taken from a fresh one; the fresh one if there is none.

    Shots of slots that are gone stay out. Characters and locations of the fresh plan join only
    where a new shot needs them.

    Args:
        present: The plan as it stands, edits and all.
        fresh: A plan of all slots, made with the present cast and locations kept.
        slots: The slots as they are now, in order.
    """
    if present is None:
        return fresh
    kept = {shot.slot_id: shot for shot in present.shots}
    offered = {shot.slot_id: shot for shot in fresh.shots}
    shots = tuple(kept.get(slot.id) or offered[slot.id] for slot in slots)
    added = [shot for shot in shots if shot.slot_id not in kept]
    seen = {one for shot in added for one in shot.character_ids}
    places = {shot.location_id for shot in added}
    return ScenePlan.model_validate(
        {
            **dict(present),
            "shots": shots,
            "characters": _joined(present.characters, fresh.characters, seen),
            "locations": _joined(present.locations, fresh.locations, places),
        }
    )


def _joined(
    present: tuple[Subject, ...], fresh: tuple[Subject, ...], needed: set[str]
) -> tuple[Subject, ...]:
    known = {one.id for one in present}
    joining = tuple(one for one in fresh if one.id in needed and one.id not in known)
    return present + joining
