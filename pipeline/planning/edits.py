"""Edits of a plan by hand: each takes a plan and gives a new one, validated.

A lock protects a field from replanning, never from the person. Ids of slots are stable, so an
edit names its shot by slot id and survives cuts that move.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from pydantic import ValidationError

from pipeline.errors import RefusedEdit
from pipeline.model import Character, Frozen, Location, ScenePlan, Shot, Style, Swatch, Treatment

SHOT_FIELDS = frozenset(Shot.model_fields) - {"slot_id", "locked"}
WHOLE = "*"


def set_shots(plan: ScenePlan, slot_ids: Collection[str], **fields: Any) -> ScenePlan:
    """Give some shots new values.

    Raises:
        RefusedEdit: No such shot or field, or a value that the field does not take.
    """
    unknown = set(fields) - SHOT_FIELDS
    if unknown:
        raise RefusedEdit(f"A shot has no field {sorted(unknown)[0]!r}.")
    return _each_shot(plan, slot_ids, lambda shot: _with(shot, fields))


def lock(plan: ScenePlan, slot_ids: Collection[str], *fields: str) -> ScenePlan:
    """Lock fields of some shots; no field means the whole shot."""
    added = fields or (WHOLE,)
    return _each_shot(plan, slot_ids, lambda shot: _locked(shot, {*shot.locked, *added}))


def unlock(plan: ScenePlan, slot_ids: Collection[str], *fields: str) -> ScenePlan:
    """Unlock fields of some shots; no field means everything."""
    if not fields:
        return _each_shot(plan, slot_ids, lambda shot: _locked(shot, set()))
    return _each_shot(plan, slot_ids, lambda shot: _locked(shot, set(shot.locked) - {*fields}))


def put_character(plan: ScenePlan, character: Character) -> ScenePlan:
    """Add a character, or replace the one of the same id."""
    return plan.model_copy(update={"characters": _put(plan.characters, character)})


def add_character(plan: ScenePlan, name: str, description: str, **fields: Any) -> ScenePlan:
    """Add a character under a new id made from the name."""
    words = {"name": name, "description": description, **fields}
    return plan.model_copy(update={"characters": _added(Character, plan.characters, words)})


def lock_character(plan: ScenePlan, character_id: str, on: bool = True) -> ScenePlan:
    found = _found(plan.characters, character_id, "character")
    return put_character(plan, _with(found, {"locked": on}))


def remove_character(plan: ScenePlan, character_id: str) -> ScenePlan:
    """Remove somebody from the cast and from every shot."""
    _found(plan.characters, character_id, "character")
    shots = tuple(
        _with(
            shot,
            {
                "character_ids": tuple(one for one in shot.character_ids if one != character_id),
                "singer": "" if shot.singer == character_id else shot.singer,
            },
        )
        if character_id in {*shot.character_ids, shot.singer}
        else shot
        for shot in plan.shots
    )
    rest = tuple(one for one in plan.characters if one.id != character_id)
    return plan.model_copy(update={"characters": rest, "shots": shots})


def put_location(plan: ScenePlan, location: Location) -> ScenePlan:
    """Add a location, or replace the one of the same id."""
    return plan.model_copy(update={"locations": _put(plan.locations, location)})


def add_location(plan: ScenePlan, name: str, description: str, **fields: Any) -> ScenePlan:
    """Add a location under a new id made from the name."""
    words = {"name": name, "description": description, **fields}
    return plan.model_copy(update={"locations": _added(Location, plan.locations, words)})


def remove_location(plan: ScenePlan, location_id: str, instead: str = "") -> ScenePlan:
    """Remove a location; its shots play at another one, or leave the place open."""
    _found(plan.locations, location_id, "location")
    if instead:
        _found(plan.locations, instead, "location")
    shots = tuple(
        _with(shot, {"location_id": instead}) if shot.location_id == location_id else shot
        for shot in plan.shots
    )
    rest = tuple(one for one in plan.locations if one.id != location_id)
    return plan.model_copy(update={"locations": rest, "shots": shots})


def set_style(plan: ScenePlan, **fields: Any) -> ScenePlan:
    """New style words, look, light or palette."""
    return plan.model_copy(update={"style": _valid(Style, {**dict(plan.style), **fields})})


def set_palette(plan: ScenePlan, colours: Sequence[tuple[str, str]]) -> ScenePlan:
    """A palette of (hex, role) pairs.

    Raises:
        RefusedEdit: A colour is not written as ``#rrggbb``.
    """
    palette = tuple(_valid(Swatch, {"hex": tone.lower(), "role": role}) for tone, role in colours)
    return set_style(plan, palette=palette)


def set_treatment(plan: ScenePlan, **fields: Any) -> ScenePlan:
    made = _valid(Treatment, {**dict(plan.treatment), **fields})
    return plan.model_copy(update={"treatment": made})


def free_id(name: str, taken: Collection[str], otherwise: str = "one") -> str:
    """An id in lower-case ASCII that nobody has yet; ``otherwise`` for a name without any."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:30] or otherwise
    found, count = stem, 2
    while found in taken:
        found, count = f"{stem}-{count}", count + 1
    return found


def _each_shot(
    plan: ScenePlan, slot_ids: Collection[str], edit: Callable[[Shot], Shot]
) -> ScenePlan:
    missing = set(slot_ids) - {shot.slot_id for shot in plan.shots}
    if missing:
        raise RefusedEdit("This slot has no shot.", "Replan it first, or write one.")
    shots = tuple(edit(shot) if shot.slot_id in slot_ids else shot for shot in plan.shots)
    return plan.model_copy(update={"shots": shots})


def _locked(shot: Shot, fields: set[str]) -> Shot:
    unknown = fields - SHOT_FIELDS - {WHOLE}
    if unknown:
        raise RefusedEdit(f"A shot has no field {sorted(unknown)[0]!r}.")
    return shot.model_copy(update={"locked": tuple(sorted(fields))})


def _with(value: Any, fields: dict[str, Any]) -> Any:
    return _valid(type(value), {**dict(value), **fields})


def _valid(made: type[Frozen], fields: dict[str, Any]) -> Any:
    try:
        return made.model_validate(fields)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in fault["loc"]) or made.__name__.lower()
        raise RefusedEdit(f"{where}: {fault['msg']}.", "Nothing was changed.") from None


def _added(made: type[Frozen], present: tuple[Any, ...], fields: dict[str, Any]) -> tuple[Any, ...]:
    taken = {one.id for one in present}
    return (*present, _valid(made, {"id": free_id(fields["name"], taken), **fields}))


def _put(present: tuple[Any, ...], one: Any) -> tuple[Any, ...]:
    if one.id not in {other.id for other in present}:
        return (*present, one)
    return tuple(one if other.id == one.id else other for other in present)


def _found(present: Sequence[Any], name: str, kind: str) -> Any:
    for one in present:
        if one.id == name:
            return one
    raise RefusedEdit(f"There is no {kind} “{name}” (any more).", "Reload the page.")
