"""A disk that fills up while clips are on their way: a real small file system, really full."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.buying.shop import Shop
from pipeline.settings import Settings
from pipeline.studio import Studio
from tests.fakes.replicate_server import FakeReplicate, Manners
from tests.pipeline.buying.test_clips import QUICK, plan

__all__ = ["plan"]

pytestmark = pytest.mark.slow
PRICE = 350_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=600m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this account may not mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeReplicate]:
    with FakeReplicate(Manners(seconds=3.0)) as fake:
        monkeypatch.setenv("REPLICATE_BASE_URL", fake.url)
        monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_small_disk")
        monkeypatch.setenv("STUDIO_DOWNLOAD_HOSTS", fake.host)
        yield fake


@pytest.fixture
def studio(small_disk: Path, vendor: FakeReplicate) -> Iterator[Studio]:
    opened = Studio(Settings(home=small_disk / "home", workers=2))
    opened.__dict__["shop"] = Shop(opened, patience=QUICK)
    yield opened
    opened.close()


@pytest.fixture
def song(studio: Studio) -> Any:
    project = studio.create_demo()
    studio.make(project.id, "analysis")
    return project


def fill(folder: Path) -> Path:
    """Take every byte that is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return filler


def until(condition: Callable[[], Any], what: str, seconds: float = 120.0) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, f"waited in vain until {what}"
        time.sleep(0.1)


def test_clips_that_find_no_room_are_fetched_once_there_is_and_never_bought_again(
    studio, vendor, plan, small_disk
) -> None:
    project = plan()
    run_id = studio.start(project.id, "clips")
    until(lambda: vendor.creations == 3, "all three are ordered")
    filler = fill(small_disk)
    until(lambda: len(vendor.charged) == 3, "all three are paid for")
    time.sleep(5.0)
    assert studio.run_state(run_id).active, "it waits, and does not give up"

    filler.unlink()
    state = studio.engine.wait(run_id, 120)

    assert (state.state, state.failures) == ("done", ())
    assert vendor.creations == vendor.asked("create") == 3
    totals = studio.totals(project.id)
    assert (totals.spent_usd_micro, totals.held_usd_micro) == (3 * PRICE, 0)
    takes = [take for many in studio.takes.of_project(project.id).values() for take in many]
    assert all(studio.path(take.clip.blob).exists() for take in takes)


def test_with_room_for_the_books_alone_it_says_that_it_waits_for_room(
    studio, vendor, plan, small_disk
) -> None:
    """The store's file system is full, the database's is not: the sentence can be written."""
    project = plan()
    run_id = studio.start(project.id, "clips")
    until(lambda: vendor.creations == 3, "all three are ordered")
    filler = fill(small_disk)
    with filler.open("r+b") as file:
        file.truncate(filler.stat().st_size - 400_000)
    vendor.manners.ballast = 1_000_000
    until(
        lambda: any(
            "waiting for room" in unit.note
            for stage in studio.run_state(run_id).stages
            for unit in stage.running
        ),
        "it says so",
    )

    filler.unlink()
    assert studio.engine.wait(run_id, 120).state == "done"
    assert vendor.creations == 3
