"""Doubt, resolved by looking: was a request whose answer was lost accepted or not?

The vendor's list is asked until the request is found, or until it is certain that it is not
there: later than the request could still be on its way, plus the list's own delay, at two looks
that lie apart. Anything less clear is held for a person; nothing is bought on a guess.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import CredentialsRefused, ProviderFailed
from pipeline.jobs import journal as states
from pipeline.jobs.journal import Attempt, Ending, Journal
from pipeline.jobs.marks import is_marked, may_be
from pipeline.jobs.protocol import Reporter
from pipeline.providers.protocol import Listed, Provider

SKEW_S = 60.0
"""Clocks that are further apart than this are corrected by the vendor's own dates."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for what, in seconds.

    Args:
        post_s: For the answer to a creation.
        lag_s: That the vendor's list may be behind.
        apart_s: Between the two empty looks after which a request counts as never accepted.
        look_s: Between looks.
        listing_s: That the list may fail after that, before the attempt is held.
        stale_s: Age at which the vendor has deleted what an attempt is recognised by.
        poll_s: Between questions about a running prediction.
        tick_s: Between looks at whether a person has cancelled.
        outage_s: That the vendor may stay silent about a running prediction.
        cancel_s: For a cancellation to be confirmed.
        waited_s: To wait out a rate limit ("busy"), an empty account ("credit") and a network
            that is away ("unsent").
        busy_pause_s: Between tries of these, when the vendor names no time.
        backoff_s: Before the second try, doubled for each further one.
        tries: Attempts at one order, those that waited for a busy vendor not counted.
    """

    post_s: float = 20.0
    lag_s: float = 45.0
    apart_s: float = 10.0
    look_s: float = 3.0
    listing_s: float = 180.0
    stale_s: float = 55 * 60.0
    poll_s: float = 2.0
    tick_s: float = 0.5
    outage_s: float = 900.0
    cancel_s: float = 5.0
    waited_s: Mapping[str, float] = field(
        default_factory=lambda: {"busy": 1800.0, "credit": 120.0, "unsent": 120.0}
    )
    busy_pause_s: float = 10.0
    backoff_s: float = 2.0
    tries: int = 4


class Held(ProviderFailed):
    """Only a person can decide; the reservation stays."""


class Reconciler:
    """Looks for attempts of unknown fate in the vendor's list."""

    def __init__(self, journal: Journal, provider: Provider, patience: Patience) -> None:
        self._journal = journal
        self._provider = provider
        self._patience = patience

    def look(self, attempt: Attempt, key: str, report: Reporter) -> None:
        """Look once and record what follows; waits a moment before, so it may be called in a loop.

        Raises:
            Held: It cannot be told; the row says so.
        """
        age_s = time.time() - attempt.asked_at
        if age_s > self._patience.stale_s:
            self._hold(attempt, "it was ordered too long ago to be found again")
        if attempt.state == states.HOLD:
            self._journal.doubt(attempt)
            return
        self._rest(report)
        try:
            rows = self._provider.listed(key, attempt.asked_at - SKEW_S)
        except CredentialsRefused:
            raise
        except ProviderFailed as error:
            if age_s > self._certain_after_s + self._patience.listing_s:
                self._hold(
                    attempt, f"Replicate's list cannot be read ({error.message.rstrip('.')})"
                )
            return
        self._judge(attempt, rows)

    @property
    def _certain_after_s(self) -> float:
        return self._patience.post_s + self._patience.lag_s

    def _judge(self, attempt: Attempt, rows: tuple[Listed, ...]) -> None:
        ours = [row for row in rows if self._may_be(attempt, row)]
        # Counted after the list was read and before the claims: whoever got into the list has
        # its row by now, and either waits for its answer or has claimed its prediction.
        rivals = self._journal.rivals(attempt)
        taken = self._journal.claimed([row.id for row in ours])
        free = [row for row in ours if row.id not in taken]
        marks_kept = any(is_marked(row.inputs or {}) for row in rows)
        sent = json.loads(attempt.match_json)
        equal = [row for row in free if may_be(sent, row.inputs or {}, marks_kept=marks_kept)]
        if len(equal) > rivals:
            if time.time() - attempt.asked_at > self._certain_after_s:
                self._hold(attempt, f"{len(equal)} orders at Replicate look the same")
        elif equal:
            # The oldest first: it is the one that was lost first. Equal inputs are equal clips.
            self._journal.created(attempt, equal[-1].id, equal[-1].created_at)
        elif any(row.inputs is None for row in free):
            self._hold(attempt, "Replicate has deleted what it could be recognised by")
        else:
            self._empty(attempt)

    def _may_be(self, attempt: Attempt, row: Listed) -> bool:
        latest = attempt.asked_at + self._certain_after_s + SKEW_S
        return row.slug == attempt.slug and row.created_at <= latest

    def _empty(self, attempt: Attempt) -> None:
        now = time.time()
        if now - attempt.asked_at < self._certain_after_s:
            if attempt.state == states.INTENT:
                self._journal.doubt(attempt)
        elif attempt.empty_at is None:
            self._journal.empty_look(attempt, now)
        elif now - attempt.empty_at >= self._patience.apart_s:
            lost = Ending(
                "transient",
                "ProviderUnreachable",
                "Replicate did not take the order; nothing was bought.",
                "Start it again.",
            )
            self._journal.give_up(attempt, states.VOID, lost, now)

    def _hold(self, attempt: Attempt, why: str) -> None:
        message = f"Whether this was bought cannot be told: {why}."
        self._journal.hold(attempt, message)
        raise Held(
            message,
            "Look at replicate.com/predictions, then settle it on the Costs page;"
            " the money stays set aside until then.",
        )

    def _rest(self, report: Reporter) -> None:
        until = time.monotonic() + self._patience.look_s
        while (left := until - time.monotonic()) > 0:
            report.progress(0.0, "asking Replicate whether the order arrived")
            time.sleep(min(left, self._patience.tick_s))


def match_of(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What an order is recognised by in a list: its plain inputs.

    Addresses of files are left out, as the vendor may rewrite them.
    """
    return {name: value for name, value in inputs.items() if _is_plain(value)}


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return not value.startswith(("http://", "https://", "data:"))
    return isinstance(value, int | float | bool)
