"""The same promises with workers of their own on a real Postgres."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from contextlib import suppress

import pytest
from sqlalchemy.engine import make_url

from pipeline.errors import StorageFailed
from pipeline.jobs.slots import PostgresSlots

PROJECT = "project-of-the-test"
pytestmark = pytest.mark.postgres


class Line:
    """A line to the server that can be cut, as when the server goes away."""

    def __init__(self, host, port):
        self._target = (host, port)
        self._sockets = []
        self._cut = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        self._cut = True
        for end in self._sockets:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._sockets.clear()

    def mend(self):
        self._cut = False

    def close(self):
        self.cut()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            if self._cut:
                near.close()
                continue
            far = socket.create_connection(self._target)
            self._sockets += [near, far]
            for pair in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source, sink):
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def line(database_url):
    url = make_url(database_url)
    line = Line(url.host, url.port)
    yield line
    line.close()


def test_a_client_enqueues_and_workers_of_single_queues_do_the_work(
    spawn, make_engine, toy, home, database_url
):
    engine = make_engine(database_url)
    run_id = engine.start(PROJECT, "film:6:0.2")
    clips = spawn("serve", "clips", database_url=database_url)
    compute = spawn("serve", "compute", database_url=database_url)
    assert engine.wait(run_id, 60).state == "done"
    assert len(toy.entries(home, "begin")) == 7
    by_process = {}
    for line in (home / "toy.log").read_text().splitlines():
        event, _project, stage, _unit, process, _time = json.loads(line)
        if event == "begin":
            by_process.setdefault(stage.split(".")[0], set()).add(process)
    assert by_process == {"draw": {clips.popen.pid}, "join": {compute.popen.pid}}


@pytest.mark.slow
def test_workers_killed_at_random_instants_lose_and_repeat_nothing(
    make_engine, database_url, survive
):
    engine = make_engine(database_url)
    run_id = engine.start(PROJECT, "film:20:0.4")
    assert survive(engine, run_id, kills=3, database_url=database_url, units=21) == "done"


@pytest.mark.slow
def test_a_database_that_goes_away_for_a_while_loses_and_repeats_nothing(
    make_engine, toy, home, database_url, line
):
    through = make_url(database_url).set(port=line.port)
    engine = make_engine(through.render_as_string(hide_password=False))
    page = make_engine(database_url)
    engine.launch()
    run_id = engine.start(PROJECT, "film:6:2")
    while len(toy.entries(home, "begin")) < 4:
        time.sleep(0.05)
    line.cut()
    time.sleep(5)
    line.mend()
    assert page.wait(run_id, 90).state == "done"
    assert len(toy.entries(home, "begin")) == 7


def test_while_the_database_is_away_a_click_is_answered_in_words_and_works_afterwards(
    make_engine, database_url, line
):
    through = make_url(database_url).set(port=line.port)
    page = make_engine(through.render_as_string(hide_password=False))
    run_id = page.start(PROJECT, "film:1:0.1")
    line.cut()
    with pytest.raises(StorageFailed, match="job database") as away:
        page.start(PROJECT, "film:2:0.1")
    assert "studio@" not in str(away.value)
    line.mend()
    assert page.start(PROJECT, "film:1:0.1") == run_id
    page.cancel(run_id)


def test_one_who_waits_for_a_run_waits_out_a_database_that_is_away(make_engine, database_url, line):
    through = make_url(database_url).set(port=line.port)
    page = make_engine(through.render_as_string(hide_password=False))
    worker = make_engine(database_url)
    run_id = page.start(PROJECT, "film:2:2")
    worker.launch()
    threading.Timer(0.5, line.cut).start()
    threading.Timer(4.0, line.mend).start()
    assert page.wait(run_id, 60).state == "done"


def test_two_studios_that_start_on_an_empty_database_at_once_both_work(
    spawn, make_engine, database_url
):
    processes = [spawn("start", PROJECT, "film:1:0", database_url=database_url) for _ in range(3)]
    assert len({process.first_line() for process in processes}) == 1


def test_an_owner_whose_session_broke_is_not_taken_for_dead(database_url):
    owner, other = PostgresSlots(database_url), PostgresSlots(database_url)
    with other.abandoned(owner.executor_id) as gone:
        assert not gone
    owner.close()
    with other.abandoned(owner.executor_id) as gone:
        assert not gone, "its process lives; the lock may come back"
    other.close()


def test_a_worker_asked_to_end_leaves_at_once_and_another_finishes(
    spawn, make_engine, toy, home, database_url
):
    engine = make_engine(database_url)
    worker = spawn("work", database_url=database_url)
    run_id = engine.start(PROJECT, "film:2:3")
    while not toy.entries(home, "begin"):
        time.sleep(0.05)
    worker.popen.send_signal(signal.SIGTERM)
    assert worker.popen.wait(10) == 0
    spawn("work", database_url=database_url)
    assert engine.wait(run_id, 60).state == "done"
