"""Real processes, killed at random instants: nothing finished runs twice, nothing is lost."""

from __future__ import annotations

import time

import pytest

PROJECT = "project-of-the-test"


@pytest.mark.slow
def test_a_run_killed_again_and_again_loses_nothing_and_repeats_nothing(make_engine, survive):
    engine = make_engine()
    run_id = engine.start(PROJECT, "film:24:0.4")
    assert survive(engine, run_id, kills=4, units=25) == "done"


def test_two_processes_on_one_home_share_a_run(spawn, make_engine, toy, home):
    engine = make_engine()
    for process in [spawn("serve"), spawn("serve")]:
        assert process.first_line() == "ready"
    run_id = engine.start(PROJECT, "film:16:0.4")
    assert engine.wait(run_id, 60).state == "done"
    assert len(toy.entries(home, "begin")) == 17


def test_a_process_that_never_returns_is_replaced_by_another(
    spawn, make_engine, toy, home, make_witness
):
    engine = make_engine()
    lost = spawn("serve")
    lost.first_line()
    run_id = engine.start(PROJECT, "film:6:2")
    while not toy.entries(home, "begin"):
        time.sleep(0.05)
    spawn("serve").first_line()
    lost.kill()
    witness = make_witness(engine, run_id)
    witness.look()
    assert engine.wait(run_id, 60).state == "done"
    witness.assert_complete(7)


def test_starting_from_many_processes_at_once_is_one_run(spawn, make_engine, toy, home):
    starters = [spawn("start", PROJECT, "film:2:0.1") for _number in range(4)]
    ids = {process.first_line() for process in starters}
    assert len(ids) == 1
    engine = make_engine()
    engine.launch()
    assert engine.wait(ids.pop(), 60).state == "done"
    assert len(toy.entries(home, "begin")) == 3


@pytest.mark.slow
def test_a_run_started_while_nobody_works_waits_for_the_first_worker(spawn, make_engine):
    engine = make_engine()
    run_id = engine.start(PROJECT, "film:2:0.1")
    assert engine.wait(run_id, 1.5).state == "queued"
    spawn("serve").first_line()
    assert engine.wait(run_id, 30).state == "done"
