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
from pages.parts.states import length, mark, usd

if TYPE_CHECKING:
    from pipeline.jobs.state import RunState
    from pipeline.studio import ProjectView, Studio
    from pipeline.views import StepState

CSS = Path(__file__).with_name("studio.css")
DISMISSED = "_dismissed_run"


def style() -> None:
    """The few rules that Streamlit's theme has no word for."""
    st.html(CSS)


def draw(studio: Studio, view: ProjectView) -> None:
    """Draw the header of an open project.

    Args:
        studio: The studio.
        view: The project as this run of the page sees it.
    """
    polls = progress.every(studio, view.project.id)
    fragment = st.fragment(_live, run_every=polls, key="header")
    with st.container(key="header", gap="xsmall"):
        fragment(studio, view, polls is not None)
    errors.draw_kept()


def _live(studio: Studio, first: ProjectView, polling: bool) -> None:
    """The fragment's body: its first run uses the page's view, later ones read a new one."""
    with errors.shown():
        run = studio.run(first.project.id)
        if polling and not progress.active(run):
            st.rerun()
        view = studio.view(first.project.id) if polling else first
        st.html(_title(view))
        with st.container(key="steps", horizontal=True, gap="xsmall", vertical_alignment="center"):
            for state in view.steps:
                _link(state, view.project.id)
            st.space("stretch")
            _history(studio, view)
        if run is not None:
            _run(studio, view, run)


def _title(view: ProjectView) -> str:
    totals = view.totals
    sums = (
        (totals.spent_usd_micro, "spent"),
        (totals.held_usd_micro, "held"),
        (totals.left_usd_micro, "left"),
    )
    money = "".join(f"<span><b>{usd(micro)}</b> {word}</span>" for micro, word in sums)
    song = view.project.song
    lasts = f"<small>{length(song.duration_s)}</small>" if song else ""
    title = f"<h1>{escape(view.project.title)}{lasts}</h1>"
    return f'<div class="titles">{title}<div class="meter">{money}</div></div>'


def _link(state: StepState, project_id: str) -> None:
    if state.name not in {entry.name for entry in nav.entries()}:
        return
    st.page_link(
        nav.path_of(state.name),
        label=f"{state.title} {_aside(state)}",
        icon=mark(state.state).icon,
        help=errors.literal(state.why) or None,
        query_params={nav.PROJECT: project_id},
    )


def _history(studio: Studio, view: ProjectView) -> None:
    """Undo and redo of decisions, each named by what it would take back."""
    turns = (
        ("Undo", ":material/undo:", view.history.undo, studio.undo),
        ("Redo", ":material/redo:", view.history.redo, studio.redo),
    )
    with st.container(key="history", horizontal=True, gap="xsmall", width="content"):
        for word, icon, past, turn in turns:
            label = f"{word}: {past[-1].label}" if past else f"Nothing to {word.lower()}"
            key = f"header_{word.lower()}"
            # An icon alone says nothing to a screen reader: the word is kept, hidden by style.
            if st.button(
                word,
                key=key,
                icon=icon,
                type="tertiary",
                help=errors.literal(label),
                disabled=not past,
            ):
                with errors.shown(later=True):
                    turn(view.project.id)
                st.rerun()


def _aside(state: StepState) -> str:
    """What stands beside a step's title: a count while it is partly done, else its word."""
    counted = state.total > 1 and 0 < state.done < state.total
    sign = mark(state.state)
    words = f"{state.done}/{state.total}" if counted else sign.word
    return f":{sign.colour}[{words}]"


def _run(studio: Studio, view: ProjectView, run: RunState) -> None:
    names = progress.names_of(view)
    if run.active:
        with _beside("now"):
            st.html(progress.under_way(run, names))
            _button("Cancel", ":material/stop_circle:", _cancel, (studio, view.project.id))
        return
    ended = progress.outcome(run, names)
    if ended and st.session_state.get(DISMISSED) != run.run_id:
        with _beside("ended"):
            st.html(ended)
            _button("Dismiss", ":material/close:", _dismiss, (run.run_id,))


def _beside(key: str) -> st.delta_generator.DeltaGenerator:
    return st.container(key=f"run_{key}", horizontal=True, wrap=False, gap="medium")


def _button(label: str, icon: str, call: object, args: tuple[object, ...]) -> None:
    st.button(label, key=f"run_{label.lower()}", icon=icon, on_click=call, args=args)  # type: ignore[arg-type]


def _cancel(studio: Studio, project_id: str) -> None:
    with errors.shown(later=True):
        studio.cancel(project_id)


def _dismiss(run_id: str) -> None:
    st.session_state[DISMISSED] = run_id
