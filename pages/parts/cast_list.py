"""The list of the cast: one row for each character and place, and how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts.cast_card import Desk, Subject
from pipeline.cast import appearance, verdict_of
from pipeline.model import Character, ScenePlan
from pipeline.planning.edits import add_character, add_location

if TYPE_CHECKING:
    from pipeline.views import ProjectView

CHOSEN = "cast_chosen"
GRADES = {"good": "complete", "warn": "consider", "error": "settle"}


def subjects(plan: ScenePlan) -> tuple[Subject, ...]:
    """Characters, then places."""
    return (*plan.characters, *plan.locations)


def chosen(desk: Desk, view: ProjectView) -> Subject | None:
    """Draw the table; returns the row that is open, the first one at the beginning."""
    if view.plan is None:
        return None
    everyone = subjects(view.plan)
    if not everyone:
        return None
    st.dataframe(
        [_row(view, one) for one in everyone],
        key=f"cast_table_{desk.project_id}",
        hide_index=True,
        on_select=lambda: _select(desk, everyone),
        selection_mode="single-row",
        height="content",
    )
    wanted = st.session_state.get(f"{CHOSEN}_{desk.project_id}", "")
    return next((one for one in everyone if one.id == wanted), everyone[0])


def _select(desk: Desk, everyone: tuple[Subject, ...]) -> None:
    rows = st.session_state[f"cast_table_{desk.project_id}"].selection.rows
    if rows and rows[0] < len(everyone):
        st.session_state[f"{CHOSEN}_{desk.project_id}"] = everyone[rows[0]].id


def _row(view: ProjectView, one: Subject) -> dict[str, Any]:
    plan = view.plan
    shown = appearance(plan, view.slots, one.id) if plan else None
    return {
        "Name": one.name,
        "Text": GRADES[verdict_of(one).verdict] if isinstance(one, Character) else "place",
        "Picture": _picture_state(view, one.id),
        "Shots": len(shown.slots) if shown else 0,
    }


def _picture_state(view: ProjectView, ident: str) -> str:
    choice = view.project.references.get(ident)
    if choice is not None and choice.approved:
        return "approved"
    has = ident in view.stills or (choice is not None and choice.blob is not None)
    return "open" if has else "none"


def additions(desk: Desk) -> None:
    """Buttons that add a character or a place, and open it."""
    with st.container(horizontal=True):
        if st.button("Character", icon=":material/person_add:", key="add_character"):
            desk.edit_plan("Add a character", lambda plan: add_character(plan, "New character", ""))
            _open_last(desk, "characters")
        if st.button("Place", icon=":material/add_location:", key="add_place"):
            desk.edit_plan("Add a place", lambda plan: add_location(plan, "New place", ""))
            _open_last(desk, "locations")


def _open_last(desk: Desk, where: str) -> None:
    plan = desk.project().plan
    if plan is not None and getattr(plan, where):
        st.session_state[f"{CHOSEN}_{desk.project_id}"] = getattr(plan, where)[-1].id
    st.rerun()
