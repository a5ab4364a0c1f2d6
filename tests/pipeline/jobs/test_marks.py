"""Two studios on one account: neither takes what the other has ordered, however equal it looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pipeline.jobs.marks import LENGTH, MOST_LETTERS, is_marked, marked, may_be, unmarked
from pipeline.money.catalogue import load
from tests.fakes.replicate_server import FakeReplicate
from tests.pipeline.jobs.test_purchase import PRICE, Desk, Watcher, order


@pytest.fixture
def vendor() -> Iterator[FakeReplicate]:
    with FakeReplicate() as fake:
        yield fake


@pytest.fixture
def new_desk(tmp_path: Path, vendor: FakeReplicate) -> Iterator[Callable[[str], Desk]]:
    desks = []

    def make(name: str) -> Desk:
        (tmp_path / name).mkdir()
        desks.append(Desk(tmp_path / name, vendor.url))
        return desks[-1]

    yield make
    for desk in desks:
        desk.close()


def test_two_databases_with_the_same_order_in_doubt_each_find_their_own(vendor, new_desk) -> None:
    vendor.manners.create.extend(["drop", "drop"])
    desks = [new_desk("one"), new_desk("two")]
    with ThreadPoolExecutor(2) as threads:
        bought = list(threads.map(lambda desk: desk.buyer().buy(order(), Watcher()), desks))

    assert len({one.attempt.prediction_id for one in bought}) == vendor.creations == 2
    assert [desk.totals() for desk in desks] == [(PRICE, 0), (PRICE, 0)]


def test_an_order_that_never_arrived_does_not_take_another_studios(vendor, new_desk) -> None:
    new_desk("one").buyer().buy(order(), Watcher())
    vendor.manners.create.append("refuse_drop")

    bought = new_desk("two").buyer().buy(order(), Watcher())

    assert bought.attempt.n == 2
    assert vendor.creations == 2


def test_a_vendor_that_cuts_blanks_off_is_still_understood(vendor, new_desk) -> None:
    vendor.manners.create.append("drop")
    vendor.manners.trims = True

    new_desk("one").buyer().buy(order(), Watcher())

    assert vendor.creations == 1


def test_a_seed_tells_orders_apart_and_the_prompt_stays_as_it_is() -> None:
    seeded: dict[str, Any] = {"prompt": "waves", "seed": 4}
    assert marked(seeded) == seeded


def test_a_mark_adds_only_blanks_and_is_another_each_time() -> None:
    one, other = marked({"prompt": "waves "}), marked({"prompt": "waves"})
    assert one["prompt"].strip() == "waves"
    assert one != other
    assert unmarked(one) == unmarked(other) == {"prompt": "waves"}
    assert is_marked(one)


def test_a_row_without_a_mark_is_taken_only_where_the_vendor_keeps_none() -> None:
    sent = marked({"prompt": "waves", "duration": 5})
    bare = {"prompt": "waves", "duration": 5, "added": True}
    assert may_be(sent, bare, marks_kept=False)
    assert not may_be(sent, bare, marks_kept=True)
    assert not may_be(sent, marked(bare), marks_kept=True)
    assert not may_be(sent, {**bare, "duration": 10}, marks_kept=False)


def test_no_marked_prompt_is_longer_than_its_model_takes() -> None:
    unseeded = [model for model in load().models.values() if model.slug and not model.names.seed]
    assert all(model.prompt_limit >= MOST_LETTERS + LENGTH for model in unseeded)
    assert not is_marked(marked({"prompt": "w" * (MOST_LETTERS + 1)}))
