"""What a project has cost, may cost and would cost; a person's acts on its money."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.money.books import Entry
from pipeline.money.quotes import Quote, quote_film
from pipeline.takes import in_use

if TYPE_CHECKING:
    from pipeline.workshop import Workshop


class Spending:
    """The money side of projects. One a studio."""

    def __init__(self, studio: Workshop) -> None:
        self._studio = studio

    def entries(self, project_id: str) -> tuple[Entry, ...]:
        """Every entry of a project's ledger, in order."""
        return self._studio.ledger.entries(project_id)

    def bought(self, project_id: str) -> frozenset[str]:
        """Ids of the slots that have a take that shows what the plan says now."""
        studio = self._studio
        project = studio.library.load(project_id)
        used = frozenset(in_use(project, studio.takes.of_project(project_id)))
        return used - frozenset(studio.buying.wanting(studio.derivation(project)))

    def quote(self, project_id: str, slot_ids: tuple[str, ...] = ()) -> Quote:
        """What is left to buy for a film, or for some of its slots."""
        project = self._studio.library.load(project_id)
        bought = self.bought(project_id)
        slots = self._studio.derivation(project).slots
        wanted = [slot for slot in slots if slot.id in slot_ids or not slot_ids]
        missing = [slot for slot in wanted if slot_ids or slot.id not in bought]
        today = datetime.now(UTC).date()
        return quote_film(self._studio.catalogue, project, tuple(missing), today=today)

    def set_limit(self, project_id: str, limit_usd_micro: int) -> None:
        """Set the project's limit: an act of a person, with an entry of its own."""
        self._studio.ledger.set_limit("project", project_id, limit_usd_micro, "person")

    def settle_order(self, take_id: str, *, paid: bool) -> None:
        """End a take whose fate the studio cannot tell: a person looked it up at the vendor."""
        self._studio.buying.settle(take_id, paid=paid)
