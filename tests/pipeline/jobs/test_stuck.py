"""Workers that never return: alive, holding their locks, and doing nothing any more."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pipeline import database as studio_rows
from pipeline.database import Database
from pipeline.jobs import system as engine_rows
from pipeline.jobs.engine import EngineOptions
from pipeline.jobs.pulse import Pulse

PROJECT = "project-of-the-test"
LEASE_S = 3.0


def _stop_in_the_middle(spawn, toy, home, engine, goal="film:6:1.5"):
    """A run whose only worker was stopped while it drew, and the worker."""
    database_url = engine.database_url
    stuck = spawn("serve", database_url=database_url)
    stuck.first_line()
    run_id = engine.start(PROJECT, goal)
    while not toy.entries(home, "begin"):
        time.sleep(0.05)
    stuck.popen.send_signal(signal.SIGSTOP)
    while database_url is None and _holds_the_file(home):
        stuck.popen.send_signal(signal.SIGCONT)
        time.sleep(0.05)
        stuck.popen.send_signal(signal.SIGSTOP)
    return run_id, stuck


def _holds_the_file(home):
    """Whether it was stopped inside a write, which on SQLite nobody but itself can end."""
    for name in ("studio.sqlite", "dbos.sqlite"):
        with closing(sqlite3.connect(home / name, timeout=0.2)) as raw:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
    return False


def _write_with(database, action):
    """Do something while a transaction of another process is open."""
    with database.begin() as connection:
        connection.execute(text("UPDATE executors SET beat = 1"))
        action()


@pytest.mark.postgres
def test_a_worker_stopped_inside_a_transaction_holds_nobody_up_for_long(database_url, monkeypatch):
    monkeypatch.setattr("pipeline.database.IDLE_IN_TRANSACTION_MS", 1000)
    stopped, other = Database(database_url), Database(database_url)
    stopped.create_tables()
    Pulse(other, "row", 0.0).beat()
    with pytest.raises(DBAPIError):
        _write_with(stopped, lambda: Pulse(other, "row", 0.0).beat())
    stopped.close()
    other.close()


def _survives_a_stopped_worker(spawn, toy, home, engine, database_url=None):
    run_id, stuck = _stop_in_the_middle(spawn, toy, home, engine)
    spawn("serve", database_url=database_url).first_line()

    assert engine.wait(run_id, 60).state == "done"
    assert len(set(toy.entries(home, "end"))) == 7
    stuck.popen.send_signal(signal.SIGCONT)
    time.sleep(2.0)
    assert stuck.popen.poll() is None, "it came back to nothing, and is no worse for it"
    assert engine.wait(engine.start(PROJECT, "film:2:0.1"), 30).state == "done"


@pytest.mark.slow
def test_a_stopped_worker_is_replaced_after_its_lease(spawn, toy, home, make_engine):
    _survives_a_stopped_worker(spawn, toy, home, make_engine())


@pytest.mark.slow
@pytest.mark.postgres
def test_a_stopped_worker_on_postgres_is_replaced_too(spawn, toy, home, make_engine, database_url):
    _survives_a_stopped_worker(spawn, toy, home, make_engine(database_url), database_url)


@pytest.mark.slow
def test_a_worker_that_is_only_slow_keeps_its_work(spawn, toy, home, make_engine):
    engine = make_engine()
    for _number in range(2):
        spawn("serve").first_line()
    run_id = engine.start(PROJECT, f"film:4:{LEASE_S * 2}")

    assert engine.wait(run_id, 60).state == "done"
    begun = toy.entries(home, "begin")
    assert len(begun) == len(set(begun)) == 5


@pytest.mark.slow
def test_words_that_a_stopped_worker_buys_are_not_bought_by_another_too(
    spawn, toy, home, make_engine
):
    engine = make_engine()
    run_id, stuck = _stop_in_the_middle(spawn, toy, home, engine, "text:1:1.5")
    spawn("serve").first_line()
    time.sleep(LEASE_S * 3)
    assert len(toy.entries(home, "begin")) == 1

    stuck.popen.send_signal(signal.SIGCONT)
    assert engine.wait(run_id, 60).state == "done"
    assert [unit for _p, _s, unit in toy.entries(home, "begin")] == ["draw0", "join0"]


def test_one_that_waits_its_turn_to_write_is_not_taken_for_stuck():
    lease_ms = EngineOptions().lease_s * 1000
    assert lease_ms > 2 * max(studio_rows.BUSY_TIMEOUT_MS, engine_rows.BUSY_TIMEOUT_MS)


class StuckOnce:
    """A toy studio whose first unit says nothing until it is let go."""

    def __init__(self, plain) -> None:
        self.plain, self.let_go, self.began = plain, threading.Event(), []
        self.stages, self.units = plain.stages, plain.units

    def run_unit(self, project_id, stage, unit, report):
        self.began.append(unit)
        if self.began.count(unit) == 1 and unit == "draw0":
            self.let_go.wait(60)
        return self.plain.run_unit(project_id, stage, unit, report)


def test_a_paid_unit_whose_thread_hangs_is_run_by_another_thread(toy, home, make_engine):
    work = StuckOnce(toy.ToyWork(home))
    engine = make_engine(work=work)
    engine.launch()

    state = engine.wait(engine.start(PROJECT, "film:3:0.1"), 40)
    work.let_go.set()

    assert state.state == "done"
    assert work.began.count("draw0") == 2


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'pulse.sqlite'}")
    database.create_tables()
    yield database
    database.close()


def test_of_two_watchers_one_may_hand_on_the_work_of_a_stuck_one(database):
    watchers = [Pulse(database, name, 0.0) for name in ("one", "two")]
    Pulse(database, "stuck", 0.0).beat()
    assert [watcher.claim_stuck("stuck") for watcher in watchers] == [False, False]
    assert [watcher.claim_stuck("stuck") for watcher in watchers] == [True, False]


def test_one_that_shows_itself_is_never_claimed(database):
    watcher, other = Pulse(database, "watcher", 0.0), Pulse(database, "other", 0.0)
    for _look in range(4):
        other.beat()
        assert not watcher.claim_stuck("other")


def test_nothing_is_claimed_for_a_silence_that_an_outage_explains(database):
    watcher = Pulse(database, "watcher", 0.0)
    Pulse(database, "other", 0.0).beat()
    watcher.claim_stuck("other")
    watcher.start_over()
    assert not watcher.claim_stuck("other")
