"""What notebooks and scripts call to begin: the same studio as the app's."""

from __future__ import annotations

from pathlib import Path

from pipeline.model import ScenePlan
from pipeline.planning.choosing import Planner, with_planner
from pipeline.settings import read_settings
from pipeline.studio import Studio, open_studio


def open_here(home: Path | None = None) -> Studio:
    """A studio in a folder, doing its work in this process.

    Args:
        home: The studio's folder; ``STUDIO_HOME`` or ``.studio`` when None.
    """
    return open_studio(read_settings(home=home))


def plan_with(
    studio: Studio, project_id: str, planner: Planner = "openai", model: str = ""
) -> ScenePlan | None:
    """Plan a project's film, with any language model that you may use.

    Args:
        studio: The open studio.
        project_id: Whose film.
        planner: ``offline``, or ``openai`` for OpenAI and every server that speaks like it.
        model: The model's name; empty for the usual one. One that the catalogue does not know
            needs ``OPENAI_PRICE_USD_PER_MILLION``.

    Raises:
        BadInput: The model's price is not known.
        CredentialsRefused: There is no key.
    """
    project = studio.project(project_id)
    label = "Who plans"
    studio.change(
        project_id, project.revision, label, lambda one: with_planner(one, planner, model)
    )
    studio.make(project_id, "plan")
    return studio.view(project_id).plan
