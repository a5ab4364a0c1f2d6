"""Buying one thing exactly once: the journal's states, walked until one of them is an end.

    nothing yet ──asked once──> CREATED ──poll──> SETTLED: bought
    in doubt ──list──> CREATED │ VOID ──> the next attempt │ HOLD: the person decides

``buy`` may be called again at any time, by any process, for the same order: it goes on where the
rows are. It never asks the vendor for anything that the rows do not say first.
"""

from __future__ import annotations

import logging
import random
import time

from pipeline.errors import (
    Cancelled,
    CredentialsRefused,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
    RequestRefused,
)
from pipeline.jobs import journal as states
from pipeline.jobs.asking import Asker, Gate
from pipeline.jobs.journal import Attempt, Journal
from pipeline.jobs.orders import Account, Bought, Order, ending_of, error_of
from pipeline.jobs.protocol import LONGER, Reporter
from pipeline.jobs.reconcile import Held, Patience, Reconciler
from pipeline.providers.protocol import Done, Failed, Provider, Running, Ticket

LOG = logging.getLogger(__name__)


class Buyer:
    """Buys for one account.

    Args:
        journal: Where attempts are written.
        provider: Who is asked.
        account: With whose key.
        patience: How long to wait for what.
        gate: Shared with the other buyers of this process.
    """

    def __init__(
        self,
        journal: Journal,
        provider: Provider,
        account: Account,
        patience: Patience | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._journal = journal
        self._provider = provider
        self._account = account
        self._patience = patience or Patience()
        self._gate = gate or Gate()
        self._asker = Asker(journal, provider, account, self._patience, self._gate)
        self._reconciler = Reconciler(journal, provider, self._patience)

    def buy(self, order: Order, report: Reporter) -> Bought:
        """Have the order fulfilled; found again, adopted or bought.

        Raises:
            Held: Whether it was bought cannot be told; only a person can decide.
            BudgetRefused: A limit would be passed; nothing was spent.
            ProviderFailed: It could not be had, in one of its kinds.
            Cancelled: ``report`` said so; the vendor was told to stop.
        """
        try:
            while True:
                bought = self._step(order, report)
                if bought is not None:
                    return bought
        except Cancelled:
            self.stop(order)
            raise

    def stop(self, order: Order) -> None:
        """Cancel what runs at the vendor, and book how that ended."""
        attempt = self._journal.latest(order.key)
        if attempt is not None and attempt.state == states.CREATED and self._own(attempt):
            self._cancel_remote(order, attempt, "cancelled")

    def _step(self, order: Order, report: Reporter) -> Bought | None:
        attempt = self._journal.latest(order.key)
        if attempt is None:
            self._asker.ask(order, 1, 0.0, report)
            return None
        if attempt.state in (*states.OPEN, states.SETTLED):
            self._require_own(attempt)
        if attempt.state in states.UNKNOWN:
            self._reconciler.look(attempt, self._account.key, report)
            return None
        if attempt.state in (states.CREATED, states.SETTLED):
            return self._follow(order, attempt, report)
        self._asker.ask(order, attempt.n + 1, self._pause_before_another(attempt), report)
        return None

    def _pause_before_another(self, attempt: Attempt) -> float:
        """Seconds to wait before the next attempt; raises when there is to be none."""
        waited_s = self._patience.waited_s.get(attempt.ending)
        if waited_s is not None:
            if time.time() - self._journal.first_asked_at(attempt.order_key) < waited_s:
                return 0.0
        elif attempt.ending == "transient":
            tries = self._journal.tries(attempt.order_key)
            if tries < self._patience.tries:
                return self._patience.backoff_s * 2.0 ** (tries - 1) * random.uniform(0.5, 1.5)
        raise error_of(attempt)

    # --- following --------------------------------------------------------------------------

    def _follow(self, order: Order, attempt: Attempt, report: Reporter) -> Bought | None:
        """Poll until the prediction has ended; None when the rows have to be looked at again."""
        ticket = Ticket(attempt.prediction_id or "")
        began = attempt.created_at or attempt.asked_at
        while True:
            outcome = self._poll(ticket, report)
            if isinstance(outcome, Done):
                return self._done(order, attempt, outcome)
            if isinstance(outcome, Failed):
                self._close(order, attempt, outcome)
                return None
            elapsed_s = time.time() - began
            if elapsed_s > order.deadline_s:
                self._cancel_remote(order, attempt, "timeout")
                return None
            self._wait(order, outcome, began, report)

    def _poll(self, ticket: Ticket, report: Reporter) -> Running | Done | Failed:
        """The vendor's word; while it cannot be had, the clip waits, as it is paid for."""
        silent_since = time.monotonic()
        while True:
            try:
                return self._provider.poll(self._account.key, ticket)
            except RequestRefused as error:
                raise Held(
                    "Replicate does not know this clip any more.",
                    "Look it up at replicate.com/predictions, then settle it on the Costs page.",
                ) from error
            except (ProviderUnreachable, ProviderBusy):
                if time.monotonic() - silent_since > self._patience.outage_s:
                    raise
            self._rest(self._patience.poll_s, report, "Replicate does not answer; waiting")

    def _wait(self, order: Order, running: Running, began: float, report: Reporter) -> None:
        half_s, most_s = order.usual_s
        usually = f"usually {half_s:.0f} to {most_s:.0f} s"
        account = self._account.fingerprint
        pause_s = self._gate.poll_s(
            account, self._patience.poll_s, lambda: self._journal.in_flight(account)
        )
        until = time.monotonic() + pause_s
        while (left := until - time.monotonic()) > 0:
            elapsed_s = time.time() - began
            late = elapsed_s > most_s
            note = f"{LONGER} ({usually})" if late else f"{running.status} · {usually}"
            report.progress(min(0.95, elapsed_s / max(most_s, 1.0)), note)
            time.sleep(min(left, self._patience.tick_s))

    def _rest(self, seconds: float, report: Reporter, note: str) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            report.progress(0.0, note)
            time.sleep(min(left, self._patience.tick_s))

    def _done(self, order: Order, attempt: Attempt, done: Done) -> Bought:
        if attempt.state == states.CREATED:
            self._journal.settle(attempt, order.charge(done), time.time())
        settled = self._journal.latest(order.key) or attempt
        ended, began = settled.ended_at or time.time(), attempt.created_at or attempt.asked_at
        return Bought(settled, done.outputs, done.removed, max(0.0, ended - began))

    def _close(self, order: Order, attempt: Attempt, failed: Failed, why: str = "") -> None:
        ending = ending_of(failed.error, why or failed.ending)
        if why == "timeout":
            ending = ending_of(_too_slow(order), why)
        self._journal.give_up(attempt, states.RELEASED, ending, time.time())

    def _cancel_remote(self, order: Order, attempt: Attempt, why: str) -> None:
        """Cancel at the vendor first; what it then says is booked, also a last-moment success."""
        ticket = Ticket(attempt.prediction_id or "")
        give_up = time.monotonic() + self._patience.cancel_s
        try:
            self._provider.cancel(self._account.key, ticket)
            while time.monotonic() < give_up:
                outcome = self._provider.poll(self._account.key, ticket)
                if isinstance(outcome, Done):
                    self._done(order, attempt, outcome)
                    return
                if isinstance(outcome, Failed):
                    self._close(order, attempt, outcome, why)
                    return
                time.sleep(self._patience.tick_s)
        except ProviderFailed as error:
            LOG.info("attempt %s could not be cancelled: %s", attempt.ledger_key, error)

    def _own(self, attempt: Attempt) -> bool:
        return attempt.account == self._account.fingerprint

    def _require_own(self, attempt: Attempt) -> None:
        """Another account cannot see the order, and would buy it again."""
        if not self._own(attempt):
            raise CredentialsRefused(
                "This clip was ordered with another Replicate token; nothing was bought again.",
                "Put that token back, or give the order up on the Costs page.",
            )


def _too_slow(order: Order) -> ProviderUnreachable:
    return ProviderUnreachable(
        f"The clip was not ready after {order.deadline_s / 60:.0f} minutes, so it was cancelled.",
        "Nothing was charged; start it again, or choose another model.",
    )
