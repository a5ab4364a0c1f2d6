"""The projects of a home, with the ids that the other commands take."""

from __future__ import annotations

from typing import Any

import typer

from pipeline.cli.opening import Home, Json, studio_at
from pipeline.cli.output import tell
from pipeline.errors import StudioError
from pipeline.money.usd import dollars, number
from pipeline.timebase import clock
from pipeline.views import ProjectCard

app = typer.Typer()
TITLE_SHOWN = 40


@app.command()
def projects(home: Home = None, as_json: Json = False) -> None:
    """List the projects of this home, the last changed first."""
    with studio_at(home) as studio:
        # Whoever has the home may see all of it; owners part the visitors of a share.
        owners = dict.fromkeys(one.owner for one in studio.shelf.readable())
        cards = [card for owner in owners for card in studio.projects(owner)]
        faults = studio.shelf.unreadable()
    cards.sort(key=lambda card: -card.opened_at)
    document = {
        "projects": [_described(card) for card in cards],
        "unreadable": [str(fault) for fault in faults],
    }
    tell(document, "\n".join(_lines(cards, faults)), as_json=as_json)


def _described(card: ProjectCard) -> dict[str, Any]:
    return {
        "id": card.id,
        "title": card.title,
        "duration_s": card.duration_s,
        "changed_at": card.opened_at,
        "steps": {step.name: step.state for step in card.steps},
        "state": _state(card),
        "spent_usd": number(card.spent_usd_micro),
    }


def _state(card: ProjectCard) -> str:
    """The first step that is not done and how it stands; ``done`` when the film is there."""
    if card.steps[-1].state == "done":
        return "done"
    waiting = [step for step in card.steps if step.state not in ("done", "preview")]
    return f"{waiting[0].name} {waiting[0].state}" if waiting else "done"


def _lines(cards: list[ProjectCard], faults: tuple[StudioError, ...]) -> list[str]:
    rows = [
        f"{card.id:<24} {_state(card):<14} {clock(card.duration_s):>9}"
        f" {dollars(card.spent_usd_micro):>9}  {_title(card.title)}"
        for card in cards
    ]
    head = [f"{'Id':<24} {'State':<14} {'Length':>9} {'Spent':>9}  Title"] if rows else []
    empty = ["No project yet: `run SONG` or `run --demo` makes one."]
    return [*(head + rows or empty), *(f"Unreadable: {fault}" for fault in faults)]


def _title(title: str) -> str:
    one_line = " ".join(title.split())
    return one_line if len(one_line) <= TITLE_SHOWN else f"{one_line[:TITLE_SHOWN]}…"
