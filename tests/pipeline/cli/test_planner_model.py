"""A film planned from the command line or a notebook by a language model of one's own choice."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.errors import BadInput
from pipeline.notebook import plan_with
from pipeline.planning.choosing import with_planner
from pipeline.project import Project
from pipeline.settings import Settings
from pipeline.studio import open_studio
from tests.source_tree import ROOT

RUN = ("run", "--demo", "--start", "8", "--end", "22", "--pause-after", "plan", "--json")
OWN = {"OPENAI_PRICE_USD_PER_MILLION": "1,2", "OPENAI_API_KEY": "play"}


def _fake() -> ModuleType:
    path = ROOT / "tests" / "fakes" / "openai_server.py"
    spec = importlib.util.spec_from_file_location("fake_openai_for_cli", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


FAKE = _fake()


def pipeline(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=ROOT,
        env={**clean, "STUDIO_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


@pytest.mark.slow
def test_a_model_that_only_its_owner_knows_plans_the_film(tmp_path: Path) -> None:
    with FAKE.FakeOpenAI(FAKE.Manners()) as server:
        done = pipeline(
            *RUN, "--planner-model", "llama-at-home", home=tmp_path, OPENAI_BASE_URL=server.url,
            **OWN,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])
    studio = open_studio(Settings(home=tmp_path), work_here=False)
    try:
        project = studio.shelf.readable()[0]
        plan = studio.view(project.id).plan
    finally:
        studio.close()
    assert (project.planner, project.planner_model) == ("openai", "llama-at-home")
    assert plan is not None
    assert "llama-at-home" in plan.planner


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"OPENAI_API_KEY": "play"}, "OPENAI_PRICE_USD_PER_MILLION"),
        ({"OPENAI_PRICE_USD_PER_MILLION": "0,0"}, "OPENAI_API_KEY"),
    ],
)
def test_what_is_missing_is_said_before_any_work(
    environment: dict[str, str], said: str, tmp_path: Path
) -> None:
    done = pipeline(*RUN, "--planner-model", "llama-at-home", home=tmp_path, **environment)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_naming_a_model_means_planning_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_PRICE_USD_PER_MILLION", "0,0")
    project = Project(id="a" * 22, title="One", created_at="2026-11-23T00:00:00+00:00")
    asked = with_planner(project, None, "llama-at-home")
    assert (asked.planner, asked.planner_model) == ("openai", "llama-at-home")
    assert with_planner(asked, "offline", None).planner == "offline"
    assert with_planner(asked, None, None) == asked


@pytest.mark.slow
def test_a_notebook_plans_offline_and_refuses_a_model_without_a_price(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_PRICE_USD_PER_MILLION", raising=False)
    studio = open_studio(Settings(home=tmp_path), work_here=True)
    try:
        project = studio.create_demo()
        plan = plan_with(studio, project.id, "offline")
        assert plan is not None
        assert plan.planner == "offline"
        with pytest.raises(BadInput, match="OPENAI_PRICE_USD_PER_MILLION"):
            plan_with(studio, project.id, model="llama-at-home")
        assert studio.project(project.id).plan == plan
    finally:
        studio.close()
