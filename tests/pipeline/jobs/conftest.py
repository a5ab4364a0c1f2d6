"""A toy studio, engines that are closed again, and real processes to kill."""

from __future__ import annotations

import importlib.util
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.postgres_server import postgres_url

__all__ = ["postgres_url"]

TOY = Path(__file__).with_name("toy_studio.py")
ROOT = Path(__file__).parents[3]


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """An empty database on the server."""
    name = f"jobs_{secrets.token_hex(4)}"
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def toy() -> ModuleType:
    spec = importlib.util.spec_from_file_location("toy_studio", TOY)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["toy_studio"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def make_engine(toy: ModuleType, home: Path) -> Iterator[Callable[..., Any]]:
    """Makes engines on this test's home, or another database, and closes them."""
    engines = []

    def make(database_url: str | None = None, work: Any = None) -> Any:
        engine = toy.Engine(home, database_url, work or toy.ToyWork(home), toy.options())
        engines.append(engine)
        return engine

    yield make
    for engine in engines:
        engine.close()


class Process:
    """One process of the toy studio."""

    def __init__(self, home: Path, database_url: str | None, *arguments: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
        if database_url:
            environment["STUDIO_DATABASE_URL"] = database_url
        self.popen = subprocess.Popen(
            [sys.executable, str(TOY), str(home), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
        )

    def first_line(self) -> str:
        """What it says first: ``ready``, or the id of the run it started."""
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline().strip()
        assert line, self.popen.communicate()[1]
        return line

    def kill(self) -> None:
        """End it as a power cut would."""
        self.popen.send_signal(signal.SIGKILL)
        self.popen.communicate()


@pytest.fixture
def spawn(home: Path) -> Iterator[Callable[..., Process]]:
    """Starts processes of the toy studio, killed at the end of the test."""
    running = []

    def start(*arguments: str, database_url: str | None = None) -> Process:
        process = Process(home, database_url, *arguments)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()


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


@pytest.fixture
def make_witness(toy: ModuleType, home: Path) -> Callable[..., Witness]:
    return lambda engine, run_id: Witness(toy, home, engine, run_id)


@pytest.fixture
def survive(
    spawn: Callable[..., Process], make_witness: Callable[..., Witness]
) -> Callable[..., str]:
    """Restarts and kills a serving process at random instants; the state of the run in the end."""

    def act(
        engine: Any, run_id: str, *, kills: int, units: int, database_url: str | None = None
    ) -> str:
        chance, witness = random.Random(7), make_witness(engine, run_id)
        for _number in range(kills):
            process = spawn("serve", database_url=database_url)
            process.first_line()
            time.sleep(chance.uniform(0.1, 2.5))
            process.kill()
            witness.look()
        spawn("serve", database_url=database_url).first_line()
        state = engine.wait(run_id, 60).state
        witness.assert_complete(units)
        return str(state)

    return act
