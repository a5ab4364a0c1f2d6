"""The header of every page: title, money, steps with their state, and what runs now.

One keyed fragment. It polls while work runs, redraws itself alone, and lets the page run once
when the work has ended.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors, nav, pausing, progress
from pages.parts.states import length, mark, usd
from pipeline.money.usd import at_most

if TYPE_CHECKING:
    from pipeline.jobs.state import RunState
    from pipeline.studio import ProjectView, Studio
    from pipeline.views import StepState

CSS = Path(__file__).with_name("studio.css")
THEME = Path(__file__).with_name("theme.js")
DISMISSED = "_dismissed_run"


def style() -> None:
    """The few rules that Streamlit's theme has no word for, and dark as the first look."""
    st.html(CSS)
    script = THEME.read_text(encoding="utf-8")
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


def draw(studio: Studio, view: ProjectView) -> None:
    """Draw the header of an open project.

    Args:
        studio: The studio.
        view: The project as this run of the page sees it.
    """
    run = studio.run(view.project.id)
    polls = progress.POLL_S if progress.active(run) else None
    fragment = st.fragment(_live, run_every=polls, key="header")
    with st.container(key="header", gap="xsmall"):
        fragment(studio, view, progress.milestones(run))
    errors.draw_kept()


def _live(studio: Studio, first: ProjectView, seen: tuple[str, int] | None) -> None:
    """The fragment's body; ``seen`` is how far the run was when the page was drawn.

    When a stage has ended since, or the run has, the page runs once, so that results appear.
    """
    with errors.shown():
        run = studio.run(first.project.id)
        if progress.milestones(run) != seen:
            st.rerun()
        project = studio.project(first.project.id)
        is_old = seen is not None or project.revision != first.project.revision
        view = studio.view(project.id) if is_old else first
        st.html(_title(view))
        _steps(studio, view, progress.step_states(run))
        if run is not None:
            _run(studio, view, run)


def _title(view: ProjectView) -> str:
    totals = view.totals
    sums = (
        (usd(totals.spent_usd_micro), "spent"),
        (usd(totals.held_usd_micro), "held"),
        (at_most(totals.left_usd_micro), "left"),
    )
    money = "".join(f"<span><b>{amount}</b> {word}</span>" for amount, word in sums)
    song = view.project.song
    lasts = f"<small>{length(song.duration_s)}</small>" if song else ""
    title = f"<h1>{escape(view.project.title)}{lasts}</h1>"
    return f'<div class="titles">{title}<div class="meter">{money}</div></div>'


def _steps(studio: Studio, view: ProjectView, working: dict[str, str]) -> None:
    with st.container(key="steps", horizontal=True, gap="xsmall", vertical_alignment="center"):
        for state in view.steps:
            _link(_at_work(state, working.get(state.name, "")), view.project.id)
        st.space("stretch")
        _history(studio, view)


def _at_work(state: StepState, word: str) -> StepState:
    """A step as the newest run left it; what is done by now has not failed."""
    if not word or (state.state == "done" and word not in ("running", "queued")):
        return state
    return replace(state, state=word)


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
    past = view.history
    with st.container(key="history", horizontal=True, gap="xsmall", width="content"):
        undone = _turn("Undo", past.undo[-1].label if past.undo else "")
        redone = _turn("Redo", past.redo[-1].label if past.redo else "")
    if not (undone or redone):
        return
    with errors.shown(later=True):
        (studio.undo if undone else studio.redo)(view.project.id)
    st.rerun()


def _turn(word: str, label: str) -> bool:
    """A button of an icon; its word stays for screen readers, hidden by style."""
    return st.button(
        word,
        key=f"header_{word.lower()}",
        icon=f":material/{word.lower()}:",
        type="tertiary",
        help=errors.literal(f"{word}: {label}" if label else f"Nothing to {word.lower()}"),
        disabled=not label,
    )


def _aside(state: StepState) -> str:
    """What stands beside a step's title: a count while it is partly done, else its word."""
    counted = state.total > 1 and 0 < state.done < state.total and state.state != "failed"
    sign = mark(state.state)
    words = f"{state.done}/{state.total}" if counted else sign.word
    return f":{sign.colour}[{words}]"


def _run(studio: Studio, view: ProjectView, run: RunState) -> None:
    names = progress.names_of(view)
    if run.active:
        with _beside("now"):
            st.html(progress.under_way(run, names))
            pausing.draw_choice(studio, run)
            _button("Cancel", ":material/stop_circle:", _cancel, (studio, view.project.id))
        return
    if run.state == "paused":
        pausing.draw_paused(studio, run, names)
        return
    ended = progress.outcome(run, names)
    if ended and st.session_state.get(DISMISSED) != run.run_id:
        with _beside("ended"):
            st.html(ended)
            if progress.overtaken(run) and run.goal == "film":
                label = f"Renew the film · {errors.literal(usd(view.film_state.renew_usd_micro))}"
                _button(label, ":material/theaters:", _renew, (studio, view.project.id))
            _button("Dismiss", ":material/close:", _dismiss, (run.run_id,))


def _beside(key: str) -> st.delta_generator.DeltaGenerator:
    return st.container(key=f"run_{key}", horizontal=True, wrap=False, gap="medium")


def _button(label: str, icon: str, call: object, args: tuple[object, ...]) -> None:
    key = f"run_{label.partition(' ')[0].lower()}"
    st.button(label, key=key, icon=icon, on_click=call, args=args)  # type: ignore[arg-type]


def _cancel(studio: Studio, project_id: str) -> None:
    with errors.shown(later=True):
        studio.cancel(project_id)


def _renew(studio: Studio, project_id: str) -> None:
    with errors.shown(later=True):
        studio.start(project_id, "film")


def _dismiss(run_id: str) -> None:
    st.session_state[DISMISSED] = run_id
