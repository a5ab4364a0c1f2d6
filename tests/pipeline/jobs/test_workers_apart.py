"""An app that only asks, workers on machines of their own, and a film between them.

Each process has its own home. All that they share is a Postgres and a folder.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from pipeline.model import FilmFormat
from pipeline.project import Excerpt, Project, changed
from pipeline.settings import Settings
from pipeline.studio import Studio, open_studio

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(900)]
ROOT = Path(__file__).parents[3]
LONG_S = 600.0


@dataclass
class Site:
    """What the processes share, and those that were started."""

    folder: Path
    database_url: str
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def artifacts(self) -> Path:
        return self.folder / "shared"

    def start(self, home: str, *command: str) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "STUDIO_HOME": str(self.folder / home),
            "STUDIO_DATABASE_URL": self.database_url,
            "STUDIO_ARTIFACTS_URL": str(self.artifacts),
            "STUDIO_WORKERS": "1",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", *command],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.running.append(process)
        return process

    def ask_all_to_end(self) -> set[int]:
        """Exit codes of the processes that were still running."""
        alive = [process for process in self.running if process.poll() is None]
        for process in alive:
            process.send_signal(signal.SIGTERM)
        return {process.wait(30) for process in alive}

    def worker(self, home: str, *queues: str) -> subprocess.Popen[str]:
        return self.start(home, "worker", *(part for name in queues for part in ("--queue", name)))


@pytest.fixture(scope="module")
def site(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    name = f"apart_{secrets.token_hex(4)}"
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    site = Site(tmp_path_factory.mktemp("site"), url)
    yield site
    for process in site.running:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def app(site: Site) -> Iterator[Studio]:
    settings = Settings(
        home=site.folder / "app",
        database_url=site.database_url,
        artifacts_url=str(site.artifacts),
        workers=1,
    )
    studio = open_studio(settings)
    yield studio
    studio.close()


def _small(studio: Studio, height: int = 144) -> Project:
    project = studio.create_demo()
    shape, excerpt = FilmFormat(height=height), Excerpt(start_s=8.0, end_s=16.0)
    return studio.change(
        project.id, 0, "Small", lambda one: changed(one, format=shape, excerpt=excerpt)
    )


def _until(condition: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + LONG_S
    while not condition():
        assert time.monotonic() < give_up, f"waited in vain until {what}"
        time.sleep(0.1)


def _drawing(studio: Studio, run_id: str) -> Callable[[], bool]:
    """Whether a preview of a run is being drawn right now."""

    def look() -> bool:
        stages = {stage.name: stage for stage in studio.run_state(run_id).stages}
        return "previews" in stages and bool(stages["previews"].running)

    return look


@pytest.fixture(scope="module")
def made(site: Site, app: Studio) -> Project:
    """A film that the app asked for; the worker that began it was killed in the middle."""
    project = _small(app)
    run_id = app.start(project.id, "film")
    lost = site.worker("lost", "compute")
    site.worker("words", "text", "clips")
    _until(_drawing(app, run_id), "previews are drawn")
    lost.kill()
    lost.communicate()
    site.worker("heir", "compute", "text")
    state = app.engine.wait(run_id, LONG_S)
    assert state.state == "done", state
    return project


def test_the_app_shows_the_film_that_others_made(made: Project, app: Studio) -> None:
    film = app.view(made.id).film

    assert film is not None
    with av.open(str(app.path(film.blob))) as file:
        assert sum(1 for _ in file.decode(video=0)) == 8 * 24


def test_the_app_opens_every_clip_and_picture(made: Project, app: Studio) -> None:
    view = app.view(made.id)

    assert {step.state for step in view.steps} == {"done"}
    for clip in view.clips.values():
        assert clip.clip is not None
        assert clip.poster is not None
        assert app.path(clip.clip.blob).stat().st_size > 1000
    assert view.peaks_path is not None


def test_the_app_computed_nothing_itself(made: Project, site: Site) -> None:
    assert not (site.folder / "app" / "store" / "drafts").exists()
    assert (site.folder / "heir" / "store" / "drafts").exists()


def test_a_new_process_finds_the_film_without_any_work(made: Project, site: Site) -> None:
    settings = Settings(
        home=site.folder / "later",
        database_url=site.database_url,
        artifacts_url=str(site.artifacts),
    )
    other = open_studio(settings)
    view = other.view(made.id)
    other.close()

    assert view.film_state.state == "done"
    assert view.project.plan is not None


def test_an_unchanged_film_is_no_work_for_the_workers(made: Project, app: Studio) -> None:
    state = app.engine.wait(app.start(made.id, "film"), LONG_S)

    assert state.state == "done"
    assert {stage.name: stage.misses for stage in state.stages if stage.misses} == {}


def test_workers_asked_to_end_leave_their_film_to_others(
    made: Project, site: Site, app: Studio
) -> None:
    project = _small(app, height=160)
    run_id = app.start(project.id, "film")
    _until(_drawing(app, run_id), "previews are drawn")

    codes = site.ask_all_to_end()
    site.worker("fresh")

    assert codes == {0}
    assert app.engine.wait(run_id, LONG_S).state == "done"
    assert app.view(project.id).film is not None


def test_the_command_line_makes_its_film_without_any_worker(
    made: Project, site: Site, app: Studio, tmp_path: Path
) -> None:
    out = tmp_path / "film.mp4"
    order = ("--start", "8", "--end", "16", "--height", "144", "--out", str(out))
    site.ask_all_to_end()

    process = site.start("desk", "run", "--demo", *order, "--json")
    told, errors = process.communicate(timeout=LONG_S)

    assert process.returncode == 0, errors
    document = json.loads(told.splitlines()[-1])
    assert out.stat().st_size > 10_000
    assert document["stages"]["analysis"]["misses"] == 0, "others had heard the song"
    assert document["project"] in app.library.ids()
