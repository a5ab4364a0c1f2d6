"""What the studio asks of whoever makes clips and stills: three calls, and three to be safe.

    submit ──> Ticket ──poll──> Running │ Done │ Failed          cancel(ticket)
    listed(since)  what the account was asked for, to find a request whose answer was lost
    upload(path)   an address that the vendor can fetch

A key is handed to each call and kept by none. ``submit`` never repeats itself: only
:class:`NeverSent` and the refusals promise that nothing was created.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from pipeline.errors import ProviderBusy, ProviderFailed, ProviderUnreachable

Ending = Literal["transient", "content", "refused", "cancelled"]


class NeverSent(ProviderUnreachable):
    """No connection was made, so nothing can have been created."""


class LowCredit(ProviderBusy):
    """The account has no credit left; the same request succeeds after a top-up."""


class Throttled(ProviderBusy):
    """The account may ask less often than others: ``per_minute``, and ``burst`` at once."""

    def __init__(self, busy: ProviderBusy, per_minute: float, burst: int) -> None:
        super().__init__(busy.message, busy.way_out, busy.retry_after_s)
        self.per_minute = per_minute
        self.burst = burst


@dataclass(frozen=True)
class Request:
    """One creation. ``inputs`` are the vendor's own.

    ``cancel_after_s`` has the vendor stop by itself: it bounds what an orphan costs.
    """

    slug: str
    inputs: Mapping[str, Any]
    cancel_after_s: int


@dataclass(frozen=True)
class Ticket:
    """A creation that the vendor has accepted."""

    id: str


@dataclass(frozen=True)
class Running:
    """Not finished; ``status`` is the vendor's own word."""

    status: str


@dataclass(frozen=True)
class Done:
    """Finished and charged for.

    ``outputs`` are addresses; none when the vendor has nothing (any more): ``removed`` says that
    it was there. ``metrics`` are the units that the vendor reports.
    """

    outputs: tuple[str, ...]
    metrics: Mapping[str, float] = field(default_factory=dict)
    removed: bool = False


@dataclass(frozen=True)
class Failed:
    """Finished without a charge; ``ending`` says whether another try makes sense."""

    error: ProviderFailed
    ending: Ending


@dataclass(frozen=True)
class Listed:
    """One creation of the account. ``created_at`` is seconds since the epoch, by our clock.

    ``inputs`` is None when the vendor has deleted them.
    """

    id: str
    slug: str
    inputs: Mapping[str, Any] | None
    created_at: float


@dataclass(frozen=True)
class Upload:
    """A file at the vendor; ``expires_at`` is seconds since the epoch."""

    url: str
    expires_at: float


class Provider(Protocol):
    """Safe to call from many threads. Every call may raise the errors of ``ProviderFailed``."""

    def submit(self, key: str, request: Request, timeout_s: float) -> Ticket:
        """Create once.

        Raises:
            NeverSent: Nothing was created.
            ProviderUnreachable: Nobody knows whether something was created.
            ProviderFailed: Any other kind: the vendor refused, and nothing was created.
        """

    def poll(self, key: str, ticket: Ticket) -> Running | Done | Failed:
        """How a creation stands."""

    def cancel(self, key: str, ticket: Ticket) -> None:
        """Ask the vendor to stop; :meth:`poll` then says how it ended."""

    def listed(self, key: str, since_s: float) -> tuple[Listed, ...]:
        """Everything that the account created after a time, the newest first."""

    def upload(self, key: str, path: Path) -> Upload:
        """Give the vendor a file; free of charge."""
