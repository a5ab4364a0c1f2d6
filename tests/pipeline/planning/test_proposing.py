"""A new plan waits beside the present one until it is taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.errors import RefusedEdit
from pipeline.model import ScenePlan, Slot
from pipeline.planning.inputs import PlanInputs
from pipeline.planning.lint import lint
from pipeline.planning.proposing import discarded, offline_proposal, proposed, taken
from pipeline.project import Project, new_project_id

Song = Callable[..., tuple[Slot, ...]]
Facts = Callable[..., PlanInputs]
Planner = Callable[..., ScenePlan]


def project_with(plan: ScenePlan) -> Project:
    return Project(id=new_project_id(), title="t", created_at="now", plan=plan)


def test_one_shot_is_proposed_anew_and_the_rest_stands_still(
    song: Song, facts: Facts, plan_for: Planner
) -> None:
    present, chosen = plan_for(), "slot007"
    proposal = offline_proposal(facts(song()), present, {chosen}, 5)
    differing = [
        old.slot_id for old, new in zip(present.shots, proposal.shots, strict=True) if old != new
    ]
    assert differing == [chosen]
    assert not [finding for finding in lint(proposal, song()) if finding.level == "hard"]


def test_a_whole_proposal_keeps_what_is_locked(song: Song, facts: Facts, plan_for: Planner) -> None:
    present = plan_for()
    kept = present.shots[3].model_copy(update={"locked": ("*",)})
    shots = (*present.shots[:3], kept, *present.shots[4:])
    present = present.model_copy(update={"shots": shots})
    proposal = offline_proposal(facts(song(), shots=(kept,)), present, (), 5)
    assert proposal.shots[3] == kept
    assert proposal.shots != present.shots


def test_a_proposal_is_taken_once_or_left(plan_for: Planner) -> None:
    before, after = plan_for(), plan_for(take=2)
    waiting = proposed(project_with(before), after)
    assert waiting.plan == before
    assert taken(waiting).plan == after
    assert discarded(waiting).plan == before
    with pytest.raises(RefusedEdit):
        taken(taken(waiting))
