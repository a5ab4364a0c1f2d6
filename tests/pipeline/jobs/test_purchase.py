"""One purchase against a real server that misbehaves: bought once, or said in words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.database import Database
from pipeline.errors import (
    BudgetRefused,
    Cancelled,
    ContentRefused,
    CredentialsRefused,
    ProviderBusy,
    ProviderFailed,
    RequestRefused,
)
from pipeline.jobs.journal import CREATED, HOLD, SETTLED, VOID, Ending, Intent, Journal
from pipeline.jobs.orders import Account, Order
from pipeline.jobs.purchase import Buyer
from pipeline.jobs.reconcile import Held, Patience
from pipeline.money.ledger import Ledger, Scope
from pipeline.providers.protocol import Ticket
from pipeline.providers.replicate import Replicate
from tests.fakes.replicate_server import FakeReplicate

PRICE = 350_000
LIMIT = 1_000_000
PATIENCE = Patience(
    post_s=1.0,
    lag_s=0.8,
    apart_s=0.2,
    look_s=0.1,
    listing_s=0.5,
    poll_s=0.1,
    tick_s=0.05,
    outage_s=2.0,
    cancel_s=2.0,
    waited_s={"busy": 20.0, "credit": 1.0, "unsent": 1.0},
    busy_pause_s=0.1,
    backoff_s=0.1,
)


class Desk:
    """A ledger, a journal and buyers, on a database of this test's own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.database = Database(f"sqlite:///{folder / 'studio.sqlite'}")
        self.database.create_tables()
        self.ledger = Ledger(self.database, default_usd_micro=LIMIT)
        self.journal = Journal(self.database, self.ledger)
        self.provider = Replicate(url)

    def buyer(self, key: str = "r8_canary", patience: Patience = PATIENCE) -> Buyer:
        return Buyer(self.journal, self.provider, Account(key, f"of {key}"), patience)

    def totals(self) -> tuple[int, int]:
        totals = self.ledger.totals("song")
        assert self.ledger.faults("song") == ()
        return totals.spent_usd_micro, totals.held_usd_micro

    def close(self) -> None:
        self.provider.close()
        self.database.close()


def order(name: str = "a", **changes: Any) -> Order:
    plain = Order(
        key=f"order-{name}",
        model="kling",
        slug="kwaivgi/kling",
        scope=Scope(project_id="song", stage="clips", unit=name),
        worst_usd_micro=PRICE,
        inputs=lambda _n: {"prompt": f"waves {name}", "duration": 5},
        charge=lambda _done: PRICE,
        deadline_s=30.0,
        usual_s=(1.0, 2.0),
    )
    return replace(plain, **changes)


