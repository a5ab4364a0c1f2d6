from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from pipeline.errors import Cancelled, ContentRefused, InternalFault
from pipeline.jobs.compute import Pool, PoolSettings

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@pytest.fixture
def toys(monkeypatch):
    """The inputs of the toy stages, which children find on their path."""
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    spec = importlib.util.spec_from_file_location("toy_stages", HERE / "toy_stages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def make_pool(toys, home):
    pools = []

    def make(workers=1, idle_s=60.0):
        settings = PoolSettings(str(home), idle_s=idle_s, stages="toy_stages:stage_named")
        pools.append(Pool(home, workers, settings))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


class Report:
    """Keeps what it is told, and raises once told to."""

    def __init__(self, cancel_after_s=None):
        self.told = []
        self.raise_at = None if cancel_after_s is None else time.monotonic() + cancel_after_s

    def progress(self, fraction, note=""):
        self.told.append((fraction, note))
        if self.raise_at is not None and time.monotonic() > self.raise_at:
            raise Cancelled("Stopped.")


def test_a_stage_is_computed_in_another_process_and_found_again(make_pool, toys):
    pool, report = make_pool(), Report()
    first = pool.run_stage("double", toys.Number(value=2.5), report)
    again = pool.run_stage("double", toys.Number(value=2.5), Report())
    assert first["value"] == 5.0
    assert first["process"] != os.getpid()
    assert again == first
    assert (0.5, "half") in report.told


def test_a_child_is_kept_for_the_next_stage(make_pool, toys):
    pool = make_pool()
    processes = {
        pool.run_stage("double", toys.Number(value=value), Report())["process"] for value in (1, 2)
    }
    assert len(processes) == 1


def test_what_libraries_print_is_not_taken_for_the_answer(make_pool, toys):
    assert make_pool().run_stage("noisy", toys.Number(value=3), Report())["value"] == 3


def test_an_error_of_a_stage_keeps_its_kind_and_both_sentences(make_pool, toys):
    with pytest.raises(ContentRefused) as caught:
        make_pool().run_stage("refused", toys.Number(), Report())
    assert caught.value.message == "The picture was refused."
    assert caught.value.way_out == "Change the prompt."


@pytest.mark.allow_errors
def test_a_defect_comes_back_in_words_with_its_traceback_as_cause(make_pool, toys):
    with pytest.raises(InternalFault, match=r"failed in broken \(ZeroDivisionError\)") as caught:
        make_pool().run_stage("broken", toys.Number(), Report())
    assert "no such number" in str(caught.value.__cause__)


def test_a_child_that_the_system_kills_is_told_in_words_and_replaced(make_pool, toys):
    pool = make_pool()
    with pytest.raises(InternalFault, match="ran out of memory"):
        pool.run_stage("killed", toys.Number(), Report())
    assert pool.run_stage("double", toys.Number(value=1), Report())["value"] == 2


def test_a_cancelled_stage_stops_soon_and_its_child_works_on(make_pool, toys):
    pool = make_pool()
    process = pool.run_stage("double", toys.Number(value=1), Report())["process"]
    began = time.monotonic()
    with pytest.raises(Cancelled):
        pool.run_stage("slow", toys.Number(value=30), Report(cancel_after_s=0.5))
    assert time.monotonic() - began < 4
    assert pool.run_stage("double", toys.Number(value=9), Report())["process"] == process


def test_a_stage_that_does_not_listen_is_ended_by_force(make_pool, toys):
    pool = make_pool()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        pool.run_stage("deaf", toys.Number(value=60), Report(cancel_after_s=0.1))
    assert time.monotonic() - began < 15
    assert pool.run_stage("double", toys.Number(value=1), Report())["value"] == 2


def test_no_more_children_work_at_once_than_allowed(make_pool, toys):
    pool, outputs = make_pool(workers=2), []

    def compute(value):
        outputs.append(pool.run_stage("slow", toys.Number(value=value), Report())["process"])

    threads = [threading.Thread(target=compute, args=(value / 10,)) for value in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outputs) == 6
    assert len(set(outputs)) <= 2


def test_an_idle_child_ends_by_itself_and_is_replaced_unnoticed(make_pool, toys):
    pool = make_pool(idle_s=0.3)
    first = pool.run_stage("double", toys.Number(value=1), Report())["process"]
    psutil.wait_procs([psutil.Process(first)], timeout=5)
    second = pool.run_stage("double", toys.Number(value=2), Report())["process"]
    assert second != first


def test_children_see_no_keys(make_pool, toys, monkeypatch):
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_canary")
    pool = make_pool()
    process = pool.run_stage("double", toys.Number(value=1), Report())["process"]
    assert "r8_canary" not in json.dumps(psutil.Process(process).environ())


def test_children_die_with_their_parent(toys, home):
    program = (
        "import sys, time; from pathlib import Path; import toy_stages as toys;"
        "from pipeline.jobs.compute import Pool, PoolSettings;"
        "home = Path(sys.argv[1]);"
        "pool = Pool(home, 1, PoolSettings(str(home), stages='toy_stages:stage_named'));"
        "report = type('R', (), {'progress': lambda *a: None})();"
        "print(pool.run_stage('double', toys.Number(value=1), report)['process'], flush=True);"
        "pool.run_stage('deaf', toys.Number(value=60), report)"
    )
    paths = os.pathsep.join([str(ROOT), str(HERE)])
    with subprocess.Popen(
        [sys.executable, "-c", program, str(home)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
        text=True,
    ) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        time.sleep(0.5)
        parent.kill()
    gone, _alive = psutil.wait_procs([child], timeout=5)
    assert gone or child.status() == psutil.STATUS_ZOMBIE
