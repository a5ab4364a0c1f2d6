from __future__ import annotations

import importlib
import sys
import time
from collections import Counter

import pytest
from sqlalchemy import MetaData

from pipeline.errors import BadInput, InternalFault, ProviderFailed
from pipeline.outcome import raise_unless_done

PROJECT = "project-of-the-test"
QUICK = 30.0


def until(condition, timeout_s=20.0):
    give_up = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.05)


def test_a_run_does_every_unit_of_every_stage_in_order(make_engine, toy, home):
    engine = make_engine()
    engine.launch()
    state = engine.wait(engine.start(PROJECT, "film:3:0.1"), QUICK)
    assert state.state == "done"
    assert state.percent == 100
    assert [(stage.done, stage.total, stage.misses) for stage in state.stages] == [
        (3, 3, 3),
        (1, 1, 1),
    ]
    assert [unit for _p, _s, unit in toy.entries(home, "begin")][-1] == "join0"


def test_the_same_button_pressed_twice_is_one_run(make_engine, toy, home):
    first, second = make_engine(), make_engine()
    one = first.start(PROJECT, "film:2:0.1", ("b", "a"))
    assert second.start(PROJECT, "film:2:0.1", ("a", "b")) == one
    first.launch()
    first.wait(one, QUICK)
    assert Counter(toy.entries(home, "begin")).most_common(1)[0][1] == 1
    assert first.start(PROJECT, "film:2:0.1", ("a", "b")) != one


def test_another_project_goal_or_selection_is_another_run(make_engine):
    engine = make_engine()
    runs = {
        engine.start(PROJECT, "film:2:0.1"),
        engine.start("another-project-id", "film:2:0.1"),
        engine.start(PROJECT, "film:3:0.1"),
        engine.start(PROJECT, "film:2:0.1", ("a",)),
    }
    assert len(runs) == 4
    assert {state.run_id for state in engine.active()} == runs


def test_one_unit_that_fails_stops_no_other_and_is_named_in_words(make_engine):
    engine = make_engine()
    engine.launch()
    state = engine.wait(engine.start(PROJECT, "film:3:0.1", ("a", "bad!", "c")), QUICK)
    draw, join = state.stages
    assert state.state == "done"
    assert (draw.done, draw.total, join.done) == (2, 3, 1)
    failure = draw.failures[0]
    assert (failure.unit, failure.kind) == ("bad!", "ContentRefused")
    assert failure.message == "The picture was refused."
    assert failure.way_out == "Change the prompt."


def test_a_failed_unit_that_later_stages_need_ends_the_run_after_its_stage(make_engine):
    engine = make_engine()
    engine.launch()
    state = engine.wait(engine.start(PROJECT, "strict:3:0.1", ("a", "bad!", "c")), QUICK)
    assert state.state == "failed"
    assert state.stages[0].done == 2
    assert state.stages[1].total is None


def test_a_unit_that_waits_for_a_person_leaves_the_run_held(make_engine):
    engine = make_engine()
    engine.launch()
    state = engine.wait(engine.start(PROJECT, "film:2:0.1", ("a", "which?")), QUICK)
    assert state.state == "held"
    assert state.stages[0].held[0].message == "Choose one."
    assert state.stages[1].done == 1


@pytest.mark.allow_errors
def test_a_defect_in_the_work_ends_as_a_failure_in_words(make_engine, toy, home):
    class Broken(toy.ToyWork):
        def units(self, project_id, stage, selection):
            raise ZeroDivisionError

    engine = make_engine(work=Broken(home))
    engine.launch()
    state = engine.wait(engine.start(PROJECT, "film:2:0.1"), QUICK)
    assert state.state == "failed"
    assert state.failures[0].unit == ""
    assert "The studio itself failed here (ZeroDivisionError)." in state.failures[0].message


def test_results_already_in_the_store_are_hits_without_running(make_engine, toy, home):
    class Ready(toy.ToyWork):
        def ready(self, project_id, stage, units):
            return units[:-1] if stage.startswith("draw") else ()

    engine = make_engine(work=Ready(home))
    engine.launch()
    state = engine.wait(engine.start(PROJECT, "film:40:0.1"), QUICK)
    assert (state.stages[0].hits, state.stages[0].misses) == (39, 1)
    assert len(toy.entries(home, "begin")) == 2