class Watcher:
    """Collects notes; cancels when told to."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.cancel_when: Callable[[], bool] = lambda: False

    def progress(self, fraction: float, note: str = "") -> None:
        self.notes.append(note)
        if self.cancel_when():
            raise Cancelled("Stopped.")


@pytest.fixture
def vendor() -> Iterator[FakeReplicate]:
    with FakeReplicate() as fake:
        yield fake


@pytest.fixture
def desk(home: Path, vendor: Any) -> Iterator[Desk]:
    home.mkdir()
    desk = Desk(home, vendor.url)
    yield desk
    desk.close()


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


def test_one_order_is_one_creation_and_its_exact_price(desk, vendor, watcher) -> None:
    bought = desk.buyer().buy(order(), watcher)

    assert bought.outputs[0].startswith(vendor.url)
    assert vendor.creations == 1
    assert vendor.cancel_after == ["30s"]
    assert desk.totals() == (PRICE, 0)
    assert any("usually 1 to 2 s" in note for note in watcher.notes)


def test_the_same_order_again_asks_for_nothing_new(desk, vendor, watcher) -> None:
    first = desk.buyer().buy(order(), watcher)
    again = desk.buyer().buy(order(), watcher)

    assert again.outputs == first.outputs
    assert vendor.creations == 1
    assert desk.totals() == (PRICE, 0)


@pytest.mark.parametrize("fault", ["drop", "error500", "late", "nonsense"])
def test_an_accepted_order_whose_answer_was_lost_is_adopted(desk, vendor, watcher, fault) -> None:
    vendor.manners.create.append(fault)
    vendor.manners.late_s = 2.0
    vendor.manners.listing_lag_s = 0.4

    desk.buyer().buy(order(), watcher)

    assert vendor.creations == 1
    assert desk.totals() == (PRICE, 0)


@pytest.mark.parametrize("fault", ["refuse_drop", "error500_nothing"])
def test_an_order_that_never_arrived_is_put_again_once_that_is_certain(
    desk, vendor, watcher, fault
) -> None:
    vendor.manners.create.append(fault)
    began = time.time()

    bought = desk.buyer().buy(order(), watcher)

    assert bought.attempt.n == 2
    assert time.time() - began > PATIENCE.post_s + PATIENCE.lag_s
    assert vendor.creations == 1
    assert desk.totals() == (PRICE, 0)


def test_a_crash_between_intent_and_answer_is_found_in_the_list(desk, vendor, watcher) -> None:
    wanted = order()
    intent(desk, wanted)
    vendor.accept(wanted.slug, dict(wanted.inputs(1)), "r8_canary")

    desk.buyer().buy(wanted, watcher)

    assert vendor.creations == 1
    assert vendor.asked("create") == 0


def test_of_two_equal_orders_in_doubt_each_adopts_its_own(desk, vendor, watcher) -> None:
    same = {"inputs": lambda _n: {"prompt": "the same", "duration": 5}}
    for name in "ab":
        intent(desk, order(name, **same))
        vendor.accept("kwaivgi/kling", {"prompt": "the same", "duration": 5}, "r8_canary")

    ids = {
        desk.buyer().buy(order(name, **same), watcher).attempt.prediction_id for name in ("a", "b")
    }

    assert len(ids) == 2
    assert vendor.creations == 2


def test_an_order_that_looks_like_two_others_is_held_and_its_money_stays_aside(
    desk, vendor, watcher
) -> None:
    wanted = order()
    intent(desk, wanted)
    for _number in range(2):
        vendor.accept(wanted.slug, dict(wanted.inputs(1)), "r8_canary")

    with pytest.raises(Held, match="look the same"):
        desk.buyer().buy(wanted, watcher)

    assert desk.journal.latest(wanted.key).state == HOLD
    assert desk.totals() == (0, PRICE)
    assert vendor.asked("create") == 0


def test_when_the_list_cannot_be_read_nothing_is_bought_on_a_guess(desk, vendor, watcher) -> None:
    vendor.manners.create.append("drop")
    vendor.manners.listing_broken = True

    with pytest.raises(Held):
        desk.buyer().buy(order(), watcher)
    assert desk.totals() == (0, PRICE)

    vendor.manners.listing_broken = False
    desk.buyer().buy(order(), watcher)
    assert vendor.creations == 1


def test_an_order_older_than_the_vendors_memory_is_held(desk, vendor, watcher) -> None:
    wanted = order()
    intent(desk, wanted, asked_at=time.time() - 56 * 60)

    with pytest.raises(Held, match="too long ago"):
        desk.buyer().buy(wanted, watcher)

    assert vendor.asked("create") == 0


def test_another_accounts_token_buys_nothing_again(desk, vendor, watcher) -> None:
    wanted = order()
    intent(desk, wanted)

    with pytest.raises(CredentialsRefused, match="another Replicate token"):
        desk.buyer("r8_other").buy(wanted, watcher)

    assert vendor.asked("create") == 0
    assert desk.totals() == (0, PRICE)


@pytest.mark.parametrize("fault", ["busy", "busy_silent", "busy_after"])
def test_a_busy_vendor_is_waited_out_and_shown(desk, vendor, watcher, fault) -> None:
    vendor.manners.create.extend([fault, fault])

    desk.buyer().buy(order(), watcher)

    assert vendor.creations == 1
    assert any(note.startswith("waiting for Replicate") for note in watcher.notes)
    assert desk.totals() == (PRICE, 0)


def test_low_credit_is_waited_for_and_then_said(desk, vendor, watcher) -> None:
    vendor.manners.create.extend(["credit"] * 50)

    with pytest.raises(ProviderBusy, match="no credit"):
        desk.buyer().buy(order(), watcher)

    assert desk.totals() == (0, 0)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("unauthorized", (CredentialsRefused, "does not accept the token")),
        ("forbidden", (CredentialsRefused, "does not accept the token")),
        ("missing", (RequestRefused, "kwaivgi/kling")),
        ("invalid", (RequestRefused, "Must be one of 5, 10")),
    ],
)
def test_a_refusal_is_final_and_costs_nothing(desk, vendor, watcher, fault, expected) -> None:
    vendor.manners.create.append(fault)

    with pytest.raises(expected[0], match=expected[1]) as refused:
        desk.buyer().buy(order(), watcher)

    assert "r8_canary" not in repr(refused.value)
    assert vendor.asked("create") == 1
    assert desk.totals() == (0, 0)


def test_a_moderated_clip_is_free_and_not_tried_again(desk, vendor, watcher) -> None:
    vendor.manners.outcome.append("moderated")

    with pytest.raises(ContentRefused, match="flagged as sensitive"):
        desk.buyer().buy(order(), watcher)
    with pytest.raises(ContentRefused):
        desk.buyer().buy(order(), watcher)

    assert vendor.creations == 1
    assert desk.totals() == (0, 0)


@pytest.mark.parametrize("fault", ["failed", "aborted"])
def test_a_transient_failure_is_tried_again_and_only_the_good_one_is_paid(
    desk, vendor, watcher, fault
) -> None:
    vendor.manners.outcome.append(fault)

    desk.buyer().buy(order(), watcher)

    assert vendor.creations == 2
    assert len(vendor.charged) == 1
    assert desk.totals() == (PRICE, 0)


def test_tries_end_with_the_vendors_words(desk, vendor, watcher) -> None:
    vendor.manners.outcome.extend(["failed"] * 10)

    with pytest.raises(ProviderFailed, match="device-side assert"):
        desk.buyer().buy(order(), watcher)

    assert vendor.creations == PATIENCE.tries
    assert desk.totals() == (0, 0)


def test_cancelling_stops_the_vendor_within_seconds(desk, vendor, watcher) -> None:
    vendor.manners.outcome.append("endless")
    watcher.cancel_when = lambda: vendor.creations == 1

    began = time.monotonic()
    with pytest.raises(Cancelled):
        desk.buyer().buy(order(), watcher)

    assert time.monotonic() - began < 3
    assert [one.canceled is not None for one in vendor.predictions.values()] == [True]
    assert desk.totals() == (0, 0)


def test_a_clip_that_never_ends_is_cancelled_remotely_and_said(desk, vendor, watcher) -> None:
    vendor.manners.outcome.append("endless")

    with pytest.raises(ProviderFailed, match="cancelled"):
        desk.buyer().buy(order(deadline_s=1.0), watcher)

    assert vendor.asked("cancel") == 1
    assert desk.totals() == (0, 0)


def test_nothing_is_asked_when_the_limit_would_be_passed(desk, vendor, watcher) -> None:
    with pytest.raises(BudgetRefused):
        desk.buyer().buy(order(worst_usd_micro=LIMIT + 1), watcher)

    assert vendor.requests == []
    assert desk.journal.latest("order-a") is None


def test_a_charge_above_the_reservation_is_shown_and_closes_the_budget(
    desk, vendor, watcher
) -> None:
    desk.buyer().buy(order(charge=lambda _done: 2 * PRICE), watcher)

    assert desk.totals() == (2 * PRICE, 0)
    with pytest.raises(BudgetRefused):
        desk.buyer().buy(order("b"), watcher)


def test_two_runners_of_one_order_buy_it_once(desk, vendor) -> None:
    vendor.manners.answer_s = 0.5
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda _n: desk.buyer().buy(order(), Watcher()), range(6)))

    assert vendor.creations == 1
    assert len({one.outputs for one in found}) == 1
    assert desk.totals() == (PRICE, 0)


def test_an_answer_that_comes_after_it_was_given_up_is_cancelled(desk, vendor, watcher) -> None:
    wanted = order()
    attempt = intent(desk, wanted)
    late = vendor.accept(wanted.slug, {"prompt": "other"}, "r8_canary")
    desk.journal.give_up(attempt, VOID, Ending("transient"), time.time())

    desk.buyer()._asker._accepted(attempt, Ticket(late.id))

    assert late.canceled is not None
    desk.buyer().buy(wanted, watcher)
    assert desk.totals() == (PRICE, 0)


def test_times_are_learnt_from_own_clips(desk, vendor, watcher) -> None:
    for name in "abc":
        desk.ledger.set_limit("project", "song", 10 * PRICE, "person")
        desk.buyer().buy(order(name), watcher)

    learnt = desk.journal.latencies_s("kling")

    assert len(learnt) == 3
    assert all(0 < one < 5 for one in learnt)


def intent(desk: Desk, wanted: Order, asked_at: float | None = None) -> Any:
    """The row that a process leaves when it dies right after writing it."""
    desk.journal.begin(
        Intent(
            order_key=wanted.key,
            n=1,
            account="of r8_canary",
            model=wanted.model,
            slug=wanted.slug,
            match=dict(wanted.inputs(1)),
            asked_at=asked_at or time.time(),
            scope=wanted.scope,
            worst_usd_micro=wanted.worst_usd_micro,
        )
    )
    attempt = desk.journal.latest(wanted.key)
    assert attempt is not None
    return attempt


def test_a_created_attempt_is_followed_by_whoever_comes_next(desk, vendor, watcher) -> None:
    wanted = order()
    made = vendor.accept(wanted.slug, dict(wanted.inputs(1)), "r8_canary")
    assert desk.journal.created(intent(desk, wanted), made.id, time.time())
    assert desk.journal.latest(wanted.key).state == CREATED

    bought = desk.buyer().buy(wanted, watcher)

    assert bought.attempt.state == SETTLED
    assert vendor.asked("create") == 0
