"""What the linter says: a finding, where it is, and what a click would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pipeline.errors import RefusedEdit
from pipeline.model import ScenePlan, Shot


@dataclass(frozen=True)
class Patch:
    """New values for some fields of one shot."""

    slot_id: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Fix:
    """What a click changes. ``label`` is the button's text."""

    label: str
    patches: tuple[Patch, ...] = ()
    drop_slots: tuple[str, ...] = ()
    add_shots: tuple[Shot, ...] = ()
    reorder: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One thing that a rule says about the plan.

    ``hard`` findings stop buying the shots they name; ``soft`` ones advise.
    """

    code: str
    level: Literal["hard", "soft"]
    slot_ids: tuple[str, ...]
    message: str
    fix: Fix | None = None


@dataclass(frozen=True)
class Limits:
    """What the chosen models allow; empty means that nothing is known, so nothing is said.

    ``longest_s`` and ``shortest_s`` are the lengths in seconds that can be bought per slot;
    ``prompts`` and ``prompt_chars`` the text as it would be sent and its limit per slot;
    ``refused`` says per character id why the description would fail; ``film_s`` is the part of
    the song that the film covers, in song time.
    """

    longest_s: Mapping[str, float] = field(default_factory=dict)
    prompts: Mapping[str, str] = field(default_factory=dict)
    prompt_chars: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    film_s: tuple[float, float] | None = None


def apply_fix(plan: ScenePlan, fix: Fix) -> ScenePlan:
    """The plan after the fix, validated.

    Raises:
        RefusedEdit: The fix speaks of a shot that the plan no longer has.
    """
    changes = {patch.slot_id: patch.fields for patch in fix.patches}
    missing = set(changes) - {shot.slot_id for shot in plan.shots}
    if missing:
        raise RefusedEdit("The plan has changed since this fix was offered.", "Look again.")
    shots = [
        Shot.model_validate({**dict(shot), **changes.get(shot.slot_id, {})})
        for shot in plan.shots
        if shot.slot_id not in fix.drop_slots
    ]
    shots += fix.add_shots
    if fix.reorder:
        place = {slot_id: n for n, slot_id in enumerate(fix.reorder)}
        shots.sort(key=lambda shot: place.get(shot.slot_id, len(place)))
    return plan.model_copy(update={"shots": tuple(shots)})
