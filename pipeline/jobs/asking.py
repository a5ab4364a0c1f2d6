"""One attempt: the intent with its reservation, then one POST, and what became of it in the row."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from threading import Lock

from pipeline.errors import ProviderBusy, ProviderFailed, ProviderUnreachable, StudioError
from pipeline.jobs import journal as states
from pipeline.jobs.journal import Attempt, Intent, Journal
from pipeline.jobs.marks import marked
from pipeline.jobs.meter import Meter
from pipeline.jobs.orders import Account, Order, ending_of
from pipeline.jobs.protocol import Reporter
from pipeline.jobs.reconcile import Patience, match_of
from pipeline.providers.limits import limits_of_replicate
from pipeline.providers.protocol import (
    LowCredit,
    NeverSent,
    Provider,
    Request,
    Throttled,
    Ticket,
)

LOG = logging.getLogger(__name__)
FRESH_S = 5.0
"""An intent older than this is never posted: another process may be about to give it up."""
SHARE_OF_READS = 0.5
COUNTED_FOR_S = 5.0


class Gate:
    """What all units of a process know of an account.

    Until when it must not be asked for more, as the network is away here, and how often a running
    prediction may be asked about.
    """

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._pause: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def poll_s(self, account: str, least_s: float, in_flight: Callable[[], int]) -> float:
        """Seconds between two questions about one prediction.

        All processes together stay below half of the vendor's limit for questions, whatever
        number of predictions they follow.
        """
        with self._lock:
            seconds, until = self._pause.get(account, (least_s, 0.0))
        if time.monotonic() > until:
            a_second = limits_of_replicate().reads_per_minute / 60.0 * SHARE_OF_READS
            seconds = max(least_s, in_flight() / a_second)
            with self._lock:
                self._pause[account] = (seconds, time.monotonic() + COUNTED_FOR_S)
        return seconds

    def shut(self, account: str, seconds: float) -> None:
        with self._lock:
            self._until[account] = max(self._until.get(account, 0.0), time.monotonic() + seconds)

    def left_s(self, account: str) -> float:
        with self._lock:
            return max(0.0, self._until.get(account, 0.0) - time.monotonic())


class Asker:
    """Asks the vendor for one account; see :class:`pipeline.jobs.purchase.Buyer`."""

    def __init__(  # made in one place, from the buyer's own parts
        self,
        journal: Journal,
        provider: Provider,
        account: Account,
        patience: Patience,
        gate: Gate,
    ) -> None:
        self._journal = journal
        self._provider = provider
        self._account = account
        self._patience = patience
        self._gate = gate
        self._meter = Meter(journal.database, limits_of_replicate())

    def ask(self, order: Order, n: int, pause_s: float, report: Reporter) -> None:
        """Make the n-th attempt after a pause; whatever happens is in the row afterwards.

        Raises:
            BudgetRefused: A limit would be passed; nothing was written or asked.
        """
        self._wait(pause_s, report)
        report.progress(0.0, "ordering")
        inputs = marked(order.inputs(n))
        intent = Intent(
            order_key=order.key,
            n=n,
            account=self._account.fingerprint,
            model=order.model,
            slug=order.slug,
            match=match_of(inputs),
            asked_at=time.time(),
            scope=order.scope,
            worst_usd_micro=order.worst_usd_micro,
        )
        if not self._journal.begin(intent):
            return
        attempt = self._journal.latest(order.key)
        if attempt is None or attempt.n != n or time.time() - intent.asked_at > FRESH_S:
            return
        self._post(attempt, Request(order.slug, inputs, int(order.deadline_s)))

    def _post(self, attempt: Attempt, request: Request) -> None:
        try:
            ticket = self._provider.submit(self._account.key, request, self._patience.post_s)
        except ProviderBusy as busy:
            self._refused(attempt, busy, "credit" if isinstance(busy, LowCredit) else "busy")
            self._obey(busy)
        except NeverSent as error:
            self._refused(attempt, error, "unsent")
            self._gate.shut(self._account.fingerprint, self._pause_s(None))
        except ProviderUnreachable:
            LOG.info("attempt %s is in doubt", attempt.ledger_key)
            self._journal.doubt(attempt)
        except ProviderFailed as error:
            self._refused(attempt, error, "refused")
        else:
            self._accepted(attempt, ticket)

    def _accepted(self, attempt: Attempt, ticket: Ticket) -> None:
        if self._journal.created(attempt, ticket.id, time.time()):
            return
        if ticket.id in self._journal.claimed((ticket.id,)):
            # A twin with equal inputs adopted it; this attempt now looks for the twin's.
            self._journal.doubt(attempt)
            return
        LOG.warning("attempt %s was given up before its answer came", attempt.ledger_key)
        self._provider.cancel(self._account.key, ticket)

    def _refused(self, attempt: Attempt, error: StudioError, ending: str) -> None:
        self._journal.give_up(attempt, states.REFUSED, ending_of(error, ending), time.time())

    def _wait(self, pause_s: float, report: Reporter) -> None:
        """Wait out a pause and until it is this order's turn at the vendor, and say so."""
        self._rest(pause_s, report, "waiting to try again")
        account = self._account.fingerprint
        while wait_s := self._gate.left_s(account) or self._meter.take(account):
            self._rest(wait_s, report, "waiting for Replicate")

    def _rest(self, seconds: float, report: Reporter, why: str) -> None:
        until = time.monotonic() + seconds
        while (left_s := until - time.monotonic()) > 0:
            report.progress(0.0, f"{why}: {left_s:.0f} s")
            time.sleep(min(left_s, self._patience.tick_s))

    def _obey(self, busy: ProviderBusy) -> None:
        """Have every process wait as the vendor asks, and as slowly as it asks."""
        account, seconds = self._account.fingerprint, self._pause_s(busy.retry_after_s)
        if isinstance(busy, Throttled):
            self._meter.slow_down(account, busy.per_minute, busy.burst, seconds)
        else:
            self._meter.wait(account, seconds)

    def _pause_s(self, advice_s: float | None) -> float:
        usual_s = self._patience.busy_pause_s if advice_s is None else advice_s
        return usual_s * random.uniform(1.0, 1.2) + self._patience.tick_s
