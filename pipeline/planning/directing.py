"""From a project and a key to a plan by its language model: the wires, in one place.

A job calls :func:`write_plan`; it books in the studio's ledger, judges the cast with the studio's
validator, notices a cancel, and shows every shot on a board as soon as it is written.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pipeline.errors import BudgetRefused, CredentialsRefused
from pipeline.model import Character, ScenePlan, Shot
from pipeline.money.books import Scope
from pipeline.money.prices import TokenPrice
from pipeline.planning.inputs import PlanInputs
from pipeline.planning.llm import Session, plan_with_model, worst_usd_micro
from pipeline.planning.pricing import default_model, price_of
from pipeline.project import Project
from pipeline.providers.openai_text import OpenAIText

BOARD_EVERY_S = 0.4
# A plan may cost its worst case once more for answers that were lost or had to be repaired.
TIMES = 2
STAGE = "plan"


class Ledger(Protocol):
    """The part of the studio's ledger that planning needs."""

    def reserve(self, key: str, scope: Scope, worst_usd_micro: int) -> None: ...
    def settle(self, key: str, actual_usd_micro: int) -> None: ...
    def release(self, key: str, reason: str) -> None: ...


class Index(Protocol):
    """The part of the store's index that a board needs."""

    def get(self, key: str) -> dict[str, Any]: ...
    def put(self, key: str, record: dict[str, Any]) -> None: ...
    def drop(self, key: str) -> None: ...


@dataclass(frozen=True)
class LedgerBook:
    """Books every attempt of a plan under the project; ``model`` names what was asked."""

    ledger: Ledger
    project_id: str
    model: str

    def reserve(self, worst_usd_micro: int) -> str:
        key = f"{STAGE}:{self.project_id}:{secrets.token_hex(8)}"
        scope = Scope(project_id=self.project_id, stage=STAGE, model=self.model)
        self.ledger.reserve(key, scope, worst_usd_micro)
        return key

    def settle(self, key: str, actual_usd_micro: int) -> None:
        self.ledger.settle(key, actual_usd_micro)

    def release(self, key: str) -> None:
        self.ledger.release(key, "refused before any work")


@dataclass
class Ceiling:
    """A book that goes no further than the price which was told before the click.

    ``used_usd_micro`` is what was booked or is held, in micro-dollars.
    """

    book: LedgerBook
    most_usd_micro: int
    used_usd_micro: int = 0
    _held: dict[str, int] = field(default_factory=dict)

    def reserve(self, worst_usd_micro: int) -> str:
        """Raises ``BudgetRefused`` where the told price or a limit would be passed."""
        if self.used_usd_micro + worst_usd_micro > self.most_usd_micro:
            raise BudgetRefused(
                "Lost or unusable answers have used up the price that was told for this plan.",
                "What came is kept. Plan the rest anew: its price stands on the button.",
            )
        key = self.book.reserve(worst_usd_micro)
        self.used_usd_micro += worst_usd_micro
        self._held[key] = worst_usd_micro
        return key

    def settle(self, key: str, actual_usd_micro: int) -> None:
        self.book.settle(key, actual_usd_micro)
        self.used_usd_micro += actual_usd_micro - self._held.pop(key)

    def release(self, key: str) -> None:
        self.book.release(key)
        self.used_usd_micro -= self._held.pop(key)


@dataclass
class Board:
    """Shots of a plan that is being written, for whoever watches; any process may read it."""

    index: Index
    project_id: str
    _shots: list[Shot] = field(default_factory=list)
    _shown_at: float = 0.0

    @property
    def _key(self) -> str:
        return f"plan-board:{self.project_id}"

    def add(self, shot: Shot) -> None:
        """Show one more shot; writes at most every 0.4 s, the first at once."""
        self._shots.append(shot)
        now = time.monotonic()
        if now - self._shown_at >= BOARD_EVERY_S:
            self._shown_at = now
            rows = [one.model_dump(mode="json") for one in self._shots]
            self.index.put(self._key, {"shots": rows})

    def shots(self) -> tuple[Shot, ...]:
        """What stands on the board."""
        try:
            record = self.index.get(self._key)
        except LookupError:
            return ()
        return tuple(Shot.model_validate(row) for row in record["shots"])

    def wipe(self) -> None:
        self.index.drop(self._key)


@dataclass(frozen=True)
class Links:
    """What a plan by a model is connected to.

    Args:
        key: The caller's key; held for this call only. A server of one's own takes any text.
        ledger: Where it is booked.
        index: Where its shots appear while it is written.
        report: Hears a fraction 0..1 and a note; raises ``Cancelled`` when a person stopped it.
        base_url: Address of a compatible server; None reads ``OPENAI_BASE_URL``, else OpenAI.
        price: Price by hand, for models that the catalogue does not know.
    """

    key: str | None
    ledger: Ledger
    index: Index
    report: Callable[[float, str], None]
    base_url: str | None = None
    price: TokenPrice | None = None


def model_of(project: Project) -> str:
    """The language model that a project plans with."""
    return project.planner_model or default_model()


def quote_usd_micro(project: Project, inputs: PlanInputs, price: TokenPrice | None = None) -> int:
    """The most that writing these shots can cost, with all repeats and repairs, in micro-dollars.

    Raises:
        BadInput: The model's price is not known.
    """
    model = model_of(project)
    return TIMES * worst_usd_micro(inputs, price_of(model, price), model)


def write_plan(project: Project, inputs: PlanInputs, links: Links) -> ScenePlan:
    """A plan by the project's language model.

    Raises:
        CredentialsRefused: There is no key.
        BadInput: The model's price is not known.
        BudgetRefused: The limit would be passed; nothing was sent.
        ProviderFailed: The model did not deliver; the error says what to do.
        Cancelled: A person stopped it.
    """
    if not links.key:
        raise CredentialsRefused(
            "Planning with a language model needs an OpenAI key.",
            "Set OPENAI_API_KEY (any text for a server of your own), or plan offline.",
        )
    model = model_of(project)
    board = Board(links.index, project.id)
    board.wipe()
    watch = _Watch(board, links, len(inputs.slots))
    session = Session(
        writer=OpenAIText(links.key, links.base_url),
        model=model,
        price=price_of(model, links.price),
        book=Ceiling(
            LedgerBook(links.ledger, project.id, model),
            quote_usd_micro(project, inputs, links.price),
        ),
        on_shot=watch,
        judge=_errors_of,
        wait=watch.wait,
    )
    try:
        return plan_with_model(inputs, session)
    finally:
        board.wipe()


@dataclass
class _Watch:
    """Hears each shot and each wait: shows it, and says how far the plan is."""

    board: Board
    links: Links
    total: int
    written: int = 0

    def __call__(self, shot: Shot) -> None:
        self.written += 1
        self.board.add(shot)
        self.links.report(self.fraction, f"shot {self.written} of {self.total}")

    @property
    def fraction(self) -> float:
        """How much is written, 0..0.98: the last part is the plan's check."""
        return min(0.98, self.written / max(1, self.total))

    def wait(self, seconds: float) -> None:
        """Wait in small steps, so that a cancel is noticed within a second."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.links.report(self.fraction, f"the model asks to wait: {left:.0f} s")
            time.sleep(min(0.5, left))


def _errors_of(character: Character) -> Sequence[str]:
    """What stops paid clips of a character, in the validator's words."""
    from pipeline.cast.gate import verdict_of

    return tuple(
        f"{reason.message} {reason.fix}".strip()
        for reason in verdict_of(character).reasons
        if reason.level == "error"
    )
