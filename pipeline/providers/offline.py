"""A vendor in memory: free, deterministic, without a network. Part of the product, also for tests.

It takes any order, runs for a given number of questions, and delivers what ``make`` returns.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from pipeline.errors import ProviderFailed, RequestRefused
from pipeline.providers.protocol import Done, Failed, Listed, Request, Running, Ticket, Upload

Make = Callable[[Request], tuple[str, ...]]
UPLOAD_LIFE_S = 24 * 3600.0


@dataclass
class _Job:
    request: Request
    created_at: float
    questions: int = 0
    cancelled: bool = False
    outputs: tuple[str, ...] = field(default=())


class Offline:
    """Implements :class:`pipeline.providers.protocol.Provider`.

    Args:
        make: Gives the addresses of what an order delivers; called once an order.
        questions: How often :meth:`poll` answers that it still runs.
    """

    def __init__(self, make: Make, questions: int = 1) -> None:
        self._make = make
        self._questions = questions
        self._jobs: dict[tuple[str, str], _Job] = {}
        self._lock = Lock()

    def submit(self, key: str, request: Request, timeout_s: float) -> Ticket:
        """Create; the n-th order of all is always ``offline-n``."""
        del timeout_s
        with self._lock:
            ticket = Ticket(f"offline-{len(self._jobs) + 1}")
            self._jobs[key, ticket.id] = _Job(request, time.time())
        return ticket

    def poll(self, key: str, ticket: Ticket) -> Running | Done | Failed:
        """Running for so many questions, then done."""
        with self._lock:
            job = self._job(key, ticket)
            if job.cancelled:
                return Failed(ProviderFailed("The order was cancelled."), "cancelled")
            job.questions += 1
            if job.questions <= self._questions:
                return Running("processing")
            job.outputs = job.outputs or self._make(job.request)
            return Done(job.outputs)

    def cancel(self, key: str, ticket: Ticket) -> None:
        """Stop an order that is not done."""
        with self._lock:
            job = self._job(key, ticket)
            job.cancelled = not job.outputs

    def listed(self, key: str, since_s: float) -> tuple[Listed, ...]:
        """The orders of a key, the newest first."""
        with self._lock:
            return tuple(
                Listed(ident, job.request.slug, job.request.inputs, job.created_at)
                for (owner, ident), job in reversed(self._jobs.items())
                if owner == key and job.created_at >= since_s
            )

    def upload(self, key: str, path: Path) -> Upload:
        """The file where it lies."""
        del key
        return Upload(path.resolve().as_uri(), time.time() + UPLOAD_LIFE_S)

    def _job(self, key: str, ticket: Ticket) -> _Job:
        job = self._jobs.get((key, ticket.id))
        if job is None:
            raise RequestRefused("There is no such order.", "Order it again.")
        return job
