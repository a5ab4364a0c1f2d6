"""The paid chain: which takes a run orders, and how one take is ordered, fetched and checked.

    slot ──draft──> take (its order written down) ──Buyer──> outputs ──fetch, inspect──> clip

A unit is ``slot/number``: the same take, whoever runs it and however often. A slot is ordered
again only if no take shows what the plan says now, or if a person names it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.buying.moderation import explained
from pipeline.buying.ordering import Blocked, Draft, Waits, changes_since, draft_for
from pipeline.buying.refetching import FIRST_FREE, Refetching
from pipeline.buying.takes import PREVIEW_PICK, STOPPED, Take, as_they_stand, in_use, take_id
from pipeline.buying.unsettled import end
from pipeline.derivation import Derivation
from pipeline.errors import (
    BadInput,
    BudgetRefused,
    Cancelled,
    ContentRefused,
    OutputUnusable,
    ProviderFailed,
    RequestRefused,
    StudioError,
)
from pipeline.jobs import journal as states
from pipeline.jobs.protocol import UnitResult
from pipeline.jobs.reconcile import Held
from pipeline.model import Clip
from pipeline.money.choices import effective_choice
from pipeline.money.usd import at_most, dollars
from pipeline.project import PREVIEW_MODEL

if TYPE_CHECKING:
    from pipeline.buying.shop import Shop
    from pipeline.jobs.journal import Attempt
    from pipeline.jobs.orders import Bought
    from pipeline.jobs.protocol import Reporter
    from pipeline.work import Task
    from pipeline.workshop import Workshop

STAGE = "clips"
UNFINISHED = ("ordered", "running", "held")
SLACK_S = 1e-6
SHORT_BY_S = 0.3
GONE = "(404)"
FREE = "Stopped as you asked; nothing was paid for it."


@dataclass(frozen=True)
class Quiet:
    """For the last steps of a take whose run was cancelled: it is paid for, so it is kept."""

    def progress(self, fraction: float, note: str = "") -> None:
        """Nobody watches any more."""


class Buying:
    """Implements the stage ``clips`` over the open studio.

    Args:
        studio: Whose projects, takes and store.
        shop: Where things are bought.
    """

    def __init__(self, studio: Workshop, shop: Shop) -> None:
        self._studio = studio
        self._shop = shop
        self._refetching = Refetching(studio.notes, shop.journal)

    # --- what is to be bought ---------------------------------------------------------------

    def units(self, look: Derivation, selection: tuple[str, ...]) -> tuple[str, ...]:
        """Takes of a run: of the named slots a new one each, else what is missing or stale.

        Raises:
            CredentialsRefused: Something is to be bought, and there is no token.
            BudgetRefused: All of it together would pass a limit; nothing was bought.
        """
        found = self._wanted(look, selection)
        self._check_means(look, self._price(look, found))
        return found

    def price(self, look: Derivation, selection: tuple[str, ...]) -> int:
        """What a run would set aside for takes that were not ordered yet, in micro-dollars."""
        return self._price(look, self._wanted(look, selection))

    def _wanted(self, look: Derivation, selection: tuple[str, ...]) -> tuple[str, ...]:
        takes = self._studio.takes.of_project(look.project.id)
        found: list[str] = []
        for slot_id in self._paid_slots(look):
            if selection and slot_id not in selection:
                continue
            numbers = self._numbers(look, slot_id, takes.get(slot_id, ()), bool(selection))
            found += [f"{slot_id}/{number}" for number in numbers]
        return tuple(found)

    def takes(self, project_id: str) -> dict[str, tuple[Take, ...]]:
        """Takes by slot id, as they stand now, whatever process noted them last."""
        takes = self._studio.takes.of_project(project_id)
        at_work = self._studio.engine.at_work(project_id, STAGE) if takes else frozenset()
        return {slot_id: as_they_stand(many, at_work) for slot_id, many in takes.items()}

    def ready(self, look: Derivation, unit: str) -> bool:
        """Whether a unit's take is there, file and all."""
        take = self._take(look, unit)
        return take is not None and self._whole(take)

    def wanting(self, look: Derivation) -> tuple[str, ...]:
        """Ids of the slots that a run without a selection would buy for."""
        takes = self._studio.takes.of_project(look.project.id)
        return tuple(
            slot_id
            for slot_id in self._paid_slots(look)
            if look.project.picks.get(slot_id) != PREVIEW_PICK
            and self.serving(look, slot_id, takes.get(slot_id, ())) is None
        )

    def serving(self, look: Derivation, slot_id: str, takes: tuple[Take, ...]) -> Take | None:
        """The take that shows what the plan says now: the picked one always does."""
        used = in_use(look.project, {slot_id: takes}).get(slot_id)
        if used is not None and look.project.picks.get(slot_id) == used.id and self._whole(used):
            return used
        try:
            wanted = draft_for(look, slot_id, self._studio.catalogue)
        except Waits:
            return None
        except Blocked:
            return used if used is not None and self._whole(used) else None
        candidates = [*([used] if used else []), *reversed(takes)]
        fitting = (one for one in candidates if not one.rejected and _shows(one, wanted))
        return next((one for one in fitting if self._whole(one)), None)

    def outdated(self, look: Derivation, take: Take) -> str:
        """What has changed since a take was ordered, in words."""
        try:
            wanted = draft_for(look, take.slot_id, self._studio.catalogue)
        except Waits:
            return "the start frame (it waits for approval)"
        except Blocked:
            return "what it is made of"
        return changes_since(take.order, wanted)

    def was_refused(self, take: Take) -> bool:
        """Whether a take ended because the vendor's filter refused its words."""
        if take.state != "failed":
            return False
        attempt = self._shop.journal.latest(take.id)
        return attempt is not None and attempt.kind == ContentRefused.__name__

    def _paid_slots(self, look: Derivation) -> tuple[str, ...]:
        chosen = ((slot.id, effective_choice(look.project, slot)[0].model) for slot in look.slots)
        return tuple(slot_id for slot_id, model in chosen if model not in (None, PREVIEW_MODEL))

    def _numbers(
        self, look: Derivation, slot_id: str, takes: tuple[Take, ...], named: bool
    ) -> tuple[int, ...]:
        unfinished = [one.number for one in takes if self._goes_on(look, one)]
        if unfinished:
            return tuple(unfinished)
        if not named:
            if look.project.picks.get(slot_id) == PREVIEW_PICK:
                return ()
            serving = self.serving(look, slot_id, takes)
            if serving is not None:
                return (serving.number,)
        first = max((one.number for one in takes), default=0) + 1
        count = effective_choice(look.project, look.slot(slot_id))[0].takes or 1
        return tuple(range(first, first + count))

    def _goes_on(self, look: Derivation, take: Take) -> bool:
        """Whether a take is still to be finished: something is open, or its order still holds."""
        if take.state in (*UNFINISHED, "cancelled") and self._open(take) is not None:
            return True
        if take.state not in UNFINISHED and not self._refetching.is_due(take):
            return False
        try:
            wanted = draft_for(look, take.slot_id, self._studio.catalogue)
        except Blocked:
            return False
        return _same(take, wanted)

    def _open(self, take: Take) -> Attempt | None:
        """The attempt that money hangs on, if there is one."""
        attempt = self._shop.journal.latest(take.id)
        unsettled = attempt is not None and attempt.state in (*states.OPEN, states.SETTLED)
        return attempt if unsettled else None

    def _price(self, look: Derivation, units: tuple[str, ...]) -> int:
        needed = 0
        for unit in units:
            take = self._take(look, unit)
            if take is not None and (self._whole(take) or self._open(take) is not None):
                continue
            try:
                slot_id = unit.partition("/")[0]
                needed += draft_for(look, slot_id, self._studio.catalogue).price_usd_micro
            except Blocked:
                continue
        return needed

    def _check_means(self, look: Derivation, needed: int) -> None:
        """Refuse as a whole what could only be bought in part."""
        if not needed:
            return
        self._shop.account(look.project.id)
        with states.outages_as_they_are():
            left = self._studio.totals(look.project.id).left_usd_micro
        if needed > left:
            raise BudgetRefused(
                f"These clips cost {dollars(needed)}, and {at_most(left)} is left of the limit."
                " Nothing was bought.",
                "Raise the limit on the Costs page, choose a cheaper model, or buy fewer clips.",
            )

    # --- one take ---------------------------------------------------------------------------

    def make(self, task: Task) -> UnitResult | bool:
        """Have one take, from whatever state it is in."""
        look, began = task.derivation, time.perf_counter()
        take = self._take(look, task.unit)
        try:
            take = take or self._order(look, task.unit)
        except Blocked as blocked:
            return _held(began, blocked.note, blocked.way_out)
        self._refetching.begins(take)
        try:
            self._finish(take, task.report)
        except Held as held:
            doubt = _held(began, held.message, held.way_out)
            return doubt.model_copy(update={"kind": ProviderFailed.__name__})
        return False

    def _order(self, look: Derivation, unit: str) -> Take:
        """Write the take with its order, before anything is asked of anyone."""
        slot_id, _, number = unit.partition("/")
        draft = draft_for(look, slot_id, self._studio.catalogue)
        take = Take(
            id=take_id(look.project.id, unit),
            project_id=look.project.id,
            slot_id=slot_id,
            number=int(number),
            model=draft.model,
            state="ordered",
            created_at=time.time(),
            order=draft.model_dump(mode="json"),
        )
        return self._studio.takes.add(take)

    def _finish(self, take: Take, report: Reporter) -> None:
        draft = Draft.model_validate(take.order)
        try:
            buyer, order = self._shop.order(take, draft)
            self._studio.takes.note(take.id, state="running", message="")
            try:
                bought = buyer.buy(order, report)
                self._deliver(take, draft, bought, report)
            except Cancelled:
                settled = self._open(take)
                if settled is None or settled.state != states.SETTLED:
                    raise
                self._deliver(take, draft, buyer.buy(order, Quiet()), Quiet())
                raise
        except ContentRefused as error:
            told = ContentRefused(*explained(error.message, draft.prompt))
            self._note_error(take, told)
            raise told from error
        except RequestRefused as error:
            told_of = RequestRefused(error.message, self._with_successor(error, draft.model))
            self._note_error(take, told_of)
            raise told_of from error
        except StudioError as error:
            self._note_error(take, error)
            raise

    def _with_successor(self, error: RequestRefused, model: str) -> str:
        """The way out of a refusal; of a model that the vendor no longer has, to the next one."""
        known = self._studio.catalogue
        successor = known.get(model).successor
        if GONE not in error.message or not successor:
            return error.way_out
        return f"{error.way_out} Its successor is {known.get(successor).name}."

    def _deliver(self, take: Take, draft: Draft, bought: Bought, report: Reporter) -> None:
        """Fetch, check and keep what was bought."""
        charged = bought.attempt.charged_usd_micro or 0
        self._studio.takes.note(take.id, price_usd_micro=charged, latency_s=bought.latency_s)
        clip = _measured(self._shop.deliver(bought, draft.model, report), draft)
        self._studio.takes.note(take.id, state="done", clip=clip, message="")

    def _note_error(self, take: Take, error: StudioError) -> None:
        """What the take shows: lost, or waiting with what was paid or may have been."""
        attempt = self._open(take)
        paid_and_bad = isinstance(error, OutputUnusable) and not isinstance(error, Held)
        never_asked = self._shop.journal.latest(take.id) is None
        waits = (attempt is not None and not paid_and_bad) or never_asked
        ended = "held" if waits else "failed"
        message = str(error)
        if isinstance(error, Cancelled):
            ended, message = "cancelled", FREE if attempt is None else STOPPED
        stored = self._studio.takes.get(take.id)
        done = stored.clip is not None
        if paid_and_bad and self._refetching.is_due(stored.model_copy(update={"state": ended})):
            message += FIRST_FREE
        self._studio.takes.note(take.id, state="done" if done else ended, message=message)

    def settle(self, take_id: str, *, paid: bool) -> None:
        """End a take that waits for a person, as they found it at the vendor.

        Args:
            take_id: A take whose order is held, or was placed with a token that is gone.
            paid: Whether the vendor charged for it; then its whole reservation counts as spent.

        Raises:
            BadInput: Nothing of it is open.
        """
        try:
            attempt = self._open(self._studio.takes.get(take_id))
        except LookupError:
            attempt = None
        if attempt is None or attempt.state == states.SETTLED:
            raise BadInput("Nothing of this take is open.", "Look at its state on the Clips page.")
        end(self._shop.journal, attempt, paid=paid)
        message = "Given up; it was paid for." if paid else "Given up; it was not paid for."
        self._studio.takes.note(take_id, state="cancelled", message=message)

    def _take(self, look: Derivation, unit: str) -> Take | None:
        try:
            return self._studio.takes.get(take_id(look.project.id, unit))
        except LookupError:
            return None

    def _whole(self, take: Take) -> bool:
        if take.clip is None:
            return False
        try:
            self._studio.path(take.clip.blob)
        except LookupError:
            return False
        return True


def _measured(clip: Clip, draft: Draft) -> Clip:
    """The clip with a warning when it is shorter than what was paid for."""
    if clip.duration_s > draft.duration_s - SHORT_BY_S:
        return clip
    short = f"It lasts {clip.duration_s:.1f} s; {draft.duration_s:g} s were ordered."
    return clip.model_copy(update={"warnings": (*clip.warnings, short)})


def _shows(take: Take, wanted: Draft) -> bool:
    """Whether a take is of the same decisions and long enough."""
    ordered_s = take.order.get("duration_s")
    if not isinstance(ordered_s, int | float):
        return False
    long_enough = ordered_s + SLACK_S >= wanted.duration_s
    return take.order.get("basis") == wanted.basis and long_enough


def _same(take: Take, wanted: Draft) -> bool:
    return take.order.get("basis") == wanted.basis and (
        take.order.get("duration_s") == wanted.duration_s
    )


def _held(began: float, note: str, way_out: str) -> UnitResult:
    seconds = time.perf_counter() - began
    return UnitResult(hit=False, seconds=seconds, note=note, state="held", way_out=way_out)
