"""The header of every page: title, money, steps with their state, and what runs now.

One keyed fragment. It polls while work runs, redraws itself alone, and lets the page run once
when the work has ended.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors, nav, progress
from pages.parts.states import mark, usd

if TYPE_CHECKING:
    from pipeline.studio import ProjectView, StepState, Studio

CSS = Path(__file__).with_name("studio.css")


def style() -> None:
    """The few rules that Streamlit's theme has no word for."""
    st.html(CSS)


def draw(studio: Studio, view: ProjectView, step: str) -> None:
    """Draw the header of an open project.

    Args:
        studio: The studio.
        view: The project as this run of the page sees it.
        step: Name of the page that is open.
    """
    polls = progress.every(studio, view.project.id)
    fragment = st.fragment(_live, run_every=polls, key="header")
    with st.container(key="header", gap="small"):
        fragment(studio, view.project.id, step, polls is not None)
    errors.draw_kept()


def _live(studio: Studio, project_id: str, step: str, polling: bool) -> None:
    with errors.shown():
        run = studio.run(project_id)
        if polling and not progress.active(run):
            st.rerun()
        view = studio.view(project_id)
        st.html(_title(view))
        with st.container(key="steps", horizontal=True, gap="xsmall", vertical_alignment="center"):
            for state in view.steps:
                _link(state, project_id)
        if run is not None:
            _run(studio, view, polling)


def _title(view: ProjectView) -> str:
    totals = view.totals
    money = (
        f"<span><b>{usd(totals.spent)}</b> spent</span><span><b>{usd(totals.held)}</b> held</span>"
        f"<span><b>{usd(totals.left)}</b> left</span>"
    )
    title = escape(view.project.title)
    return f'<div class="titles"><h1>{title}</h1><div class="meter">{money}</div></div>'


def _link(state: StepState, project_id: str) -> None:
    known = {entry.name for entry in nav.entries()}
    if state.name not in known:
        return
    st.page_link(
        nav.path_of(state.name),
        label=f"{state.title} {_aside(state)}",
        icon=mark(state.state).icon,
        help=state.why or None,
        query_params={nav.PROJECT: project_id},
    )


def _aside(state: StepState) -> str:
    """What stands beside a step's title: a count while it is partly done, else its word."""
    counted = state.total > 1 and state.done < state.total and state.state != "empty"
    sign = mark(state.state)
    words = f"{state.done}/{state.total}" if counted else sign.word
    return f":{sign.colour}[{words}]"


def _run(studio: Studio, view: ProjectView, polling: bool) -> None:
    run = studio.run(view.project.id)
    if run is None:
        return
    if not polling:
        st.html(progress.failures(run) or "<i></i>")
        return
    shown, stop = st.columns([1, 0.12], vertical_alignment="center")
    with shown:
        progress.draw(run)
    stop.button(
        "Cancel", key="cancel_run", icon=":material/close:", on_click=_cancel, args=(studio, view)
    )


def _cancel(studio: Studio, view: ProjectView) -> None:
    with errors.shown(later=True):
        studio.cancel(view.project.id)
