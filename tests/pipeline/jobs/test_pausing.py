"""A run that stops after a stage because a person wants to look first, and goes on when told to."""

from __future__ import annotations

import time

import pytest

from pipeline.errors import BadInput
from pipeline.jobs.pauses import Pauses
from pipeline.outcome import raise_unless_done

PROJECT = "project-of-the-test"
GOAL = "film:2:0.4"
DRAW, JOIN = f"draw.{GOAL}", f"join.{GOAL}"
QUICK = 30.0


def test_a_run_pauses_after_the_stage_and_says_so(make_engine, toy, home):
    engine = make_engine()
    engine.launch()

    state = engine.wait(engine.start(PROJECT, GOAL, pause_after=DRAW), QUICK)

    assert (state.state, state.pause_after, state.active) == ("paused", DRAW, False)
    assert {unit for _p, _s, unit in toy.entries(home, "begin")} == {"draw0", "draw1"}
    raise_unless_done(state)


def test_a_paused_run_stays_paused_when_the_studio_starts_again(make_engine, toy, home):
    first = make_engine()
    first.launch()
    run_id = first.start(PROJECT, GOAL, pause_after=DRAW)
    first.wait(run_id, QUICK)
    first.close()

    engine = make_engine()
    engine.launch()
    time.sleep(2.0)

    assert engine.current(PROJECT).state == "paused"
    assert len(toy.entries(home, "begin")) == 2


def test_continuing_ends_what_was_asked_for_and_a_double_click_is_one_run(make_engine):
    engine = make_engine()
    engine.launch()
    paused = engine.start(PROJECT, GOAL, ("a", "b"), pause_after=DRAW)
    engine.wait(paused, QUICK)

    again = {engine.go_on(paused), engine.go_on(paused)}

    assert len(again) == 1
    assert engine.wait(again.pop(), QUICK).state == "done"


def test_a_pause_may_be_asked_for_while_the_run_is_under_way_and_withdrawn(make_engine):
    engine = make_engine()
    engine.launch()
    paused = engine.start(PROJECT, GOAL)
    engine.pause_after(paused, DRAW)
    assert engine.state(paused).pause_after == DRAW
    assert engine.wait(paused, QUICK).state == "paused"

    other = engine.start(PROJECT, "film:2:0.5", pause_after="draw.film:2:0.5")
    engine.pause_after(other, None)
    assert engine.wait(other, QUICK).state == "done"


def test_continuing_a_run_that_has_not_paused_yet_takes_its_pause_away(make_engine):
    engine = make_engine()
    run_id = engine.start(PROJECT, GOAL, pause_after=DRAW)
    assert engine.go_on(run_id) == run_id
    engine.launch()
    assert engine.wait(run_id, QUICK).state == "done"


def test_a_click_in_the_moment_in_which_the_run_pauses_is_not_lost(make_engine, monkeypatch):
    engine = make_engine()
    engine.launch()
    run_id = engine.start(PROJECT, GOAL, pause_after=DRAW)
    withdraw = Pauses.withdraw

    def late(pauses, paused):
        engine.wait(paused, QUICK)
        withdraw(pauses, paused)

    monkeypatch.setattr(Pauses, "withdraw", late)
    goes_on = engine.go_on(run_id)

    assert goes_on != run_id
    assert engine.wait(goes_on, QUICK).state == "done"


def test_a_run_pauses_only_if_its_pause_still_stands_in_that_moment(make_engine):
    engine = make_engine()
    run_id = engine.start(PROJECT, GOAL, pause_after=DRAW)
    assert not engine.pauses.stop(run_id, JOIN)
    engine.pauses.withdraw(run_id)
    assert not engine.pauses.stop(run_id, DRAW)
    assert engine.state(run_id).active

    engine.pauses.ask(run_id, DRAW)
    assert engine.pauses.stop(run_id, DRAW)
    assert engine.state(run_id).state == "paused"


def test_after_the_last_stage_a_run_is_simply_done(make_engine):
    engine = make_engine()
    engine.launch()
    state = engine.wait(engine.start(PROJECT, GOAL, pause_after=JOIN), QUICK)
    assert (state.state, state.pause_after) == ("done", None)


def test_a_stage_that_is_not_part_of_the_work_is_refused_before_anything_starts(make_engine):
    engine = make_engine()
    with pytest.raises(BadInput, match="no step 'paint'"):
        engine.start(PROJECT, GOAL, pause_after="paint")
    assert engine.active() == ()


def test_a_failed_stage_is_a_failure_and_no_pause(make_engine):
    engine = make_engine()
    engine.launch()
    goal = "strict:2:0.1"
    state = engine.wait(engine.start(PROJECT, goal, ("bad!",), pause_after=f"draw.{goal}"), QUICK)
    assert state.state == "failed"
