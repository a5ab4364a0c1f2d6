"""The progress of a run as one escaped block: stage, unit, percent, time left, failures.

One ``st.html`` a second costs 0.8 ms of processor time; sixty progress bars cost 17.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING

from pages.parts.states import span
from pipeline.jobs.protocol import LONGER
from pipeline.outcome import Cause, causes
from pipeline.project import frame_of

if TYPE_CHECKING:
    from pipeline.jobs.state import RunningUnit, RunState, StageState
    from pipeline.studio import ProjectView, Studio

POLL_S = 1.0
GOALS = {
    "analysis": "Listening to the song",
    "plan": "Planning the shots",
    "lyrics": "Hearing the words",
    "word-times": "Finding the words",
    "proposal": "Writing a new plan",
    "references": "Drawing the references",
    "previews": "Drawing the previews",
    "clips": "Making the clips",
    "film": "Making the film",
}
STAGES = {
    "analysis": "Song",
    "transcript": "Words",
    "located": "Word times",
    "words": "Lyrics",
    "slots": "Cuts",
    "plan": "Plan",
    "writing": "Plan",
    "proposal": "New plan",
    "references": "References",
    "pictures": "References",
    "previews": "Previews",
    "clips": "Clips",
    "pieces": "Cutting",
    "film": "Film",
}
STEP_OF = {
    "analysis": "song",
    "transcript": "song",
    "located": "song",
    "words": "song",
    "slots": "song",
    "plan": "plan",
    "writing": "plan",
    "proposal": "plan",
    "references": "cast",
    "pictures": "cast",
    "previews": "clips",
    "clips": "clips",
    "pieces": "film",
    "film": "film",
}
OVERTAKEN = "StaleEdit"
CHANGED = "Decisions changed while the work was under way, so it stopped."
KEPT = "What was finished is kept; starting again makes only what the change touches."

ENDED = {
    "cancelled": "Stopped. What was finished is kept.",
    "failed": "The last run could not finish.",
    "held": "The last run waits for your decision.",
}
ALMOST = 99
MOST_SHOWN = 4
MOST_NAMED = 5
SHOT = "Shot "
Names = Mapping[str, str]


def active(run: RunState | None) -> bool:
    """Whether a run is still under way."""
    return run is not None and run.active


def every(studio: Studio, project_id: str) -> float | None:
    """How often a fragment that shows work should redraw, in seconds; None while all is quiet."""
    return POLL_S if active(studio.run(project_id)) else None


def milestones(run: RunState | None) -> tuple[str, int] | None:
    """How many stages of an active run have ended; None when nothing is under way."""
    if run is None or not run.active:
        return None
    ended = sum(1 for stage in run.stages if stage.total is not None and stage.done >= stage.total)
    return run.run_id, ended


def step_states(run: RunState | None) -> dict[str, str]:
    """What a run says about the steps that it works on: running, queued, failed or held."""
    if run is None or run.state in ("done", "cancelled") or overtaken(run):
        return {}
    states: dict[str, str] = {}
    for stage in run.stages:
        word = _stage_state(stage, run.active)
        step = STEP_OF.get(stage.name, stage.name)
        if word and states.get(step) != "running":
            states[step] = word
    return states


def overtaken(run: RunState) -> bool:
    """Whether a run ended only because decisions were changed under it: nothing has failed."""
    return run.state == "failed" and {one.kind for one in run.failures} == {OVERTAKEN}


def _stage_state(stage: StageState, active: bool) -> str:
    if stage.running and active:
        return "running"
    if stage.failures:
        return "failed"
    if stage.held:
        return "held"
    over = stage.total is not None and stage.done >= stage.total
    return "queued" if active and not over else ""


def names_of(view: ProjectView) -> dict[str, str]:
    """What people call the units of work: a slot's shot by number, a subject by name."""
    names = {slot.id: f"{SHOT}{slot.index + 1}" for slot in view.slots}
    if view.plan is not None:
        names.update({location.id: location.name for location in view.plan.locations})
        names.update({character.id: character.name for character in view.plan.characters})
    names.update({frame_of(slot.id): f"start of clip {slot.index + 1}" for slot in view.slots})
    return names


