"""What the ledger accepts, how it refuses, and how a charge is shared. Pure."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pipeline.errors import BadInput, BudgetRefused, InternalFault
from pipeline.money.books import EVERY, Entry, Level, Standing
from pipeline.money.usd import LARGEST_BUDGET_USD, MICRO_PER_USD, dollars, exact

LARGEST_USD_MICRO = LARGEST_BUDGET_USD * MICRO_PER_USD
LEVEL_WORDS: dict[Level, str] = {
    "clip": "this clip's limit",
    "stage": "this stage's limit",
    "project": "the project's limit",
    "day": "today's limit",
    "studio": "the studio's limit",
}

Dimension = Literal["stage", "model", "unit", "subject"]


def refusal(standing: Standing, amount: int) -> BudgetRefused:
    if standing.closed:
        return BudgetRefused(
            "A charge came in above its reservation, so the project's budget is closed.",
            "Look at the charge on the Costs page, then set the limit anew.",
        )
    limit = standing.limit_usd_micro or 0
    used = standing.spent_usd_micro + standing.held_usd_micro
    return BudgetRefused(
        f"{dollars(amount)} more would pass {LEVEL_WORDS[standing.level]} of {exact(limit)} "
        f"by {dollars(used + amount - limit)}: {dollars(standing.spent_usd_micro)} is spent "
        f"and {dollars(standing.held_usd_micro)} is held. Nothing was bought.",
        "Raise the limit on the Costs page, or choose a cheaper model.",
    )


def room(standing: Standing) -> int:
    left = standing.left_usd_micro
    return LARGEST_USD_MICRO if left is None else left


def shares(entry: Entry, dimension: Dimension) -> list[tuple[str, int]]:
    """An entry's charge by name; several subjects share it evenly, the first bears the rest."""
    if dimension != "subject":
        return [(getattr(entry, dimension), entry.spent_usd_micro)]
    names = entry.subject_ids or ("",)
    share, rest = divmod(entry.spent_usd_micro, len(names))
    return [(name, share + (rest if index == 0 else 0)) for index, name in enumerate(names)]


def check_amount(usd_micro: int) -> None:
    if not 0 <= usd_micro <= LARGEST_USD_MICRO:
        raise BadInput(f"{exact(usd_micro)} is no price that the studio accepts.")


def check_charge(usd_micro: int) -> None:
    """A charge of any height is recorded, however absurd; only a negative one is a defect."""
    if usd_micro < 0:
        raise InternalFault(f"{exact(usd_micro)} cannot have been charged.")


def check_limit(level: Level, name: str, limit: int | None) -> None:
    if limit is not None and not 0 <= limit <= LARGEST_USD_MICRO:
        raise BadInput(
            f"{exact(limit)} cannot be a limit.",
            f"Give an amount from $0.00 to {exact(LARGEST_USD_MICRO)}.",
        )
    if (level == "studio") != (name == "") or (level in ("stage", "clip")) != ("/" in name):
        raise InternalFault(f"A {level} limit cannot be named {name!r}.")
    if level == "day" and name != EVERY:
        _check_day(name)


def _check_day(name: str) -> None:
    try:
        date.fromisoformat(name)
    except ValueError as exc:
        raise InternalFault(f"A day limit cannot be named {name!r}.") from exc
