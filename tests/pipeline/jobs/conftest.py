"""A toy studio, engines that are closed again, and real processes to kill."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TOY = Path(__file__).with_name("toy_studio.py")
ROOT = Path(__file__).parents[3]


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
