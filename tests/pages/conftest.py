"""A real studio in a temporary home, and pages run by Streamlit's own test driver."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from pipeline.model import Song
    from pipeline.project import Project
    from pipeline.studio import Studio

ROOT = Path(__file__).resolve().parents[2]
KEYS = ("OPENAI_API_KEY", "REPLICATE_API_TOKEN", "STUDIO_DATABASE_URL", "STUDIO_HOSTED")
TIMEOUT_S = 60.0
NUDGES = itertools.count(17)


@pytest.fixture(scope="package")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """The studio that the pages open: the same object, at home, without keys."""
    from pages.parts.opening import the_studio

    with pytest.MonkeyPatch.context() as patch:
        for name in KEYS:
            patch.delenv(name, raising=False)
        patch.setenv("STUDIO_HOME", str(tmp_path_factory.mktemp("home")))
        the_studio.clear()
        studio = the_studio()
        yield studio
        studio.close()
        the_studio.clear()


@pytest.fixture(scope="package")
def demo_song(studio: Studio) -> Song:
    """The demo song, made once: a project around it costs nothing."""
    return studio.songs.demo()


@pytest.fixture
def demo(studio: Studio, demo_song: Song) -> Project:
    """A new project around the demo song; another test may have had the song heard."""
    return studio.add(demo_song)


@pytest.fixture
def unheard(studio: Studio, demo: Project) -> Project:
    """A project of its own corrections: what was heard is shared by all that have the same."""
    from pipeline.project import GridChoice, changed

    own = GridChoice(nudge_s=next(NUDGES) / 1000)
    return studio.change(demo.id, demo.revision, "Nudge", lambda one: changed(one, grid=own))


@pytest.fixture(scope="package")
def planned(studio: Studio, demo_song: Song) -> str:
    """Id of a demo project that was heard and planned; tests must not change it."""
    project = studio.add(demo_song)
    studio.make(project.id, "plan")
    return project.id


@pytest.fixture
def paid(studio: Studio, planned: str) -> Project:
    """A copy of the planned project, made with Kling."""
    from pipeline.project import ModelChoice, changed

    view = studio.view(planned)
    source = studio.project(planned)
    project = studio.add(source.song)
    return studio.change(
        project.id,
        project.revision,
        "Set up",
        lambda one: changed(
            one,
            plan=view.plan,
            cuts=view.cuts,
            model=ModelChoice(model="kling-2.5-turbo-pro"),
            format=source.format,
            excerpt=source.excerpt,
        ),
    )


@pytest.fixture
def visit(studio: Studio) -> Callable[..., AppTest]:
    """Open a page as a visitor does: ``visit("film", project_id)`` runs it and returns it."""
    from streamlit.testing.v1 import AppTest

    def run(name: str = "home", project_id: str = "") -> AppTest:
        app = AppTest.from_file(str(ROOT / "studio_app.py"), default_timeout=TIMEOUT_S)
        app.session_state["_nav"] = True
        if project_id:
            app.query_params["project"] = project_id
        return app.switch_page(f"pages/{name}.py").run()

    return run
