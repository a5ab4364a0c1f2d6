"""The planner that asks a language model, and never leaves a person with a broken plan.

    question ──> answer, streamed ──> draft ──> nothing wrong: next part
                                        └─ what is missing or wrong, in words ──> asked again

At most two repair rounds a plan. Every request is booked at its worst case before it leaves and
at its real price after. In the end there is a plan, or an error that says what to do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pipeline.errors import BudgetRefused, OutputUnusable, ProviderFailed, StudioError
from pipeline.model import Character, ScenePlan, Shot, Slot
from pipeline.money.prices import TokenPrice
from pipeline.planning.asking import Asker, TokenBook, Writer
from pipeline.planning.briefing import FRAME, Question, request_for, tokens_in, tokens_out
from pipeline.planning.drafting import Draft, Judge
from pipeline.planning.finishing import finished_plan
from pipeline.planning.inputs import PlanInputs, with_locks
from pipeline.planning.scanner import Piece
from pipeline.providers.openai_text import TextRequest

__all__ = ["Session", "TokenBook", "Writer", "plan_with_model", "worst_usd_micro"]

MOST_REPAIRS = 2
LONG_SONG_SLOTS = 60
PART_SLOTS = 30
FEWEST_SHARE = 0.5
MOST_PROBLEMS = 24


class Waits(Protocol):
    """Waits some seconds, or raises ``Cancelled`` when a person has stopped the work."""

    def __call__(self, seconds: float, /) -> None: ...


def _nobody_judges(character: Character) -> Sequence[str]:
    return ()


def _nobody_watches(shot: Shot) -> None:
    return None


@dataclass(frozen=True)
class Session:
    """All that planning needs besides the song's facts.

    Args:
        writer: The connection, made with the caller's key.
        model: The model's name.
        price: Its price per token.
        book: Where every attempt is booked before and after.
        on_shot: Hears each shot as soon as it is written.
        judge: Error sentences of the character validator; none when all is well.
        wait: How to wait; a job passes one that notices a cancel.
    """

    writer: Writer
    model: str
    price: TokenPrice
    book: TokenBook
    on_shot: Callable[[Shot], None] = _nobody_watches
    judge: Judge = _nobody_judges
    wait: Waits = time.sleep


def plan_with_model(inputs: PlanInputs, session: Session) -> ScenePlan:
    """A plan written by a model, with everything that is locked kept.

    When a later part of a long song fails, what was written and paid is kept, the rest comes
    from the offline planner, and the plan's remarks say so.

    Raises:
        BudgetRefused: The limit would be passed; nothing was sent.
        ProviderFailed: The model did not deliver; the error says what to do.
    """
    work = _Work(inputs, session)
    for part in parts_of(inputs):
        try:
            work.write(part)
        except (ProviderFailed, BudgetRefused) as failure:
            if not work.draft.shots:
                raise
            work.stopped_by(failure)
            break
    return work.finished()


def worst_usd_micro(inputs: PlanInputs, price: TokenPrice, model: str = "") -> int:
    """What planning can cost at most without repairs, in micro-dollars."""
    draft = Draft(inputs, _nobody_judges)
    total = 0
    for part in parts_of(inputs):
        request = request_for(Question(part, FRAME), inputs, draft, model)
        total += price.usd_micro(tokens_in(request), tokens_out(len(part)))
    return total


def parts_of(inputs: PlanInputs) -> tuple[tuple[Slot, ...], ...]:
    """The slots to be planned, in parts that one answer can hold; wholly locked ones stay out."""
    done = {shot.slot_id for shot in inputs.shots if "*" in shot.locked}
    slots = tuple(slot for slot in inputs.slots if slot.id not in done)
    size = PART_SLOTS if len(slots) >= LONG_SONG_SLOTS else max(1, len(slots))
    return tuple(slots[start : start + size] for start in range(0, len(slots), size))


@dataclass
class _Work:
    """One plan in the making."""

    inputs: PlanInputs
    session: Session
    repairs: int = 0
    remarks: list[str] = field(default_factory=list)
    asked_for_english: bool = False
    stopped: bool = False

    def __post_init__(self) -> None:
        session = self.session
        self.draft = Draft(self.inputs, session.judge)
        self.asker = Asker(session.writer, session.book, session.price, session.wait)

    def write(self, part: tuple[Slot, ...]) -> None:
        """Ask for a part until it is whole or the repairs are used up."""
        question = Question(part, () if self.draft.framed else FRAME)
        while True:
            problems = self._asked(question)
            missing, members = self.draft.missing(part), self._members(problems)
            if not missing and not members:
                return
            if self.repairs >= MOST_REPAIRS:
                self._give_up(problems)
                return
            self.repairs += 1
            question = Question(missing, members, tuple(problems[:MOST_PROBLEMS]))

    def stopped_by(self, failure: StudioError) -> None:
        """Keep what is paid for; say why the rest is not the model's."""
        self.stopped = True
        self.remarks.append(f"Planning stopped early: {failure.message}")

    def finished(self) -> ScenePlan:
        """The plan, its last holes filled, or the sentence that says why there is none."""
        draft, slots = self.draft, self.inputs.slots
        for slot in draft.missing(slots):
            self._second_best(slot.id)
        written = len(slots) - len(draft.missing(slots))
        if slots and not self.stopped and written < FEWEST_SHARE * len(slots):
            raise OutputUnusable(
                f"The planning model wrote {written} of {len(slots)} shots that can be used, "
                f"also after {self.repairs} repairs.",
                "Plan again, choose a larger model, or plan offline.",
            )
        return finished_plan(draft, self.session.model, self.remarks)

    def _asked(self, question: Question) -> list[str]:
        """Put a question; what is wrong with the answer, in words for the model."""
        request = request_for(question, self.inputs, self.draft, self.session.model)
        answer = self.asker.ask(request, self._heard, lambda: self._rest(question))
        # Read once more now that all is known: a shot may have come before its cast.
        problems = [said for piece in answer.pieces if (said := self._taken(piece))]
        rows = [value for name, value in answer.pieces if name == "shots"]
        if question.slots and self.draft.missing(question.slots) == question.slots:
            self._by_order(rows, question.slots)
        problems += [*self.draft.bad_characters(), *self._language(question)]
        if not answer.pieces:
            problems.insert(0, "the answer was not one JSON object of the form asked for")
        if answer.truncated:
            problems.insert(0, "the answer was cut off before its end")
        return problems + self._holes(question, len(rows))

    def _holes(self, question: Question, came: int) -> list[str]:
        left = self.draft.missing(question.slots)
        if not left:
            return []
        ids = ", ".join(slot.id for slot in left)
        return [f"{came} shots came for {len(question.slots)} slots; none usable for: {ids}"]

    def _by_order(self, rows: Sequence[Any], slots: tuple[Slot, ...]) -> None:
        """Shots in the right number under ids that do not exist are taken in their order."""
        if len(rows) != len(slots):
            return
        for row, slot in zip(rows, slots, strict=True):
            self._heard(("shots", {**row, "slot_id": slot.id}))
        self.remarks.append("The model's shots named no slots of this song; taken in their order.")

    def _rest(self, question: Question) -> TextRequest | None:
        """The same question without what has already come; None when all has."""
        left = self.draft.missing(question.slots)
        members = () if self.draft.framed else question.members
        if not left and not members:
            return None
        rest = Question(left, members, question.problems)
        return request_for(rest, self.inputs, self.draft, self.session.model)

    def _heard(self, piece: Piece) -> None:
        self._taken(piece)

    def _taken(self, piece: Piece) -> str:
        shot, problem = self.draft.take_piece(piece)
        if shot is not None:
            self.session.on_shot(shot)
        return problem

    def _language(self, question: Question) -> list[str]:
        """Another language is asked to be English once, then taken as it is, and said."""
        if self.draft.speaks_english():
            return []
        if self.asked_for_english or self.repairs >= MOST_REPAIRS:
            self.remarks.append("The model wrote the actions in another language than English.")
            return []
        self.asked_for_english = True
        for slot in question.slots:
            if slot.id in self.draft.shots:
                self.draft.spare[slot.id] = self.draft.shots.pop(slot.id)
        return ["the actions were not in English; video models need English"]

    def _members(self, problems: Sequence[str]) -> tuple[str, ...]:
        """Which members beside the shots have to be written again."""
        if not self.draft.framed:
            return FRAME
        words = {"characters": "character", "locations": "location"}
        return tuple(name for name, word in words.items() if any(word in said for said in problems))

    def _give_up(self, problems: Sequence[str]) -> None:
        bad = [said for said in problems if said.startswith("character ")]
        self.remarks += [f"Not mended by the model: {said}" for said in bad[:4]]

    def _second_best(self, slot_id: str) -> None:
        """A shot whose flaw was cut out, for want of a better one."""
        spare = self.draft.spare.get(slot_id)
        if spare is not None:
            self.draft.shots[slot_id] = with_locks(spare, self.draft.locks.get(slot_id))
            self.remarks.append(f"The shot of slot {slot_id} was taken with a flaw cut out.")
