"""The plan: brief and style, the shots as a table, one shot's card, and what the linter says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import (
    errors,
    plan_actions,
    plan_brief,
    plan_card,
    plan_findings,
    plan_table,
    progress,
)
from pages.parts.media import nothing
from pages.parts.nav import go
from pages.parts.opening import open_page
from pages.parts.plan_desk import Desk

if TYPE_CHECKING:
    from pipeline.studio import ProjectView, Studio

CSS = Path(__file__).parent / "parts" / "plan.css"


@st.fragment(key="shots")
def shots(studio: Studio, view: ProjectView) -> None:
    """Findings, buttons, table and card: a click in the table redraws these alone."""
    if studio.project(view.project.id).revision != view.project.revision:
        st.rerun()
    errors.draw_kept()
    desk = Desk(studio, view)
    with st.container(key="plan_shots"):
        middle, right = st.columns([9, 5], gap="medium")
    with middle:
        actions = st.container()
        plan_findings.draw(desk)
        chosen = plan_table.draw(desk)
        with actions:
            plan_actions.draw(desk, chosen)
            watch(studio, view)
    with right, st.container(border=True, key="shot_card"):
        plan_card.draw(desk, chosen)


def watch(studio: Studio, view: ProjectView) -> None:
    """While a model plans, its shots appear as they are written."""
    working = view.project.planner == "openai" and progress.active(studio.run(view.project.id))
    if working:
        st.fragment(plan_actions.writing, run_every=progress.POLL_S, key="writing")(
            Desk(studio, view)
        )


studio, view = open_page("plan")
if not view.slots:
    nothing(
        "No cuts yet",
        "A plan gives every cut of the song its shot. Hear the song first; it is free.",
    )
    if st.button("To the song", icon=":material/graphic_eq:", type="primary"):
        go("song", view.project.id)
    st.stop()

st.html(CSS)
with st.container(key="plan_columns"):
    left, rest = st.columns([4, 15], gap="medium")
with left, errors.shown():
    plan_brief.draw(Desk(studio, view))
with rest, errors.shown():
    shots(studio, view)
