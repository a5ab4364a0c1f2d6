"""Rate limits that all processes keep together, and the lower ones that a vendor names."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from pipeline.database import Database
from pipeline.errors import BadInput
from pipeline.jobs.asking import Gate
from pipeline.jobs.meter import METERS, Meter
from pipeline.providers.limits import Limits, limits_of_replicate
from tests.fakes.replicate_server import FakeReplicate
from tests.pipeline.jobs.test_purchase import PRICE, Desk, Watcher, order

ROOT = Path(__file__).parents[3]
FEW = Limits(
    source="a test",
    verified=date(2026, 11, 22),
    creates_per_minute=600.0,
    burst=5,
    reads_per_minute=3000.0,
    learnt_for_s=60.0,
)
TAKER = """
import sys, time
from pipeline.database import Database
from pipeline.jobs.meter import Meter
from tests.pipeline.jobs.test_meter import FEW
meter, until = Meter(Database(sys.argv[1]), FEW), time.time() + 2.0
taken = 0
while time.time() < until:
    wait_s = meter.take("of the test")
    taken += not wait_s
    time.sleep(min(wait_s, max(0.0, until - time.time())))
print(taken)
"""


@pytest.fixture
def database(tmp_path: Path) -> Any:
    database = Database(f"sqlite:///{tmp_path / 'studio.sqlite'}")
    database.create_tables()
    yield database
    database.close()


def test_a_burst_goes_at_once_and_the_rest_at_the_rate(database) -> None:
    meter = Meter(database, FEW)
    assert [meter.take("a") for _n in range(5)] == [0.0] * 5
    assert 0.0 < meter.take("a") <= 0.1
    assert meter.take("another account") == 0.0


def test_three_processes_together_stay_below_the_limit(database) -> None:
    command, began = [sys.executable, "-c", TAKER, database.url], time.time()
    takers = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _n in range(3)
    ]
    taken = sum(int(taker.communicate()[0]) for taker in takers)

    assert FEW.burst < taken <= FEW.burst + 10 * (time.time() - began) + 1


def test_a_vendor_that_asks_to_wait_is_obeyed_by_every_process(database) -> None:
    one, other = Meter(database, FEW), Meter(database, FEW)
    one.wait("a", 3.0)
    assert 2.5 < other.take("a") <= 3.0


def test_a_lower_rate_is_believed_for_a_while(database) -> None:
    one, other = Meter(database, FEW), Meter(database, FEW)
    one.slow_down("a", 60.0, 1, 0.0)
    assert other.take("a") == 0.0
    assert 0.8 < other.take("a") <= 1.0


def test_a_clock_that_went_wrong_stops_nobody_for_long(database) -> None:
    meter = Meter(database, FEW)
    meter.wait("a", 10.0**9)
    assert meter.take("a") <= 600.0


def test_what_a_fast_clock_wrote_is_replaced_so_that_the_wait_comes_to_an_end(database) -> None:
    meter = Meter(database, FEW)
    with database.begin() as connection:
        row = {"account": "a", "due_at": time.time() + 10.0**6, "learnt_until": 0.0}
        connection.execute(insert(METERS).values(learnt_per_minute=0.0, learnt_burst=1, **row))

    first_s = meter.take("a")
    time.sleep(0.2)

    assert meter.take("a") <= first_s - 0.2


def test_a_shorter_wish_to_wait_does_not_shorten_a_longer_one(database) -> None:
    one, other = Meter(database, FEW), Meter(database, FEW)
    one.wait("a", 30.0)
    other.wait("a", 2.0)
    assert one.take("a") > 28.0
    other.slow_down("a", 60.0, 1, 2.0)
    assert one.take("a") > 28.0


def test_a_lower_rate_after_a_whole_burst_costs_no_more_than_the_wait_that_came_with_it(
    database,
) -> None:
    meter = Meter(database, FEW)
    for _request in range(FEW.burst):
        meter.take("a")
    meter.slow_down("a", 6.0, 1, 0.0)
    assert meter.take("a") <= 0.1


def test_an_account_with_little_credit_gets_all_its_clips_with_few_refusals(
    home: Path,
) -> None:
    home.mkdir()
    with FakeReplicate() as vendor:
        vendor.manners.per_minute = 120.0
        desks = [Desk(home, vendor.url) for _process in range(2)]
        desks[0].ledger.set_limit("project", "song", 10 * PRICE, "person")
        watcher = Watcher()
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda n: desks[n % 2].buyer().buy(order(str(n)), watcher), range(8)))
        for desk in desks:
            desk.close()

    assert vendor.creations == 8
    assert vendor.throttled <= 12, "asked at first, then in turn"
    assert any(note.startswith("waiting for Replicate") for note in watcher.notes)


def test_questions_about_running_clips_become_rarer_with_their_number() -> None:
    assert Gate().poll_s("a", 2.0, lambda: 40) == 2.0
    assert Gate().poll_s("a", 2.0, lambda: 500) == 20.0


def test_the_documented_limits_hold_unless_a_person_sets_their_own() -> None:
    assert limits_of_replicate({}).creates_per_minute == 600
    own = limits_of_replicate({"REPLICATE_CREATES_PER_MINUTE": "12"})
    assert (own.creates_per_minute, own.burst) == (12.0, 2)
    with pytest.raises(BadInput, match="REPLICATE_CREATES_PER_MINUTE"):
        limits_of_replicate({"REPLICATE_CREATES_PER_MINUTE": "many"})
