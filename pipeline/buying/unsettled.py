"""Orders with money set aside of which nobody here knows whether they were charged.

    reservation without a charge or a release ──attempt in the journal?──> take or picture
                                                        └── none ────────> transcript or plan

The ledger is asked, as every kind of order is in it. A person looks at the vendor's list and says
how each ended.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from cache import Miss
from pipeline.buying import hearing
from pipeline.buying.stills import still_key
from pipeline.errors import BadInput
from pipeline.jobs import journal as states
from pipeline.jobs.journal import Attempt, Ending
from pipeline.model import Frozen
from pipeline.money.books import Entry
from pipeline.project import Project, ReferenceChoice, changed

if TYPE_CHECKING:
    from pipeline.workshop import Workshop

Kind = Literal["clip", "picture", "transcript", "plan", "other"]
KINDS: dict[str, Kind] = {
    "clips": "clip",
    "references": "picture",
    "transcript": "transcript",
    "plan": "plan",
}
SAID = {
    states.INTENT: "Whether the order arrived is not known. Starting it again looks it up first.",
    states.DOUBT: "Whether the order arrived is not known. Starting it again looks it up first.",
    states.CREATED: "The vendor took the order. Starting it again fetches what was made.",
}
CUT_OFF = "It was cut off before the answer came, so it may have been charged."


class HeldOrder(Frozen):
    """Money that is set aside for one order.

    ``key`` is the reservation's, ``unit`` a slot's or a subject's id where there is one,
    ``number`` that of a take; ``why`` says in words how the order stands, ``ordered_at`` when it
    was given (ISO 8601, UTC).
    """

    key: str
    kind: Kind
    unit: str
    number: int = 0
    held_usd_micro: int
    why: str
    ordered_at: str = ""


class Unsettled:
    """What waits for a person's word. One a studio."""

    def __init__(self, studio: Workshop) -> None:
        self._studio = studio

    def of(self, project_id: str) -> tuple[HeldOrder, ...]:
        """Orders of a project that a person can end; what a run is busy with is none of them."""
        found = []
        for entry in self._reserved(project_id):
            attempt = self._attempt(entry.key)
            if self._waits(project_id, attempt):
                found.append(self._described(entry, attempt))
        return tuple(found)

    def settle(self, project_id: str, key: str, *, paid: bool) -> None:
        """End an order as a person found it at the vendor.

        Args:
            project_id: Whose order.
            key: Of its reservation.
            paid: Whether it was charged; then all that was set aside counts as spent.

        Raises:
            BadInput: Nothing is held under the key (any more), or a run is busy with it.
        """
        entry = next((one for one in self._reserved(project_id) if one.key == key), None)
        attempt = self._attempt(key)
        if entry is None or not self._waits(project_id, attempt):
            raise BadInput("Nothing of this order is open.", "Look at its entries on this page.")
        if attempt is None:
            self._settle_reservation(entry, paid=paid)
        elif entry.stage == "clips":
            self._studio.buying.settle(attempt.order_key, paid=paid)
        else:
            end(self._studio.shop.journal, attempt, paid=paid)
            self._draw_anew(project_id, entry.unit, attempt.order_key)

    def _reserved(self, project_id: str) -> tuple[Entry, ...]:
        entries = self._studio.ledger.entries(project_id)
        closed = {one.key for one in entries if one.kind in ("settle", "release")}
        return tuple(one for one in entries if one.kind == "reserve" and one.key not in closed)

    def _attempt(self, key: str) -> Attempt | None:
        order_key, _, number = key.rpartition("#")
        latest = self._studio.shop.journal.latest(order_key) if order_key else None
        return latest if latest is not None and str(latest.n) == number else None

    def _waits(self, project_id: str, attempt: Attempt | None) -> bool:
        if attempt is not None and attempt.state == states.HOLD:
            return True
        run = self._studio.engine.current(project_id)
        if run is not None and run.active:
            return False
        return attempt is None or attempt.state in states.OPEN

    def _described(self, entry: Entry, attempt: Attempt | None) -> HeldOrder:
        why = CUT_OFF if attempt is None else SAID.get(attempt.state, "") or attempt.message
        return HeldOrder(
            key=entry.key,
            kind=KINDS.get(entry.stage, "other"),
            unit=entry.unit,
            number=self._number(attempt) if attempt and entry.stage == "clips" else 0,
            held_usd_micro=entry.held_usd_micro,
            why=why,
            ordered_at=entry.at,
        )

    def _number(self, attempt: Attempt) -> int:
        try:
            return self._studio.takes.get(attempt.order_key).number
        except LookupError:
            return 0

    def _settle_reservation(self, entry: Entry, *, paid: bool) -> None:
        if paid:
            self._studio.ledger.settle(entry.key, entry.held_usd_micro)
        else:
            self._studio.ledger.release(entry.key, "given up by the person")
        if entry.stage == hearing.STAGE:
            self._forget_transcript(entry)
        if entry.stage == "plan":
            self._studio.notes.drop(f"plan-attempt/{entry.project_id}")

    def _forget_transcript(self, entry: Entry) -> None:
        """Drop the note of an attempt that was ended here, so that it is not booked once more."""
        song = self._studio.library.load(entry.project_id).song
        note = f"{hearing.STAGE}-attempt/{song.blob.digest if song else ''}"
        try:
            is_this = self._studio.notes.get(note)["attempt"] == entry.key
        except Miss:
            return
        if is_this:
            self._studio.notes.drop(note)

    def _draw_anew(self, project_id: str, subject_id: str, order_key: str) -> None:
        """Let the next click order another picture: the order that was given up stays ended."""
        look = self._studio.derivation(self._studio.library.load(project_id))
        model = look.project.image_model
        if look.pictures.subject(subject_id) is None or not model:
            return
        if still_key(project_id, look.pictures.inputs(subject_id), model) != order_key:
            return

        def another(project: Project) -> Project:
            present = project.references.get(subject_id, ReferenceChoice())
            after = present.model_copy(update={"take": present.take + 1})
            return changed(project, references={**project.references, subject_id: after})

        self._studio.library.change(project_id, None, "Give up a picture's order", another)


def end(journal: states.Journal, attempt: Attempt, *, paid: bool) -> None:
    """Write how an open attempt ended, as a person found it."""
    now = time.time()
    if paid:
        journal.settle(attempt, attempt.reserved_usd_micro, now)
        return
    given_up = Ending("refused", "ProviderFailed", "Given up by the person.")
    state = states.RELEASED if attempt.state == states.CREATED else states.VOID
    journal.give_up(attempt, state, given_up, now)
