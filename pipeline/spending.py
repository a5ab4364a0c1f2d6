"""What a project has cost, may cost and would cost; a person's acts on its money."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.money.accounts import Receipt, receipts
from pipeline.money.books import Entry
from pipeline.money.quotes import Quote, quote_film
from pipeline.money.retries import with_history
from pipeline.receipts import facts_of_stills, facts_of_takes, with_seeds
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
        quote = quote_film(self._studio.catalogue, project, tuple(missing), today=today)
        return with_history(quote, self._studio.takes.tried())

    def check(self, project_id: str, slot_ids: tuple[str, ...] = ()) -> None:
        """Refuse at the click what a run could not buy, before anything is started.

        Raises:
            CredentialsRefused: Something is to be bought, and there is no token.
            BudgetRefused: All of it together would pass a limit.
        """
        look = self._studio.derivation(self._studio.library.load(project_id))
        self._studio.buying.units(look, slot_ids)

    def receipts(self, project_id: str) -> tuple[Receipt, ...]:
        """A receipt for every purchase of a project, oldest first, with what was sent and made."""
        studio = self._studio
        takes = studio.takes.of_project(project_id)
        facts = facts_of_takes([take for many in takes.values() for take in many])
        facts |= facts_of_stills(studio.stills.of_project(project_id))
        return with_seeds(receipts(self.entries(project_id), facts), studio.catalogue)

    def set_limit(self, project_id: str, limit_usd_micro: int) -> None:
        """Set the project's limit: an act of a person, with an entry of its own."""
        self._studio.ledger.set_limit("project", project_id, limit_usd_micro, "person")

    def settle_order(self, take_id: str, *, paid: bool) -> None:
        """End a take whose fate the studio cannot tell: a person looked it up at the vendor."""
        self._studio.buying.settle(take_id, paid=paid)
