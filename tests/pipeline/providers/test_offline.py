"""The vendor in memory keeps the same promises as one on the network."""

from __future__ import annotations

import pytest

from pipeline.errors import RequestRefused
from pipeline.providers.offline import Offline
from pipeline.providers.protocol import Done, Failed, Request, Running, Ticket

REQUEST = Request("studio/preview", {"prompt": "waves"}, 60)


@pytest.fixture
def offline() -> Offline:
    return Offline(lambda request: (f"memory://{request.inputs['prompt']}",))


def test_an_order_runs_and_is_done(offline: Offline) -> None:
    ticket = offline.submit("key", REQUEST, 1)

    assert isinstance(offline.poll("key", ticket), Running)
    assert offline.poll("key", ticket) == Done(("memory://waves",))


def test_a_cancelled_order_ends_so_and_a_finished_one_stays(offline: Offline) -> None:
    first, second = (offline.submit("key", REQUEST, 1) for _number in range(2))
    offline.poll("key", second)
    offline.poll("key", second)

    offline.cancel("key", first)
    offline.cancel("key", second)

    assert isinstance(offline.poll("key", first), Failed)
    assert isinstance(offline.poll("key", second), Done)


def test_only_the_keys_own_orders_are_listed_the_newest_first(offline: Offline) -> None:
    ids = [offline.submit("key", REQUEST, 1).id for _number in range(2)]
    offline.submit("other", REQUEST, 1)

    assert [one.id for one in offline.listed("key", 0.0)] == ids[::-1]


def test_an_order_that_was_never_placed_is_refused(offline: Offline) -> None:
    with pytest.raises(RequestRefused):
        offline.poll("key", Ticket("offline-9"))
