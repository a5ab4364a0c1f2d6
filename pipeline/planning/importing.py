"""A plan from a file that somebody else wrote: read with care, kept as far as it makes sense.

Whatever cannot be used is said in words; nothing is invented. What the linter can say (a gap, a
character nobody defined) is left in the plan for the linter, which can offer a fix.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from pipeline.errors import BadInput, OutOfBounds
from pipeline.model import Character, Frozen, Location, ScenePlan, Shot, Slot, Style, Treatment

LARGEST_BYTES = 2_000_000
MOST_SHOTS = 2_000
MOST_SUBJECTS = 200
_FRAME = {"purpose": "narrative", "size": "MS", "angle": "eye", "movement": "static", "action": ""}
WAY_OUT = "Export a plan here to see the form, then adapt yours."


@dataclass(frozen=True)
class Imported:
    """The plan as far as it could be read, and what could not, in words."""

    plan: ScenePlan
    findings: tuple[str, ...]


def import_plan(data: bytes | str, slots: Sequence[Slot]) -> Imported:
    """Read a plan written as JSON.

    Args:
        data: A plan, or a project or export that holds one under ``plan``.
        slots: The slots it shall fill. Shots without a known slot id are matched by their order.

    Raises:
        BadInput: It is not JSON, or holds no shots.
        OutOfBounds: It is larger than 2 MB.
    """
    document = _document(data)
    said: list[str] = []
    rows = document.get("shots")
    if not isinstance(rows, list) or not rows:
        raise BadInput("This file holds no shots.", WAY_OUT)
    if len(rows) > MOST_SHOTS:
        said.append(f"Only the first {MOST_SHOTS} of {len(rows)} shots were read.")
    plan = ScenePlan(
        treatment=_part(Treatment, document.get("treatment"), said) or Treatment(),
        style=_part(Style, document.get("style"), said) or Style(),
        characters=tuple(_subjects(Character, document.get("characters"), said)),
        locations=tuple(_subjects(Location, document.get("locations"), said)),
        shots=tuple(_shots(rows[:MOST_SHOTS], slots, said)),
        planner="imported",
        remarks=("Imported from a file.",),
    )
    said += _gaps(plan, slots)
    said += _undefined(plan)
    return Imported(plan, tuple(said))


def _document(data: bytes | str) -> dict[str, Any]:
    if len(data) > LARGEST_BYTES:
        raise OutOfBounds("This file is larger than 2 MB.", WAY_OUT)
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadInput("This file is not JSON.", WAY_OUT) from error
    inner = found.get("plan") if isinstance(found, dict) else None
    document = inner if isinstance(inner, dict) else found
    if not isinstance(document, dict):
        raise BadInput("This file holds no plan.", WAY_OUT)
    return document


def _part(made: type[Frozen], row: Any, said: list[str], name: str = "") -> Any:
    """The value as far as its fields are valid, or None; what was left out is said."""
    if not isinstance(row, dict):
        return None
    fields = {key: value for key, value in row.items() if key in made.model_fields}
    label = name or made.__name__.lower()
    unknown = sorted(str(key)[:40] for key in set(row) - set(fields))
    if unknown:
        said.append(f"{label}: not known here and left out: {', '.join(unknown[:5])}.")
    while True:
        try:
            return made.model_validate(fields)
        except ValidationError as error:
            wrong = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]} & set(fields)
            if not wrong:
                missing = ", ".join(str(f["loc"][0]) for f in error.errors() if f["loc"])
                said.append(f"{label}: left out, because it lacks {missing or 'what it needs'}.")
                return None
            said.append(f"{label}: {', '.join(sorted(wrong))} could not be read and was left out.")
            fields = {key: value for key, value in fields.items() if key not in wrong}


def _subjects(made: type[Frozen], rows: Any, said: list[str]) -> Iterator[Any]:
    seen: set[str] = set()
    for number, row in enumerate((rows if isinstance(rows, list) else [])[:MOST_SUBJECTS], 1):
        one = _part(made, row, said, f"{made.__name__} {number}")
        if one is None:
            continue
        if one.id in seen:
            said.append(f"Two {made.__name__.lower()}s share the id “{one.id}”; the first is kept.")
            continue
        seen.add(one.id)
        yield one


def _shots(rows: Sequence[Any], slots: Sequence[Slot], said: list[str]) -> Iterator[Shot]:
    known = {slot.id for slot in slots}
    named = {row.get("slot_id") for row in rows if isinstance(row, dict)} & known
    left = [slot.id for slot in slots if slot.id not in named]
    used: set[str] = set()
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            said.append(f"Shot {number} is not a shot and was left out.")
            continue
        slot_id = _slot_of(row, number, known, left, said)
        if slot_id in used:
            said.append(f"Shot {number} fills a slot that is filled already; the first is kept.")
            continue
        shot = _part(Shot, {**_FRAME, **row, "slot_id": slot_id}, said, f"Shot {number}")
        if slot_id and shot is None:
            shot = _part(Shot, {**_FRAME, **_readable(row), "slot_id": slot_id}, said, "")
        if slot_id and shot is not None:
            used.add(slot_id)
            yield shot


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    """The plain texts of a row whose terms are not ours."""
    return {key: row[key] for key in ("action", "light") if isinstance(row.get(key), str)}


def _slot_of(
    row: dict[str, Any], number: int, known: set[str], left: list[str], said: list[str]
) -> str:
    """The shot's own slot, or the next slot in order that no shot names."""
    own = row.get("slot_id")
    if isinstance(own, str) and own in known:
        return own
    if not left:
        said.append(f"Shot {number} has no slot in this song and was left out.")
        return ""
    return left.pop(0)


def _gaps(plan: ScenePlan, slots: Sequence[Slot]) -> Iterator[str]:
    filled = {shot.slot_id for shot in plan.shots}
    empty = [str(slot.index + 1) for slot in slots if slot.id not in filled]
    if empty:
        yield f"{len(empty)} slots have no shot: {', '.join(empty[:12])}."


def _undefined(plan: ScenePlan) -> Iterator[str]:
    known = {one.id for one in plan.characters}
    shown = {one for shot in plan.shots for one in (*shot.character_ids, shot.singer) if one}
    for name in sorted(shown - known):
        yield f"Nobody defined the character “{name[:40]}” whom some shots show."
