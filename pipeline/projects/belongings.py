"""What was bought for a project, as it travels with it: takes and reference pictures.

Both are written under ids that hold the project's own, so they get new ones where they arrive.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError, model_validator

from pipeline.bench import as_stored
from pipeline.buying.ordering import Draft
from pipeline.buying.stills import still_key
from pipeline.buying.takes import Take, take_id
from pipeline.errors import BadInput
from pipeline.model import Frozen, Still
from pipeline.project import Project, changed

if TYPE_CHECKING:
    from pipeline.workshop import Workshop

MOST_TAKES = 2_000
MOST_USD_MICRO = 1_000_000_000
LONGEST_S = 600.0
ID_LENGTH, MODEL_LENGTH = 32, 60


class BoughtTake(Take):
    """A take with its clip, within the bounds that any studio's tables keep."""

    @model_validator(mode="after")
    def _is_sane(self) -> BoughtTake:
        fits = len(self.slot_id) <= ID_LENGTH and len(self.model) <= MODEL_LENGTH
        priced = 0 <= self.price_usd_micro <= MOST_USD_MICRO and 0 <= self.stars <= 5
        if not (fits and priced and 0 < self.number <= MOST_TAKES and self.clip):
            raise ValueError("no take of any studio")
        if self.order and not _could_be(Draft.model_validate(self.order)):
            raise ValueError("no order of any studio")
        return self


class Belongings(Frozen):
    """What was bought; ``stills`` is keyed by the subject that a picture shows."""

    takes: Annotated[tuple[BoughtTake, ...], Field(max_length=MOST_TAKES)] = ()
    stills: Annotated[dict[str, Still], Field(max_length=MOST_TAKES)] = {}


def _could_be(draft: Draft) -> bool:
    return 0 < draft.duration_s <= LONGEST_S and 0 <= draft.price_usd_micro <= MOST_USD_MICRO


def belongings_of(studio: Workshop, project: Project) -> Belongings:
    """Every take whose file is there, and the bought picture of every subject and start frame.

    An order of another time, which this studio cannot read, is left behind, and so is a picture
    of an order that is no longer stored: the clip that came of it is what was paid for.

    Raises:
        BadInput: They are more than a zip carries.
    """
    landed = [
        BoughtTake.model_validate({**dict(take), "order": _order_of(studio, take)})
        for takes in studio.takes.of_project(project.id).values()
        for take in takes
        if take.clip and studio.store.blobs.holds(as_stored(take.clip.blob))
    ]
    if len(landed) > MOST_TAKES:
        raise BadInput(
            f"This project has {len(landed):,} takes, and a zip carries {MOST_TAKES:,}.",
            "Take its film and clips along as a bundle (Film page), or copy the studio's folder.",
        )
    look = studio.derivation(project)
    shown = (*look.pictures.subjects, *look.pictures.frames)
    stills = {one: still for one in shown if (still := look.pictures.bought(one))}
    return Belongings(takes=tuple(landed), stills=stills)


def _order_of(studio: Workshop, take: Take) -> dict[str, Any]:
    try:
        draft = Draft.model_validate(take.order)
    except ValidationError:
        return {}
    if not _could_be(draft):
        return {}
    lies_here = {one.digest for one in draft.pictures if studio.store.blobs.holds(as_stored(one))}
    return draft.model_copy(
        update={
            "start": draft.start if draft.start and draft.start.digest in lies_here else None,
            "end": draft.end if draft.end and draft.end.digest in lies_here else None,
            "references": tuple(one for one in draft.references if one.digest in lies_here),
        }
    ).model_dump(mode="json")


def settle_in(studio: Workshop, project: Project, bought: Belongings) -> Project:
    """Write what was bought under a project's new id; returns it with its picks renamed."""
    renamed = {}
    for take in bought.takes:
        renamed[take.id] = take_id(project.id, f"{take.slot_id}/{take.number}")
        fields = {**dict(take), "id": renamed[take.id], "project_id": project.id, "state": "done"}
        studio.takes.add(Take.model_validate(fields))
    look = studio.derivation(project)
    shown = {*look.pictures.subjects, *look.pictures.frames}
    for subject in shown & set(bought.stills if project.image_model else ()):
        key = still_key(project.id, look.pictures.inputs(subject), project.image_model)
        studio.stills.add(key, project.id, bought.stills[subject], time.time())
    picks = {slot_id: renamed.get(pick, pick) for slot_id, pick in project.picks.items()}
    return changed(project, picks=picks)
