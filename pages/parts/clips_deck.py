"""What the clips page works on: the project as it is now, its shots, and what each clip costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from pages.parts import errors
from pipeline.model import Shot, Slot
from pipeline.money.quotes import ClipQuote, Quote, quote_film
from pipeline.project import PREVIEW_MODEL, Project

if TYPE_CHECKING:
    from pipeline.studio import ProjectView, Studio
    from pipeline.views import ClipView

READ_AT_EACH_REDRAW = {"revision", "model", "section_models", "shot_models", "allow_retired"}


@dataclass(frozen=True)
class Deck:
    """All clips of a film. ``project`` is read anew at each redraw, with the plan in force."""

    studio: Studio
    view: ProjectView
    project: Project
    today: date
    quote: Quote

    @property
    def quotes(self) -> dict[str, ClipQuote]:
        return {clip.slot_id: clip for clip in self.quote.clips}

    @property
    def shots(self) -> dict[str, Shot]:
        plan = self.project.plan
        return {shot.slot_id: shot for shot in plan.shots} if plan else {}

    @property
    def missing(self) -> tuple[str, ...]:
        """Slots whose clip is not there as it is chosen now."""
        return tuple(slot.id for slot in self.view.slots if not self.made(slot))

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
            self.studio.change(self.project.id, self.project.revision, label, edit)


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
    return Deck(studio, view, planned, today, quote)


def missing_quote(deck: Deck) -> Quote:
    """The quote of what is still to be made."""
    wanted = deck.missing
    return quote_film(deck.studio.catalogue, deck.project, deck.view.slots, wanted, deck.today)
