"""Real processes, killed at random instants: nothing finished runs twice, nothing is lost."""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest

PROJECT = "project-of-the-test"


class Witness:
    """Notes how often each unit had begun when the engine called it finished."""

    def __init__(self, toy, home, engine, run_id):
        self.toy, self.home, self.engine, self.run_id = toy, home, engine, run_id
        self.begun_when_done = {}

    def look(self):
        begun = Counter(self.toy.entries(self.home, "begin"))
        for project, stage, unit in begun:
            states = self.engine.progress.unit_states(self.run_id, stage)
            if states.get(unit) == "done":
                self.begun_when_done.setdefault((project, stage, unit), begun[project, stage, unit])

    def assert_complete(self, units):
        self.look()
        begun = Counter(self.toy.entries(self.home, "begin"))
        assert set(begun) == set(self.toy.entries(self.home, "end"))
        assert len(begun) == units
        assert self.begun_when_done == dict(begun)


def survive(spawn, witness, *, kills, database_url=None):
    """Restart and kill a serving process at random instants until the run has ended."""
    chance = random.Random(7)
    for _number in range(kills):
        process = spawn("serve", database_url=database_url)
        process.first_line()
        time.sleep(chance.uniform(0.1, 2.5))
        process.kill()
        witness.look()
    spawn("serve", database_url=database_url).first_line()
    return witness.engine.wait(witness.run_id, 60)


def test_a_run_killed_again_and_again_loses_nothing_and_repeats_nothing(
    spawn, make_engine, toy, home
):
    engine = make_engine()
    run_id = engine.start(PROJECT, "film:24:0.4")
    witness = Witness(toy, home, engine, run_id)
    assert survive(spawn, witness, kills=5).state == "done"
    witness.assert_complete(25)


def test_two_processes_on_one_home_share_a_run(spawn, make_engine, toy, home):
    engine = make_engine()
    for process in [spawn("serve"), spawn("serve")]:
        assert process.first_line() == "ready"
    run_id = engine.start(PROJECT, "film:16:0.4")
    assert engine.wait(run_id, 60).state == "done"
    Witness(toy, home, engine, run_id).assert_complete(17)
    assert len(toy.entries(home, "begin")) == 17


def test_a_process_that_never_returns_is_replaced_by_another(spawn, make_engine, toy, home):
    engine = make_engine()
    lost = spawn("serve")
    lost.first_line()
    run_id = engine.start(PROJECT, "film:6:2")
    while not toy.entries(home, "begin"):
        time.sleep(0.05)
    spawn("serve").first_line()
    lost.kill()
    witness = Witness(toy, home, engine, run_id)
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
