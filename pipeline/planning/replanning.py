"""A new plan beside the old one: what is kept, and what differs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pipeline.model import Frozen, ScenePlan, Shot, Swatch
from pipeline.planning.inputs import with_locks

PLAIN_NAMES = {
    "character_ids": "characters",
    "location_id": "location",
    "lyric_cue": "lyric cue",
    "time_of_day": "time of day",
    "planned_s": "written for",
}
SILENT = frozenset({"planned_s", "locked", "id", "slot_id", "energy"})
SHOWN_LETTERS = 160


@dataclass(frozen=True)
class Change:
    """One difference. ``scope`` is shot, character, location, style or treatment."""

    scope: str
    id: str
    field: str
    before: str
    after: str

    @property
    def words(self) -> str:
        """The change as a sentence without a full stop."""
        name = PLAIN_NAMES.get(self.field, self.field)
        if not self.field:
            return f"{self.after or self.before} {'is new' if self.after else 'is gone'}"
        if not self.before:
            return f"{name}: {self.after}"
        return f"{name}: {self.before} → {self.after or 'nothing'}"


def merged(old: ScenePlan, new: ScenePlan, slot_ids: Collection[str] | None = None) -> ScenePlan:
    """The new plan for some slots (all when None), with everything that the old one holds locked.

    A partial replan keeps the old treatment and style. Characters that are locked, or that a
    shot still shows, stay; a new description never replaces a locked one.
    """
    chosen = None if slot_ids is None else set(slot_ids)
    before = {shot.slot_id: shot for shot in old.shots}
    after = {shot.slot_id: shot for shot in new.shots}
    order = list(dict.fromkeys([*after, *before] if chosen is None else [*before, *after]))
    shots = tuple(
        shot for slot_id in order if (shot := _one(slot_id, before, after, chosen)) is not None
    )
    base = new if chosen is None else old
    return ScenePlan.model_validate(
        {
            **dict(base),
            "style": {**dict(base.style), "words": old.style.words or new.style.words},
            "characters": _cast(old, new, shots, chosen is None),
            "locations": _places(old, new, shots, chosen is None),
            "shots": shots,
        }
    )


def difference(old: ScenePlan | None, new: ScenePlan) -> tuple[Change, ...]:
    """What a person would want to know before taking the new plan, shot by shot."""
    if old is None:
        return ()
    found = [*_fields("treatment", "", old.treatment, new.treatment)]
    found += _fields("style", "", old.style, new.style)
    found += _subjects("character", old.characters, new.characters)
    found += _subjects("location", old.locations, new.locations)
    before = {shot.slot_id: shot for shot in old.shots}
    for shot in new.shots:
        if shot.slot_id in before:
            found += _fields("shot", shot.slot_id, before[shot.slot_id], shot)
        else:
            found.append(Change("shot", shot.slot_id, "", "", _short(shot.action)))
    gone = set(before) - {shot.slot_id for shot in new.shots}
    found += [Change("shot", one, "", _short(before[one].action), "") for one in sorted(gone)]
    return tuple(found)


def _one(
    slot_id: str, before: dict[str, Shot], after: dict[str, Shot], chosen: set[str] | None
) -> Shot | None:
    old, new = before.get(slot_id), after.get(slot_id)
    if new is None or (chosen is not None and slot_id not in chosen):
        kept = old is not None and (chosen is not None or bool(old.locked))
        return old if kept else None
    return with_locks(new, old)


def _cast(old: ScenePlan, new: ScenePlan, shots: Sequence[Shot], whole: bool) -> list[object]:
    shown = {one for shot in shots for one in (*shot.character_ids, shot.singer)}
    return _joined(old.characters, new.characters, shown, whole)


def _places(old: ScenePlan, new: ScenePlan, shots: Sequence[Shot], whole: bool) -> list[object]:
    return _joined(old.locations, new.locations, {shot.location_id for shot in shots}, whole)


def _joined(
    old: Sequence[object], new: Sequence[object], used: set[str], whole: bool
) -> list[object]:
    """Old and new subjects by id: the old one where it is locked or the replan is partial."""
    before = {getattr(one, "id", ""): one for one in old}
    after = {getattr(one, "id", ""): one for one in new}
    kept: dict[str, object] = {}
    for name in dict.fromkeys([*before, *after]):
        prior, fresh = before.get(name), after.get(name)
        if prior is not None and (getattr(prior, "locked", False) or not whole):
            kept[name] = prior
        elif fresh is not None and (whole or name in used):
            kept[name] = fresh
        elif name in used and prior is not None:
            kept[name] = prior
    return list(kept.values())


def _fields(scope: str, name: str, old: Frozen, new: Frozen) -> Iterator[Change]:
    for field in type(old).model_fields:
        before, after = getattr(old, field), getattr(new, field)
        if field not in SILENT and before != after:
            yield Change(scope, name, field, _short(_plain(before)), _short(_plain(after)))


def _subjects(scope: str, old: Sequence[Frozen], new: Sequence[Frozen]) -> Iterator[Change]:
    before = {str(getattr(one, "id", "")): one for one in old}
    after = {str(getattr(one, "id", "")): one for one in new}
    for name in dict.fromkeys([*before, *after]):
        if name in before and name in after:
            yield from _fields(scope, name, before[name], after[name])
        elif name in after:
            yield Change(scope, name, "", "", str(getattr(after[name], "name", name)))
        else:
            yield Change(scope, name, "", str(getattr(before[name], "name", name)), "")


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(one.hex if isinstance(one, Swatch) else str(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_LETTERS else text[:SHOWN_LETTERS].rsplit(" ", 1)[0] + " …"
