"""How long slots may be, given the models that a project uses."""

from __future__ import annotations

from pipeline.project import PREVIEW_MODEL, Project

MIN_S = 1.0
PREVIEW_MAX_S = 9.0
SLOWEST = 1.25
"""A take may be slowed down to fill a slot; see the composer."""


def models_of(project: Project) -> tuple[str, ...]:
    """Keys of every video model that the project's decisions name, the default first."""
    choices = (project.model, *project.section_models.values(), *project.shot_models.values())
    named = [choice.model for choice in choices if choice.model]
    return tuple(dict.fromkeys(named or [PREVIEW_MODEL]))
