"""What a project has cost, may cost and would cost; a person's acts on its money."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.buying.quoting import Quoting
from pipeline.buying.receipts import facts_of_stills, facts_of_takes, with_seeds
from pipeline.buying.takes import in_use
from pipeline.buying.unsettled import HeldOrder, Unsettled
from pipeline.errors import BadInput, BudgetRefused, StaleEdit
from pipeline.money.accounts import Receipt, receipts
from pipeline.money.books import Entry
from pipeline.money.quotes import Quote, quote_film
from pipeline.money.retries import with_history
from pipeline.money.usd import at_most, dollars, exact

if TYPE_CHECKING:
    from pipeline.project import Project
    from pipeline.workshop import Workshop


class Spending:
    """The money side of projects. One a studio."""

    def __init__(self, studio: Workshop) -> None:
        self._studio = studio
        self._quoting = Quoting(studio)
        self._unsettled = Unsettled(studio)

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

    def price_of(self, project_id: str, goal: str, selection: tuple[str, ...] = ()) -> int | None:
        """What a run towards a goal would buy now, in micro-dollars; None: cannot be told yet."""
        look = self._studio.derivation(self._studio.library.load(project_id))
        return self._quoting.of(look, goal, selection)

    def check(
        self,
        project_id: str,
        slot_ids: tuple[str, ...] = (),
        *,
        goal: str = "clips",
        project: Project | None = None,
    ) -> None:
        """Refuse at the click what a run could not buy, before anything is started.

        Args:
            project_id: The project.
            slot_ids: What the run is about, as it is given to it; all when empty.
            goal: What is asked for.
            project: As it will be by then; as it is when None.

        Raises:
            BadInput: What it would cost cannot be told.
            CredentialsRefused: Something is to be bought, and there is no token.
            BudgetRefused: All of it together would pass a limit.
        """
        look = self._studio.derivation(project or self._studio.library.load(project_id))
        if goal == "clips":
            self._studio.buying.units(look, slot_ids)
            return
        price = self._quoting.of(look, goal, slot_ids)
        if price is None:
            raise BadInput(
                "What this would cost cannot be told yet.",
                "Start it from its own page, where its price stands on the button.",
            )
        if price and goal == "references":
            self._studio.shop.account(project_id)
        left = self._studio.totals(project_id).left_usd_micro
        if price > left:
            raise BudgetRefused(
                f"This costs up to {dollars(price)}, and {at_most(left)} is left of the limit."
                " Nothing was bought.",
                "Raise the limit on the Costs page.",
            )

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

    def price_of_going_on(self, project_id: str) -> int | None:
        """What the newest run would buy if it went on now; None: cannot be told yet."""
        return self.price_of(project_id, *self._newest(project_id))

    def check_going_on(self, project_id: str, shown_usd_micro: int) -> None:
        """Refuse to go on at another price than the one that was shown.

        Raises:
            StaleEdit: It costs more by now.
            BadInput: What it costs cannot be told.
            CredentialsRefused: Something is to be bought, and there is no token.
            BudgetRefused: It would pass a limit.
        """
        goal, selection = self._newest(project_id)
        now = self.price_of(project_id, goal, selection)
        if now is not None and now > shown_usd_micro:
            raise StaleEdit(
                f"Going on costs {exact(now)} by now, not {exact(shown_usd_micro)}.",
                "Nothing was bought. Press Continue again if that is right.",
            )
        self.check(project_id, selection, goal=goal)

    def _newest(self, project_id: str) -> tuple[str, tuple[str, ...]]:
        run = self._studio.engine.current(project_id)
        if run is None:
            raise BadInput("There is no run to go on with.", "Start one from its page.")
        _project_id, goal, selection = self._studio.engine.progress.arguments(run.run_id)
        return goal, selection

    def held(self, project_id: str) -> tuple[HeldOrder, ...]:
        """Orders with money set aside that wait for a person's word."""
        return self._unsettled.of(project_id)

    def settle(self, project_id: str, key: str, *, paid: bool) -> None:
        """End an order by its reservation's key; see :meth:`Unsettled.settle`."""
        self._unsettled.settle(project_id, key, paid=paid)

    def settle_order(self, take_id: str, *, paid: bool) -> None:
        """End a take whose fate the studio cannot tell: a person looked it up at the vendor."""
        self._studio.buying.settle(take_id, paid=paid)
