"""What the parts of the plan page share: the studio, the project as seen, and how to edit it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pages.parts import errors
from pipeline.errors import RefusedEdit
from pipeline.model import ScenePlan, Shot, Slot
from pipeline.planning.inputs import PlanInputs
from pipeline.project import Project, changed

if TYPE_CHECKING:
    from pipeline.studio import ProjectView, Studio

CHOSEN = "plan_chosen"


def edit_project(
    studio: Studio, project_id: str, label: str, change: Callable[[Project], Project]
) -> None:
    """Change a project as it is now; a refusal is shown at the top of the next run."""
    with errors.shown(later=True):
        present = studio.project(project_id)
        studio.change(project_id, present.revision, label, change)


def on_plan(change: Callable[[ScenePlan], ScenePlan]) -> Callable[[Project], Project]:
    """An edit of the plan as an edit of its project; refused where there is no plan."""

    def on_project(project: Project) -> Project:
        if project.plan is None:
            raise RefusedEdit("There is no plan (any more).", "Plan the shots first.")
        return changed(project, plan=change(project.plan))

    return on_project


@dataclass(frozen=True)
class Desk:
    """The page's hands. Every edit can be undone."""

    studio: Studio
    view: ProjectView

    @property
    def project(self) -> Project:
        return self.view.project

    @property
    def plan(self) -> ScenePlan | None:
        return self.view.plan

    @property
    def inputs(self) -> PlanInputs:
        """The song's facts and what is locked, as any planner gets them."""
        return self.studio.derivation(self.project).plan_inputs

    def shot(self, slot: Slot) -> Shot | None:
        shots = self.plan.shots if self.plan else ()
        return next((shot for shot in shots if shot.slot_id == slot.id), None)

    def edit(self, label: str, change: Callable[[Project], Project]) -> None:
        edit_project(self.studio, self.project.id, label, change)

    def edit_plan(self, label: str, change: Callable[[ScenePlan], ScenePlan]) -> None:
        self.edit(label, on_plan(change))
