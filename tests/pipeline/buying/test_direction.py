"""Plans by a language model through the whole studio, against a real local server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import BadInput, CredentialsRefused, ProviderUnreachable
from pipeline.money.usd import dollars
from pipeline.project import Excerpt, Project, changed
from pipeline.settings import Settings
from pipeline.studio import Studio, open_studio
from tests.fakes.openai_server import FakeOpenAI, Manners
from tests.source_tree import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio = open_studio(Settings(home=tmp_path / "home", workers=1))
    yield studio
    studio.close()


@pytest.fixture
def project(studio: Studio) -> Project:
    project = studio.create_demo()
    return studio.change(
        project.id,
        0,
        "By a model",
        lambda one: changed(one, planner="openai", excerpt=Excerpt(start_s=8.0, end_s=24.0)),
    )


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOpenAI]:
    with FakeOpenAI(Manners()) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-4711")
        yield server


def test_a_model_writes_the_plan_and_its_tokens_are_booked(
    studio: Studio, project: Project, server: FakeOpenAI
) -> None:
    studio.make(project.id, "plan")
    view = studio.view(project.id)

    assert view.plan is not None
    assert view.plan.planner != "offline"
    assert {shot.slot_id for shot in view.plan.shots} == {slot.id for slot in view.slots}
    assert view.totals.spent_usd_micro > 0
    assert view.totals.held_usd_micro == 0


def test_without_a_key_nothing_is_planned_in_silence(studio: Studio, project: Project) -> None:
    with pytest.raises(CredentialsRefused, match="key"):
        studio.make(project.id, "plan")
    assert studio.project(project.id).plan is None


def test_a_film_asks_for_the_plan_at_its_price_and_buys_none_by_itself(
    studio: Studio, project: Project, server: FakeOpenAI
) -> None:
    studio.make(project.id, "analysis")
    price = studio.spending.price_of(project.id, "plan")
    assert price
    assert studio.spending.price_of(project.id, "film") == 0

    with pytest.raises(BadInput, match="not planned") as refused:
        studio.make(project.id, "film")

    assert f"Plan these shots first · up to {dollars(price)}" in refused.value.way_out
    assert server.plans_asked == 0
    assert studio.totals(project.id).spent_usd_micro == 0


def test_another_plan_is_proposed_and_the_present_one_stands(
    studio: Studio, project: Project, server: FakeOpenAI
) -> None:
    studio.make(project.id, "plan")
    before = studio.project(project.id)
    assert before.plan is not None
    chosen = (before.plan.shots[0].slot_id,)
    studio.make(project.id, "proposal", chosen)
    after = studio.project(project.id)

    assert after.plan == before.plan
    assert after.proposal is not None
    assert after.proposal.shots[1:] == before.plan.shots[1:]


def test_the_key_is_in_nothing_that_was_written(
    studio: Studio, project: Project, server: FakeOpenAI
) -> None:
    studio.make(project.id, "plan")

    written = [path for path in studio.settings.home.rglob("*") if path.is_file()]
    assert written
    assert not [path for path in written if b"sk-canary-4711" in path.read_bytes()]


PLAN = """
import sys
from pathlib import Path
from pipeline.settings import Settings
from pipeline.studio import open_studio
studio = open_studio(Settings(home=Path(sys.argv[1]), workers=1))
studio.make(sys.argv[2], "plan")
"""


def test_a_process_killed_while_planning_never_pays_again_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home", workers=1)
    studio = Studio(settings, work_here=False)
    project = studio.create_demo()
    project = studio.change(project.id, 0, "By a model", lambda one: changed(one, planner="openai"))
    with FakeOpenAI(Manners(always="stall", stall_s=60)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-4711")
        running = subprocess.Popen(
            [sys.executable, "-c", PLAN, str(settings.home), project.id],
            cwd=ROOT,
            env=dict(os.environ),
        )
        deadline = time.monotonic() + 120
        while not server.plans_asked and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        studio.close()

        again = open_studio(settings)
        with pytest.raises(ProviderUnreachable, match="cut off"):
            again.make(project.id, "plan")
        held = again.totals(project.id).held_usd_micro
        again.close()

    assert server.plans_asked == 1
    assert held > 0
