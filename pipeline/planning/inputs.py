"""All that a plan depends on, whoever writes it."""

from __future__ import annotations

from pydantic import Field

from pipeline.model import (
    Character,
    Frozen,
    Location,
    Mood,
    Name,
    Seconds,
    Section,
    Shot,
    Slot,
    Style,
    Text,
)


class PlanInputs(Frozen):
    """The complete list of what a scene plan depends on.

    ``style`` holds the person's own words and, if chosen, the palette: both are kept.
    ``characters`` and ``locations`` are kept as they are. ``shots`` are the current shots whose
    ``locked`` names something; only what is locked in them is kept. ``take`` is raised to get
    another plan from the same facts.
    """

    duration_s: Seconds
    tempo_bpm: float | None = None
    metre: int = Field(default=4, ge=1, le=16)
    sections: tuple[Section, ...] = ()
    mood: Mood
    slots: tuple[Slot, ...]
    brief: Text = ""
    style: Style = Style()
    lyrics_lines: tuple[str, ...] = ()
    characters: tuple[Character, ...] = ()
    locations: tuple[Location, ...] = ()
    shots: tuple[Shot, ...] = ()
    take: int = Field(default=1, ge=1)
    planner: Name = "offline"


def kept_fields(shot: Shot) -> frozenset[str]:
    """Names of the fields that replanning must leave alone."""
    if "*" in shot.locked:
        return frozenset(type(shot).model_fields) - {"slot_id", "locked"}
    return frozenset(shot.locked)


def with_locks(fresh: Shot, old: Shot | None) -> Shot:
    """The fresh shot with everything that the old one holds locked."""
    if old is None or not old.locked:
        return fresh
    kept = {name: getattr(old, name) for name in kept_fields(old)}
    return Shot.model_validate({**dict(fresh), **kept, "locked": old.locked})
