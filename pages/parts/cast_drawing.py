"""Who draws the reference pictures, and what that costs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from pipeline.money.catalogue import Model
from pipeline.money.prices import price
from pipeline.money.usd import exact
from pipeline.project import Project, changed

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.studio import Studio
    from pipeline.views import ProjectView

    Edit = Callable[[str, Callable[[Project], Project]], object]

STUDIO = ""
"""The project's name for the studio itself, which draws free."""
DRAWN_HERE = "The studio · free"


def models(studio: Studio) -> dict[str, Model | None]:
    """Image models on sale by key; the studio itself, free, first."""
    today = datetime.now(UTC).date()
    bought = {
        model.key: model
        for model in studio.catalogue.of_kind("image")
        if not model.free and model.lifecycle_on(today).stage != "retired"
    }
    return {STUDIO: None, **bought}


def choose(
    studio: Studio, project: Project, edit: Edit, place: str, nobody: str = DRAWN_HERE
) -> Model | None:
    """Draw the choice; None where the studio draws.

    Args:
        studio: Whose catalogue.
        project: What is chosen now.
        edit: Changes the project, under a label.
        place: Where it stands on the page, as several places may show it.
        nobody: What is said where no model is chosen.
    """
    offered = models(studio)
    key = f"image_model_{place}_{project.id}"
    present = project.image_model if project.image_model in offered else STUDIO
    st.session_state[key] = present

    def decide() -> None:
        edit("Who draws the pictures", lambda now: changed(now, image_model=st.session_state[key]))

    st.selectbox(
        "Drawn by",
        list(offered),
        key=key,
        format_func=lambda one: _named(offered[one]) or nobody,
        help="Holds for all pictures of this film. A bought picture shows the face; the studio's "
        "own is a card that marks the place.",
        on_change=decide,
    )
    return offered[present]


def missing(view: ProjectView, model: Model | None) -> tuple[str, ...]:
    """Ids of characters and places of which the chosen hand has drawn no picture yet.

    Whoever has a picture of the person's own, or an approved one, is left out.
    """
    if view.plan is None:
        return ()
    own = {ident for ident, choice in view.project.references.items() if choice.blob is not None}
    ids = (
        *(one.id for one in view.plan.characters),
        *(one.id for one in view.plan.locations),
    )
    return tuple(ident for ident in ids if ident not in own and not _drawn(view, ident, model))


def _drawn(view: ProjectView, ident: str, model: Model | None) -> bool:
    still = view.stills.get(ident)
    return still is not None and (model is None or still.made_by == model.name)


def cost_usd_micro(model: Model | None, pictures: int) -> int:
    """What so many pictures cost, in micro-dollars; nothing by the studio."""
    return pictures * price(model, 0.0, model.resolutions[0]) if model else 0


def _named(model: Model | None) -> str:
    if model is None:
        return ""
    return f"{model.name} · {exact(cost_usd_micro(model, 1))} each"