def under_way(run: RunState, names: Names) -> str:
    """A run that is under way, as HTML."""
    percent = max(0, min(ALMOST, int(run.percent)))
    at_work = [unit for stage in run.stages for unit in stage.running]
    late = [unit for unit in at_work if unit.overdue]
    # What takes longer than usual has no honest time left.
    left = span(_left_s(run)) if percent < ALMOST and not late else ""
    aside = f"{percent} %" + (f" · about {left} left" if left else "")
    if late and len(late) == len(at_work):
        aside = LONGER
    if run.state == "queued":
        aside = "queued"
    bar = (
        f'<div class="bar" role="progressbar" aria-label="Progress" aria-valuenow="{percent}" '
        f'aria-valuemin="0" aria-valuemax="100"><i style="width:{percent}%"></i></div>'
    )
    goal = escape(GOALS.get(run.goal, run.goal))
    head = f'<div class="head"><b>{goal}</b><span>{escape(aside)}</span></div>'
    stages = "".join(_stage(stage, names) for stage in run.stages)
    rest = _problems(run, names)
    return f'<div class="run" data-testid="run">{head}{bar}<div>{stages}</div>{rest}</div>'


def _left_s(run: RunState) -> float | None:
    """Seconds left: the engine's own estimate, or the pace so far once a tenth is behind us."""
    if run.eta_s is not None or run.started_at is None or run.percent < 10:
        return run.eta_s
    return (time.time() - run.started_at) * (100 - run.percent) / run.percent


def outcome(run: RunState, names: Names) -> str:
    """How a run ended, as HTML; empty when there is nothing to say."""
    if overtaken(run):
        return f'<div class="run" data-testid="outcome"><b>{CHANGED}</b> {KEPT}</div>'
    words = ENDED.get(run.state, "")
    problems = _problems(run, names)
    if not words and not problems:
        return ""
    return f'<div class="run" data-testid="outcome"><b>{escape(words)}</b>{problems}</div>'


def _stage(stage: StageState, names: Names) -> str:
    count = "" if stage.total is None else f"{stage.done} of {stage.total}"
    kind = "over" if stage.total is not None and stage.done >= stage.total else "open"
    name = escape(STAGES.get(stage.name, stage.name.capitalize()))
    units = _listed(_unit(unit, names) for unit in stage.running)
    return f'<span class="stage {kind}"><b>{name}</b> {count}{units}</span>'


def _unit(unit: RunningUnit, names: Names) -> str:
    name = name_of(unit.unit, names)
    words = " ".join(part for part in (name, unit.note) if part)
    return f"<em>{escape(words)} {share(unit)}</em>" if words else ""


def share(unit: RunningUnit) -> str:
    """How far a unit is, in percent; empty while nobody can tell. Only what has landed is whole."""
    percent = min(ALMOST, int(unit.fraction * 100))
    return f"{percent} %" if percent and not unit.overdue else ""


def _problems(run: RunState, names: Names) -> str:
    failed = causes(item for stage in run.stages for item in stage.failures)
    held = causes(item for stage in run.stages for item in stage.held)
    boxes = (("failed", failed), ("held", held))
    return "".join(_box(kind, [_problem(one, names) for one in found]) for kind, found in boxes)


def _problem(cause: Cause, names: Names) -> str:
    who = _who(cause.units, names)
    name = f"<b>{escape(who)}</b>" if who else ""
    return f"<p>{name}{escape(cause.message)} {escape(cause.way_out)}</p>"


def _who(units: tuple[str, ...], names: Names) -> str:
    """What stopped for one cause: by name while they are few, else counted."""
    known = list(dict.fromkeys(name for unit in units if (name := name_of(unit, names))))
    if len(known) > MOST_NAMED:
        return f"{len(known)} clips:" if known[0].startswith(SHOT) else f"{len(known)} of them:"
    if len(known) > 1 and all(name.startswith(SHOT) for name in known):
        return f"Shots {', '.join(name.removeprefix(SHOT) for name in known)}:"
    return ", ".join(known)


def name_of(unit: str, names: Names) -> str:
    """What people call a unit: of a take its shot; empty for what has no name."""
    return names.get(unit) or names.get(unit.partition("/")[0], "")


def _box(kind: str, lines: list[str]) -> str:
    return f'<div class="problem {kind}">{_listed(lines)}</div>' if lines else ""


def _listed(lines: Iterable[str]) -> str:
    """The first lines; a long list ends in a count."""
    every_line = [line for line in lines if line]
    more = len(every_line) - MOST_SHOWN
    return "".join(every_line[:MOST_SHOWN]) + (f"<em>and {more} more</em>" if more > 0 else "")
