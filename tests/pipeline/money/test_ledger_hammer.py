from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from pipeline.database import Database
from pipeline.errors import BudgetRefused, InternalFault
from pipeline.money.ledger import Entry, Ledger, Scope

PROJECT = "hammered-project-1"
LIMIT = 20_000_000
PROCESSES = 8
HAMMER = Path(__file__).with_name("hammer.py")
ROOT = Path(__file__).parents[3]


def start(database: Database, seed: int, rounds: int) -> subprocess.Popen[bytes]:
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, str(HAMMER), url, PROJECT, str(seed), str(rounds)]
    return subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})


def test_eight_processes_never_pass_one_budget_by_a_micro_dollar(
    database: Database, ledger: Ledger
) -> None:
    ledger.set_limit("project", PROJECT, LIMIT, by="me")
    ledger.set_limit("clip", f"{PROJECT}/*", LIMIT // 4, by="me")
    workers = [start(database, seed, 40) for seed in range(PROCESSES)]
    samples = 0
    while any(worker.poll() is None for worker in workers):
        totals = ledger.totals(PROJECT)
        assert totals.spent_usd_micro + totals.held_usd_micro <= LIMIT
        samples += 1
        time.sleep(0.01)
    assert [worker.returncode for worker in workers] == [0] * PROCESSES
    assert samples > 10
    assert ledger.faults(PROJECT) == ()
    assert LIMIT * 3 // 4 < sum_of(ledger) <= LIMIT


def test_killed_processes_leave_books_that_close(database: Database, ledger: Ledger) -> None:
    ledger.set_limit("project", PROJECT, LIMIT, by="me")
    dice = random.Random(7)
    workers = [start(database, seed, 400) for seed in range(4)]
    deadline = time.monotonic() + 60
    while len(ledger.entries(PROJECT)) < 20 and time.monotonic() < deadline:
        time.sleep(0.05)
    for worker in workers:
        time.sleep(dice.uniform(0.0, 0.4))
        worker.kill()
        worker.wait()
    assert len(ledger.entries(PROJECT)) >= 20
    assert ledger.faults(PROJECT) == ()
    assert sum_of(ledger) <= LIMIT


def sum_of(ledger: Ledger) -> int:
    totals = ledger.totals(PROJECT)
    return totals.spent_usd_micro + totals.held_usd_micro


class Crash(Exception):
    """The process dies at this statement."""


STEP = st.tuples(
    st.sampled_from(["reserve", "settle", "release"]),
    st.integers(0, 5),
    st.integers(0, 600_000),
    st.none() | st.integers(0, 9),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, max_size=14))
def test_a_crash_between_any_two_statements_leaves_books_that_close(
    tmp_path: Path, steps: list[tuple[str, int, int, int | None]]
) -> None:
    database = Database("sqlite:///" + str(tmp_path / f"{time.monotonic_ns()}.db"))
    database.create_tables()
    ledger = Ledger(database)
    ledger.set_limit("project", PROJECT, 1_000_000, by="me")
    fuse: list[int | None] = [None]

    def burn(*_: object) -> None:
        if fuse[0] is not None:
            fuse[0] -= 1
            if fuse[0] < 0:
                raise Crash

    event.listen(database.engine, "before_cursor_execute", burn)
    event.listen(database.engine, "commit", burn)
    for act, number, amount, crash_at in steps:
        mine = books_of(ledger, f"k{number}")
        fuse[0] = crash_at
        take(ledger, act, f"k{number}", amount, mine)
        fuse[0] = None
        totals = ledger.totals(PROJECT)
        assert totals.spent_usd_micro + totals.held_usd_micro <= 1_000_000
        assert ledger.faults(PROJECT) == ()
    database.close()


def books_of(ledger: Ledger, key: str) -> list[Entry]:
    return [entry for entry in ledger.entries(PROJECT) if entry.key == key]


def take(ledger: Ledger, act: str, key: str, amount: int, mine: list[Entry]) -> None:
    """One step of a run; a settlement never asks for more than was reserved."""
    held = [entry.held_usd_micro for entry in mine if entry.kind == "reserve"]
    released = any(entry.kind == "release" for entry in mine)
    try:
        if act == "reserve":
            ledger.reserve(key, Scope(project_id=PROJECT, stage="generate", unit=key), amount)
        elif act == "settle" and held and not released:
            ledger.settle(key, min(amount, held[0]))
        elif act == "release":
            ledger.release(key, "failed")
    except (Crash, BudgetRefused, InternalFault):
        return


@pytest.mark.parametrize("act", ["reserve", "settle", "release"])
def test_doing_a_step_again_after_a_crash_completes_it(tmp_path: Path, act: str) -> None:
    database = Database("sqlite:///" + str(tmp_path / "studio.db"))
    database.create_tables()
    ledger = Ledger(database)
    scope = Scope(project_id=PROJECT, stage="generate", unit="s1")
    steps = {
        "reserve": lambda: ledger.reserve("a", scope, 500),
        "settle": lambda: ledger.settle("a", 400),
        "release": lambda: ledger.release("a", "failed"),
    }
    if act != "reserve":
        steps["reserve"]()

    def die(*_: object) -> None:
        raise Crash

    event.listen(database.engine, "commit", die)
    with pytest.raises(Crash):
        steps[act]()
    event.remove(database.engine, "commit", die)
    steps[act]()
    steps[act]()
    assert ledger.faults(PROJECT) == ()
    expected = {"reserve": (0, 500), "settle": (400, 0), "release": (0, 0)}[act]
    totals = ledger.totals(PROJECT)
    assert (totals.spent_usd_micro, totals.held_usd_micro) == expected
    database.close()
