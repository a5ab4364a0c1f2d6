"""The progress of a run as one escaped block: stage, unit, percent, time left, failures.

One ``st.html`` a second costs 0.8 ms of processor time; sixty progress bars cost 17.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.states import span

if TYPE_CHECKING:
    from pipeline.jobs.protocol import RunState
    from pipeline.studio import Studio

POLL_S = 1.0
ACTIVE = frozenset({"queued", "waiting", "running", "cancelling"})
GOALS = {
    "analysis": "Listening to the song",
    "plan": "Planning the shots",
    "references": "Drawing the references",
    "clips": "Making the clips",
    "film": "Making the film",
}
MOST_SHOWN = 6


def active(run: RunState | None) -> bool:
    """Whether a run is still under way."""
    return run is not None and str(run.state) in ACTIVE


def every(studio: Studio, project_id: str) -> float | None:
    """How often a fragment that shows work should redraw, in seconds; None while all is quiet."""
    return POLL_S if active(studio.run(project_id)) else None


def draw(run: RunState) -> None:
    """Draw a run that is under way, or how the last one ended."""
    st.html(block(run))


def block(run: RunState) -> str:
    """The whole display as HTML; every word in it is escaped."""
    percent = max(0, min(100, round(run.percent)))
    goal = escape(GOALS.get(run.goal, run.goal))
    left = span(run.eta_s) if active(run) else ""
    aside = f"{percent} %" + (f" · {escape(left)} left" if left else "")
    bar = (
        f'<div class="bar" role="progressbar" aria-valuenow="{percent}" aria-valuemin="0" '
        f'aria-valuemax="100"><i style="width:{percent}%"></i></div>'
    )
    head = f'<div class="head"><b>{goal}</b><span>{aside}</span></div>'
    return f'<div class="run" data-testid="run">{head}{bar}{_stages(run)}{failures(run)}</div>'


def _stages(run: RunState) -> str:
    rows = []
    for stage in run.stages:
        rows.append(
            f"<li><b>{escape(stage.name.capitalize())}</b> "
            f"<span>{stage.done} of {stage.total}</span>{_units(stage.running)}</li>"
        )
    return f"<ul>{''.join(rows)}</ul>" if rows else ""


def _units(running: object) -> str:
    """The units at work now; a long list ends in a count."""
    units = list(running)  # type: ignore[call-overload]
    words = [
        f"<em>{escape(str(unit.note or unit.unit))} {round(unit.fraction * 100)} %</em>"
        for unit in units[:MOST_SHOWN]
    ]
    more = f"<em>and {len(units) - MOST_SHOWN} more</em>" if len(units) > MOST_SHOWN else ""
    return "".join(words) + more


def failures(run: RunState) -> str:
    """What failed, why, and the way out, one line each."""
    lines = [
        f"<p><b>{escape(failure.unit)}</b> {escape(failure.message)} {escape(failure.way_out)}</p>"
        for stage in run.stages
        for failure in stage.failures
    ]
    more = f"<p>and {len(lines) - MOST_SHOWN} more</p>" if len(lines) > MOST_SHOWN else ""
    return f'<div class="failed">{"".join(lines[:MOST_SHOWN])}{more}</div>' if lines else ""
