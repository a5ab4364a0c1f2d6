"""What is bought and for whom: the values that buying is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline import errors
from pipeline.errors import ProviderFailed, StudioError
from pipeline.jobs.journal import Attempt, Ending
from pipeline.money.ledger import Scope
from pipeline.providers.protocol import Done


@dataclass(frozen=True)
class Account:
    """Whose money it is. The key is in memory only; ``fingerprint`` is what may be written."""

    key: str = field(repr=False)
    fingerprint: str


@dataclass(frozen=True)
class Order:
    """One thing to be bought.

    Args:
        key: Same for the same thing, whatever process asks.
        slug: The vendor's address of the model; ``model`` is ours.
        scope: What the money is for.
        worst_usd_micro: The most that it can cost.
        inputs: Gives the vendor's inputs for the n-th attempt; may upload files.
        charge: Micro-dollars of a finished one.
        deadline_s: Seconds after which it is cancelled remotely.
        usual_s: Seconds that the vendor needs in half and in nine of ten cases.
    """

    key: str
    model: str
    slug: str
    scope: Scope
    worst_usd_micro: int
    inputs: Callable[[int], Mapping[str, Any]]
    charge: Callable[[Done], int]
    deadline_s: float
    usual_s: tuple[float, float]


@dataclass(frozen=True)
class Bought:
    """A finished purchase; ``latency_s`` is from acceptance to its end."""

    attempt: Attempt
    outputs: tuple[str, ...]
    removed: bool
    latency_s: float


def ending_of(error: StudioError, ending: str) -> Ending:
    """An error as the row keeps it, under the nearest name of the studio's own tree."""
    names = (kind.__name__ for kind in type(error).__mro__)
    known = next(name for name in names if hasattr(errors, name))
    return Ending(ending, known, error.message, error.way_out)


def error_of(attempt: Attempt) -> StudioError:
    """The error that an attempt ended with, in its own class."""
    kind: Any = getattr(errors, attempt.kind, ProviderFailed)
    message = attempt.message or "Replicate did not take the order; nothing was bought."
    error: StudioError = kind(message, attempt.way_out or "Start it again.")
    return error
