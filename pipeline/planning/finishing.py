"""From a draft to a plan: what the model left open is filled by the offline planner, and said."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Location, ScenePlan, Shot, Style, Swatch
from pipeline.planning.drafting import Draft
from pipeline.planning.offline import plan_offline

FEWEST_SWATCHES = 4


def finished_plan(draft: Draft, planner: str, remarks: Sequence[str]) -> ScenePlan:
    """One shot per slot, one style, every id defined."""
    said = list(remarks)
    holes = {slot.id for slot in draft.missing(draft.inputs.slots)}
    offline = _offline(draft) if holes or not _has_palette(draft) else None
    shots = _shots(draft, offline, said)
    given = draft.inputs.style
    return ScenePlan(
        treatment=draft.treatment,
        style=Style(
            words=given.words,
            look=given.look or draft.look,
            light=given.light or draft.light,
            palette=_palette(draft, offline, said),
        ),
        characters=tuple(draft.characters.values()),
        locations=_locations(draft, offline, shots),
        shots=shots,
        planner=planner[:120],
        remarks=tuple(dict.fromkeys(said)),
    )


def _offline(draft: Draft) -> ScenePlan:
    """The offline planner's view of the same film, its cast and places as they stand."""
    kept = {
        "characters": tuple(draft.characters.values()),
        "locations": tuple(draft.locations.values()),
        "shots": tuple(draft.locks.values()),
    }
    return plan_offline(draft.inputs.model_copy(update=kept))


def _shots(draft: Draft, offline: ScenePlan | None, said: list[str]) -> tuple[Shot, ...]:
    filled = {shot.slot_id: shot for shot in offline.shots} if offline else {}
    holes = draft.missing(draft.inputs.slots)
    if holes:
        numbers = ", ".join(str(slot.index + 1) for slot in holes)
        said.append(f"Filled by the offline planner: slots {numbers}.")
    return tuple(draft.shots.get(slot.id) or filled[slot.id] for slot in draft.inputs.slots)


def _locations(
    draft: Draft, offline: ScenePlan | None, shots: Sequence[Shot]
) -> tuple[Location, ...]:
    used = {shot.location_id for shot in shots}
    added = [one for one in (offline.locations if offline else ()) if one.id in used]
    found = {one.id: one for one in added} | draft.locations
    return tuple(found.values())


def _has_palette(draft: Draft) -> bool:
    return bool(draft.inputs.style.palette) or len(draft.palette) >= FEWEST_SWATCHES


def _palette(draft: Draft, offline: ScenePlan | None, said: list[str]) -> tuple[Swatch, ...]:
    if draft.inputs.style.palette:
        return draft.inputs.style.palette
    if _has_palette(draft) or offline is None:
        return draft.palette
    said.append("The model gave too few colours; the palette is the offline planner's.")
    return offline.style.palette
