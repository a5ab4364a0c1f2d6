"""How long slots may be, given the models that a project uses."""

from __future__ import annotations

from pipeline.cuts.limits import SlotLimits
from pipeline.money.catalogue import Catalogue
from pipeline.project import PREVIEW_MODEL, Project

SHORTEST_S = 1.0
LONGEST_S = 10.0
"""Longer than this a single shot is no music video any more, whatever the model can do."""
PRICE_WEIGHT = 1.0


def models_of(project: Project) -> tuple[str, ...]:
    """Keys of the video models that fill whole sections or the film, the default first."""
    choices = (project.model, *project.section_models.values())
    named = [choice.model for choice in choices if choice.model]
    return tuple(dict.fromkeys(named or [PREVIEW_MODEL]))


def limits_of(project: Project, catalogue: Catalogue) -> SlotLimits:
    """Limits that every model of the project can serve; bought lengths are the default's.

    A model that the catalogue does not know (any more) sets no limit: its quote says what is
    wrong, and the project can still be opened and given another one.
    """
    known = [catalogue.models.get(key) for key in models_of(project)]
    models = [model for model in known if model] or [catalogue.get(PREVIEW_MODEL)]
    longest_s = min([LONGEST_S, *(model.longest_s for model in models)])
    return SlotLimits(
        min_s=min(SHORTEST_S, longest_s),
        max_s=longest_s,
        buyable_s=models[0].durations_s,
        price_weight=0.0 if models[0].free else PRICE_WEIGHT,
    )
