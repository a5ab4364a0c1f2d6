"""What the clips page works on: the project as it is now, its shots, and what each clip costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors
from pipeline.cuts.settle import keeping_cuts
from pipeline.model import Shot, Slot
from pipeline.money.quotes import ClipQuote, Quote, quote_film
from pipeline.money.retries import Tried, with_history
from pipeline.project import PREVIEW_MODEL, Project

if TYPE_CHECKING:
    from pipeline.jobs.state import RunningUnit, RunState
    from pipeline.studio import ProjectView, Studio
    from pipeline.views import ClipView

READ_AT_EACH_REDRAW = {"revision", "model", "section_models", "shot_models", "allow_retired"}
FRESH = "_clips_fresh"
MAKING = ("clips", "previews")
"""Stages whose units are the clips of slots."""


@dataclass(frozen=True)
class Deck:
    """All clips of a film. ``project`` is read anew at each redraw, with the plan in force.

    ``run`` is the newest run, ``tried`` what became of all takes by model.
    """

    studio: Studio
    view: ProjectView
    project: Project
    today: date
    quote: Quote
    run: RunState | None = None
    tried: Mapping[str, Tried] = field(default_factory=dict)

    @cached_property
    def quotes(self) -> dict[str, ClipQuote]:
        return {clip.slot_id: clip for clip in self.quote.clips}

    @cached_property
    def shots(self) -> dict[str, Shot]:
        plan = self.project.plan
        return {shot.slot_id: shot for shot in plan.shots} if plan else {}

    @property
    def busy(self) -> bool:
        """Whether work is under way."""
        return self.run is not None and self.run.active

    @cached_property
    def at_work(self) -> dict[str, RunningUnit]:
        """What is being made just now, by slot id."""
        if self.run is None or not self.run.active:
            return {}
        stages = (stage for stage in self.run.stages if stage.name in MAKING)
        running = (unit for stage in stages for unit in stage.running)
        return {unit.unit.partition("/")[0]: unit for unit in running}

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Slots whose clip is not there as it is chosen now."""
        return tuple(slot.id for slot in self.view.slots if not self.made(slot))

    @property
    def makeable(self) -> tuple[str, ...]:
        """Missing clips that can be made as chosen; the others say why not."""
        quotes = self.quotes
        return tuple(one for one in self.missing if quotes[one].buyable)

    def clip(self, slot_id: str) -> ClipView | None:
        return self.view.clips.get(slot_id)

    def made(self, slot: Slot) -> bool:
        """Whether the clip that was chosen is there: a preview does not stand for a paid clip."""
        view = self.clip(slot.id)
        if view is None or view.clip is None:
            return False
        wanted = self.quotes[slot.id].model
        return view.state == "done" or (view.state == "preview" and wanted == PREVIEW_MODEL)

    def cost(self, slot_ids: tuple[str, ...]) -> int:
        """Micro-dollars of some clips."""
        return sum(self.quotes[one].price_usd_micro for one in slot_ids)

    def change(self, label: str, edit: Callable[[Project], Project]) -> None:
        """Change the project; what cannot be is said at the top of the page."""
        with errors.shown(later=True):
            kept = keeping_cuts(self.studio, self.project, edit)
            self.studio.change(self.project.id, self.project.revision, label, kept)


def same_film(now: Project, drawn: Project) -> bool:
    """Whether the slots, shots and takes that the page was drawn with still hold.

    Choices of models are read anew at each redraw, so they alone do not call for another page.
    """
    return all(
        value == getattr(drawn, name) for name, value in now if name not in READ_AT_EACH_REDRAW
    )


def deal(studio: Studio, view: ProjectView) -> Deck:
    """Read the project and quote all its clips."""
    project = studio.project(view.project.id)
    planned = project if project.plan else project.model_copy(update={"plan": view.plan})
    today = datetime.now(UTC).date()
    quote = quote_film(studio.catalogue, planned, view.slots, today=today)
    run, tried = studio.run(project.id), studio.takes.tried()
    return Deck(studio, view, planned, today, quote, run, tried)


def missing_quote(deck: Deck) -> Quote:
    """The quote of what is still to be made, with what retries may add."""
    wanted = deck.missing
    slots = deck.view.slots
    quote = quote_film(deck.studio.catalogue, deck.project, slots, wanted, deck.today)
    return with_history(quote, deck.tried)


def fresh(studio: Studio, view: ProjectView) -> ProjectView:
    """The view as it is now while work runs: looked up again only when something has landed."""
    run = studio.run(view.project.id)
    if run is None or not run.active:
        st.session_state.pop(FRESH, None)
        return view
    takes = studio.takes.of_project(view.project.id)
    stamp = (
        tuple((stage.name, stage.done, stage.total) for stage in run.stages),
        tuple((take.id, take.state) for many in takes.values() for take in many),
        view.project.revision,
    )
    kept = st.session_state.get(FRESH)
    if kept is None or kept[0] != stamp:
        kept = (stamp, studio.view(view.project.id))
        st.session_state[FRESH] = kept
    landed: ProjectView = kept[1]
    return landed
