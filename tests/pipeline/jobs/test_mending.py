"""What a crash between two databases, an update or the engine itself can leave behind."""

from __future__ import annotations

import signal
import sqlite3
import time
from contextlib import closing

import pytest

from pipeline.errors import BadInput, StorageFailed
from pipeline.jobs.slots import FileSlots, known_dead
from pipeline.jobs.worker import run_worker

PROJECT = "project-of-the-test"


def alter(home, statement):
    with closing(sqlite3.connect(home / "dbos.sqlite")) as raw, raw:
        raw.execute(statement)


def test_a_run_whose_starter_died_before_queueing_it_is_run_all_the_same(make_engine):
    engine = make_engine()
    run_id = engine.progress.claim(PROJECT, "film:1:0.1", ())
    engine.launch()
    assert engine.wait(run_id, 30).state == "done"


def test_a_run_begun_under_an_older_protocol_goes_on_after_the_update(make_engine, home):
    engine = make_engine()
    run_id = engine.start(PROJECT, "film:1:0.1")
    alter(home, "UPDATE workflow_status SET application_version='0', workflow_uuid='old'")
    engine.launch()
    assert engine.wait(run_id, 30).state == "done"


def test_what_the_engine_gave_up_ends_as_a_failure_instead_of_running_for_ever(make_engine, home):
    engine = make_engine()
    run_id = engine.start(PROJECT, "film:1:0.1")
    alter(home, "UPDATE workflow_status SET status='ERROR', error='\"lost\"'")
    engine.launch()
    assert engine.wait(run_id, 30).state == "failed"


def test_old_work_of_the_engine_is_deleted_and_the_run_still_known(make_engine, home):
    engine = make_engine()
    engine.launch()
    run_id = engine.start(PROJECT, "film:1:0.1")
    engine.wait(run_id, 30)
    time.sleep(0.5)
    week_ms = 8 * 24 * 3600 * 1000
    alter(home, f"UPDATE workflow_status SET completed_at = completed_at - {week_ms}")
    engine.system.tidy()
    with closing(sqlite3.connect(home / "dbos.sqlite")) as raw:
        assert raw.execute("SELECT count(*) FROM workflow_status").fetchone() == (0,)
    assert engine.state(run_id).state == "done"


def test_a_goal_that_the_studio_does_not_know_starts_nothing(make_engine, toy, home):
    class Picky(toy.ToyWork):
        def stages(self, goal):
            raise BadInput("There is no such goal.")

    engine = make_engine(work=Picky(home))
    with pytest.raises(BadInput, match="no such goal"):
        engine.start(PROJECT, "nonsense")
    assert engine.active() == ()


def test_a_file_lock_tells_the_living_from_the_dead(tmp_path):
    one, other = FileSlots(tmp_path), FileSlots(tmp_path)
    with other.abandoned(one.executor_id) as gone:
        assert not gone
    with other.abandoned(other.executor_id) as gone:
        assert not gone
    one.close()
    with other.abandoned(one.executor_id) as gone:
        assert gone
    other.close()
    assert [path.name for path in tmp_path.iterdir()] == []


def test_a_process_of_another_machine_is_never_taken_for_known_dead():
    assert not known_dead("elsewhere-999999999-abc")


def test_a_worker_refuses_a_queue_that_does_not_exist(make_engine):
    with pytest.raises(BadInput, match="no queue 'clip'"):
        run_worker(make_engine(), ("clip",))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_asked_to_end_leaves_cleanly(spawn, make_engine, toy, home, number):
    engine = make_engine()
    worker = spawn("work")
    engine.start(PROJECT, "film:1:30")
    while not toy.entries(home, "begin"):
        time.sleep(0.05)
    worker.popen.send_signal(number)
    assert worker.popen.wait(10) == 0
    (state,) = engine.active()
    assert state.state == "running"


def test_a_folder_that_is_no_folder_is_refused_in_words(toy, tmp_path):
    (tmp_path / "file").write_text("")
    engine = toy.Engine(tmp_path / "file" / "home", None, toy.ToyWork(tmp_path))
    with pytest.raises(StorageFailed, match="cannot be opened or written"):
        engine.start(PROJECT, "film:1:0")


def test_a_database_that_does_not_answer_is_told_without_its_password(toy, tmp_path):
    url = "postgresql://studio:canary-secret@127.0.0.1:1/nothing"
    engine = toy.Engine(tmp_path, url, toy.ToyWork(tmp_path))
    with pytest.raises(StorageFailed) as caught:
        engine.start(PROJECT, "film:1:0")
    assert "canary-secret" not in f"{caught.value} {caught.value.__cause__}"
    engine.close()
