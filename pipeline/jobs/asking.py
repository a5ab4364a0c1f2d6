"""One attempt: the intent with its reservation, then one POST, and what became of it in the row."""

from __future__ import annotations

import logging
import random
import time
from threading import Lock

from pipeline.errors import ProviderBusy, ProviderFailed, ProviderUnreachable, StudioError
from pipeline.jobs import journal as states
from pipeline.jobs.journal import Attempt, Intent, Journal
from pipeline.jobs.orders import Account, Order, ending_of
from pipeline.jobs.protocol import Reporter
from pipeline.jobs.reconcile import Patience, match_of
from pipeline.providers.protocol import LowCredit, NeverSent, Provider, Request, Ticket

LOG = logging.getLogger(__name__)
FRESH_S = 5.0
"""An intent older than this is never posted: another process may be about to give it up."""


class Gate:
    """Until when an account must not be asked for more, shared by all units of a process."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._lock = Lock()

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

    def ask(self, order: Order, n: int, pause_s: float, report: Reporter) -> None:
        """Make the n-th attempt after a pause; whatever happens is in the row afterwards.

        Raises:
            BudgetRefused: A limit would be passed; nothing was written or asked.
        """
        self._wait(pause_s, report)
        report.progress(0.0, "ordering")
        inputs = order.inputs(n)
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
            self._shut(busy.retry_after_s)
        except NeverSent as error:
            self._refused(attempt, error, "unsent")
            self._shut(None)
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
        """Wait until the vendor may be asked again, and say so."""
        until = time.monotonic() + pause_s
        while True:
            vendor_s = self._gate.left_s(self._account.fingerprint)
            left_s = max(vendor_s, until - time.monotonic())
            if left_s <= 0:
                return
            why = "waiting for Replicate" if vendor_s else "waiting to try again"
            report.progress(0.0, f"{why}: {left_s:.0f} s")
            time.sleep(min(left_s, self._patience.tick_s))

    def _shut(self, advice_s: float | None) -> None:
        usual_s = self._patience.busy_pause_s if advice_s is None else advice_s
        seconds = usual_s * random.uniform(1.0, 1.2) + self._patience.tick_s
        self._gate.shut(self._account.fingerprint, seconds)
