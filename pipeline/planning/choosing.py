"""Who writes a project's plan: the one rule for the command line, notebooks and pages."""

from __future__ import annotations

from typing import Literal

from pipeline.planning.pricing import price_of
from pipeline.project import Project, changed

LONGEST_NAME = 80
Planner = Literal["offline", "openai"]


def with_planner(project: Project, planner: Planner | None, model: str | None) -> Project:
    """The project with another planner; its plan goes where another would write it.

    Args:
        project: The project as it is.
        planner: Who plans; None keeps the present one, or takes a language model if one is named.
        model: Name of a language model at its vendor or on a server of one's own; None keeps the
            present one, empty the usual one.

    Raises:
        BadInput: The model's price is not known; the error says how to set it.
    """
    chosen = planner or ("openai" if model else project.planner)
    name = project.planner_model if model is None else model.strip()[:LONGEST_NAME]
    if chosen == "openai" and name:
        price_of(name)
    another = chosen != project.planner or (chosen == "openai" and name != project.planner_model)
    plan = None if another else project.plan
    return changed(project, planner=chosen, planner_model=name, plan=plan)
