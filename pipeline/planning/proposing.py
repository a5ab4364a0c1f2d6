"""A new plan for some shots, held beside the present one until the person takes it."""

from __future__ import annotations

from collections.abc import Collection

from pipeline.errors import RefusedEdit
from pipeline.model import ScenePlan
from pipeline.planning.inputs import PlanInputs
from pipeline.planning.offline import plan_offline
from pipeline.planning.replanning import merged
from pipeline.project import Project, changed


def inputs_for(
    inputs: PlanInputs, present: ScenePlan | None, slot_ids: Collection[str], take: int
) -> PlanInputs:
    """What a planner gets to write some shots anew.

    Args:
        inputs: The song's facts and what is locked.
        present: The plan as it stands; None when there is none.
        slot_ids: The shots to be written; all that are not locked when empty. For some shots the
            rest of the film stands still: its shots, cast, places and style are given as kept.
        take: Another number gives another offline plan.
    """
    if present is None or not slot_ids:
        return inputs.model_copy(update={"take": take})
    shots = tuple(
        shot if shot.slot_id in slot_ids else shot.model_copy(update={"locked": ("*",)})
        for shot in present.shots
    )
    return inputs.model_copy(
        update={
            "shots": tuple(shot for shot in shots if shot.locked),
            "characters": present.characters,
            "locations": present.locations,
            "style": present.style.model_copy(update={"words": inputs.style.words}),
            "take": take,
        }
    )


def offline_proposal(
    inputs: PlanInputs, present: ScenePlan | None, slot_ids: Collection[str], take: int
) -> ScenePlan:
    """What the offline planner would change; everything locked is as before."""
    fresh = plan_offline(inputs_for(inputs, present, slot_ids, take))
    return beside(present, fresh, slot_ids)


def beside(present: ScenePlan | None, fresh: ScenePlan, slot_ids: Collection[str]) -> ScenePlan:
    """A fresh plan as a proposal to a present one."""
    return fresh if present is None else merged(present, fresh, set(slot_ids) or None)


def proposed(project: Project, proposal: ScenePlan) -> Project:
    return changed(project, proposal=proposal)


def taken(project: Project) -> Project:
    """The project with its proposal as its plan.

    Raises:
        RefusedEdit: Nothing is proposed (any more).
    """
    if project.proposal is None:
        raise RefusedEdit("There is no proposal (any more).", "Replan again.")
    return changed(project, plan=project.proposal, proposal=None)


def discarded(project: Project) -> Project:
    return changed(project, proposal=None)