def test_cancel_stops_running_units_within_seconds_and_queued_ones_never_start(
    make_engine, toy, home
):
    engine = make_engine()
    engine.launch()
    run_id = engine.start(PROJECT, "film:12:30")
    until(lambda: len(toy.entries(home, "begin")) == 4)
    began = time.monotonic()
    engine.cancel(run_id)
    assert engine.state(run_id).state == "cancelled"
    until(lambda: not engine.state(run_id).stages[0].running, 5)
    assert time.monotonic() - began < 5
    again = engine.start(PROJECT, "film:2:0.1")
    assert engine.wait(again, QUICK).state == "done"
    assert len(toy.entries(home, "begin")) == 4 + 3


def test_progress_is_the_same_for_a_second_look_from_elsewhere(make_engine):
    engine, page = make_engine(), make_engine()
    engine.launch()
    run_id = engine.start(PROJECT, "film:2:3")
    until(lambda: page.state(run_id).percent > 20)
    state = page.current(PROJECT)
    assert state is not None
    assert state.active
    assert [unit.note for unit in state.stages[0].running] == ["drawing", "drawing"]
    assert 0.2 < state.stages[0].running[0].fraction < 1
    engine.cancel(run_id)


def test_time_left_is_learnt_from_the_studios_own_runs(make_engine):
    engine = make_engine()
    engine.launch()
    first = engine.start(PROJECT, "film:4:0.5")
    assert engine.state(first).eta_s is None
    engine.wait(first, QUICK)
    again = engine.start("another-project-id", "film:4:0.5")
    until(lambda: engine.state(again).stages and engine.state(again).stages[0].total)
    assert 0 < (engine.state(again).eta_s or 0) < 3
    engine.wait(again, QUICK)


def test_an_unknown_run_is_refused_in_words(make_engine):
    with pytest.raises(BadInput, match="not known"):
        make_engine().state("nothing")
    assert make_engine().current(PROJECT) is None


def test_a_second_engine_of_the_same_process_shares_the_first_ones_threads(make_engine):
    first, second = make_engine(), make_engine()
    first.launch()
    second.launch()
    second.close()
    assert first.wait(first.start(PROJECT, "film:1:0.1"), QUICK).state == "done"


def test_one_process_does_not_work_for_two_folders(make_engine, toy, tmp_path):
    make_engine().launch()
    other = toy.Engine(tmp_path / "other", None, toy.ToyWork(tmp_path / "other"))
    with pytest.raises(InternalFault, match="another folder"):
        other.launch()
    other.close()


def test_closing_leaves_running_units_for_the_next_process(make_engine, toy, home):
    engine = make_engine()
    engine.launch()
    run_id = engine.start(PROJECT, "film:2:1")
    until(lambda: len(toy.entries(home, "begin")) == 2)
    engine.close()
    again = make_engine()
    assert again.state(run_id).state == "running"
    again.launch()
    assert again.wait(run_id, QUICK).state == "done"


def test_a_file_edited_while_the_app_runs_does_not_launch_a_second_engine(
    make_engine, toy, home, monkeypatch
):
    make_engine().launch()
    for name in [name for name in sys.modules if name.startswith("pipeline.jobs")]:
        monkeypatch.delitem(sys.modules, name)
    metadata = MetaData()
    monkeypatch.setattr("pipeline.database.METADATA", metadata)
    fresh = importlib.import_module("pipeline.jobs.engine")
    engine = fresh.Engine(home, None, toy.ToyWork(home))
    engine.launch()
    assert engine.wait(engine.start(PROJECT, "film:1:0.1"), QUICK).state == "done"
    engine.close()


def test_a_unit_in_doubt_keeps_the_kind_of_its_error(make_engine):
    engine = make_engine()
    engine.launch()
    state = engine.wait(engine.start(PROJECT, "strict:1:0.1", ("a", "unclear??")), QUICK)
    assert (state.state, state.stages[0].held[0].kind) == ("held", "ProviderFailed")
    with pytest.raises(ProviderFailed, match="In doubt"):
        raise_unless_done(state)
