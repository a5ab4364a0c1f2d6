"""Stopping a run after a stage to look first, and going on: beside the run's progress."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors
from pages.parts.progress import Names, outcome
from pages.parts.states import usd

if TYPE_CHECKING:
    from pipeline.jobs.state import RunState
    from pipeline.studio import Studio

THE_STAGE = {
    "plan": "the plan",
    "references": "the references",
    "previews": "the previews",
    "clips": "the clips",
}
"""Stages after which there is something to look at and to decide."""
UNPRICED = "Decisions changed, so the price cannot be told yet: start the step from its own page."


def draw_choice(studio: Studio, run: RunState) -> None:
    """Where an active run is to pause: among the stages that it has still to end."""
    left = _still_to_come(run)
    if not left:
        return
    key, after = f"pause_after_{run.run_id}", run.pause_after
    with st.popover("Pause", icon=":material/pause_circle:", type="secondary"):
        st.radio(
            "Stop to look",
            (None, *left),
            index=left.index(after) + 1 if after in left else 0,
            format_func=lambda name: f"After {THE_STAGE[name]}" if name else "Do not pause",
            key=key,
            on_change=_choose,
            args=(studio, run.project_id, key),
        )


def draw_paused(studio: Studio, run: RunState, names: Names) -> None:
    """What a paused run waits for, and the button that goes on."""
    after = THE_STAGE.get(run.pause_after or "", run.pause_after or "this step")
    words = f"Paused after {after}, as you asked. Look, change what you like, then go on."
    with st.container(key="run_paused", horizontal=True, gap="medium", vertical_alignment="center"):
        st.html(
            f'<div class="run" data-testid="paused"><b>{escape(words)}</b></div>'
            + outcome(run, names)
        )
        price = studio.spending.price_of_going_on(run.project_id)
        told = "price unknown" if price is None else usd(price)
        st.button(
            f"Continue · {told}",
            key="run_continue",
            icon=":material/play_arrow:",
            type="primary",
            help=UNPRICED if price is None else None,
            disabled=price is None,
            on_click=_go_on,
            args=(studio, run.project_id, price or 0),
        )


def _still_to_come(run: RunState) -> list[str]:
    """Stages that a run can pause after: not ended yet, and not its last."""
    names = [
        stage.name for stage in run.stages[:-1] if stage.total is None or stage.done < stage.total
    ]
    return [name for name in names if name in THE_STAGE]


def _choose(studio: Studio, project_id: str, key: str) -> None:
    with errors.shown(later=True):
        studio.pause_after(project_id, st.session_state.get(key))


def _go_on(studio: Studio, project_id: str, shown_usd_micro: int) -> None:
    with errors.shown(later=True):
        studio.spending.check_going_on(project_id, shown_usd_micro)
        studio.go_on(project_id)
